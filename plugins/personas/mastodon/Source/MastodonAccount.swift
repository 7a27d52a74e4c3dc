/// An account as Mastodon's API has it, as a persona.

import JSON
import PersonaRecords
import PluginSupport
import Polling

extension MastodonContext {
  /// What Mastodon's profiles call the things that personas have fields for, in lower case. People label the four lines
  /// of their profile freely.
  private static let employers: Set<String> = [
    "employer", "company", "organisation", "organization", "org", "works at", "work", "arbeitgeber", "firma",
    "employeur",
    "entreprise", "empresa", "azienda", "werkgever", "arbetsgivare", "работа", "работодатель", "компания",
  ]
  private static let titles: Set<String> = [
    "title", "job", "job title", "role", "position", "beruf", "rolle", "poste", "fonction", "cargo", "puesto",
    "functie",
    "должность",
  ]
  private static let places: Set<String> = [
    "location", "city", "place", "based in", "ort", "wohnort", "lieu", "ville", "lugar", "ciudad", "luogo", "plaats",
    "город",
  ]

  /// Nil: what every account has is missing.
  func persona(_ node: JSONNode, day: Int64, now: Int64) -> PersonaRecord? {
    guard let id = node["id"]?.string, !id.isEmpty, let acct = node["acct"]?.string, !acct.isEmpty else { return nil }
    let name = fullName(acct)
    // A name never changes and is the same seen from any server, which the id is not.
    var record = PersonaRecord(
      time: now, platform: "mastodon", accountID: name.lowercased(), handle: name,
      displayName: node["display_name"]?.string ?? "")
    if record.displayName.isEmpty { record.displayName = node["username"]?.string ?? name }
    record.createdAt = moment(node["created_at"]?.string)
    record.url = node["url"]?.string
    record.followers = node["followers_count"]?.uint64
    record.following = node["following_count"]?.uint64
    record.posts = node["statuses_count"]?.uint64

    let note = HTMLText(node["note"]?.string ?? "")
    var lines = note.text.isEmpty ? [] : [note.text]
    record.links = note.links
    var verified: [String] = []
    for field in (node["fields"]?.elements).map({ Array($0.prefix(16)) }) ?? [] {
      let label = HTMLText(field["name"]?.string ?? "").text
      let value = HTMLText(field["value"]?.string ?? "")
      for link in value.links where !record.links.contains(link) { record.links.append(link) }
      if field["verified_at"]?.string != nil { verified += value.links }
      let key = label.lowercased().trimmed
      if record.employer == nil, Self.employers.contains(key) {
        record.employer = value.text
      } else if record.title == nil, Self.titles.contains(key) {
        record.title = value.text
      } else if record.location == nil, Self.places.contains(key) {
        record.location = value.text
      } else if value.links.isEmpty, !value.text.isEmpty {
        lines.append("\(label): \(value.text)")
      }
    }
    // Who looks at the profile reads its lines below the note.
    record.bio = lines.isEmpty ? nil : lines.joined(separator: "\n")

    record.extra.keep("instance_id", id)
    record.extra.keep("server", domain)
    record.extra.keep("uri", node["uri"]?.string)
    let avatar = node["avatar_static"]?.string ?? node["avatar"]?.string
    record.extra.keep("avatar", avatar)
    // The picture of those who have none is the server's.
    if avatar?.hasSuffix("/missing.png") != true { record.avatarAddress = avatar }
    record.extra.keep("verified_links", verified)
    for flag in ["bot", "group", "suspended", "limited"] where node[flag]?.bool == true {
      record.extra.keep(flag, true)
    }
    if let moved = node["moved"]?["acct"]?.string { record.extra.keep("moved_to", fullName(moved)) }
    record.identify(day: day)
    record.extra.keep("last_status_at", node["last_status_at"]?.string)
    return record
  }

  /// The item of an account on a list, with what else is told of it.
  func item(
    _ node: JSONNode, key: String? = nil, _ place: FeedPlace, now: Int64,
    _ more: (PersonaRecord) -> [any SourceOutput] = { _ in [] }
  ) -> FeedItem {
    guard let persona = persona(node, day: place.day, now: now) else {
      return .rejected(key ?? node["id"]?.string, "an account without id or acct")
    }
    return FeedItem(key ?? persona.accountID, [persona] + more(persona))
  }
}

extension String {
  var trimmed: String {
    String(drop { $0.isWhitespace || $0 == ":" }.reversed().drop { $0.isWhitespace || $0 == ":" }.reversed())
  }
}
