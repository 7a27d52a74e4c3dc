/// Reads the files of a Mastodon data export: actor.json (the account), outbox.json (what it wrote), and the tables of
/// accounts that it follows, blocked or muted.

import CSV
import JSON
import PersonaRecords
import PluginSupport

/// JSON or a table, as the first byte says.
public final class MastodonExport: DocumentInterpreter {
  private let owner: ExportOwner
  private let exportedAt: Int64?
  private var isTable: Bool?
  private var cutter = JSONCutter(paths: [[.member("orderedItems"), .element]], limit: 4 << 20)
  private let reader = JSONReader(maxBytes: 4 << 20)
  private var rows = CSVReader(separator: UInt8(ascii: ","))
  private var header: CSVHeader?
  private var skips = SkipCounts()
  private var pictures = AvatarPictures()
  /// One word for all rows without a time, instead of one each.
  private var saidUndated = false

  public init(owner: ExportOwner, exportedAt: Int64?) {
    self.owner = owner
    self.exportedAt = exportedAt
  }

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    if isTable == nil, let first = bytes.firstVisible {
      isTable = first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }
    if isTable == true {
      rows.take(bytes) { row($0, into: &queue) }
    } else {
      cutter.take(bytes, at: place) { json($0, into: &queue) }
    }
  }

  public func end(at place: Place, into queue: inout OutputQueue) {
    if isTable == true {
      rows.end { row($0, into: &queue) }
    } else {
      cutter.end { json($0, into: &queue) }
    }
  }

  public func begin(_ pictures: SourcePictures) { self.pictures.begin(pictures) }
  public var skipped: [(kind: String, count: UInt64)] { skips.list + pictures.skipped }
  public func takeWarning() -> String? { pictures.takeWarning() }
  public func takeEffort() -> Int { pictures.takeEffort() / AvatarPictures.pixelsOfByte }

  // MARK: actor.json, outbox.json (ActivityStreams)

  private func json(_ event: JSONCutter.Event, into queue: inout OutputQueue) {
    switch event {
    case .value(let bytes, let place, let path):
      do {
        let node = try reader.parse(bytes)
        if path == JSONCutter.whole { actor(node, place, into: &queue) } else { activity(node, place, into: &queue) }
      } catch {
        let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
        queue.reject(at, "bad JSON: \(error.reason)")
      }
    case .tooLong(let place): queue.reject(place, "the entry is longer than 4 MiB")
    case .broken(let place, let reason): queue.reject(place, "bad JSON: \(reason)")
    case .textEnded: break
    }
  }

  private func actor(_ node: JSONNode, _ place: Place, into queue: inout OutputQueue) {
    guard let type = node["type"]?.string, ["Person", "Service", "Organization", "Group", "Application"].contains(type)
    else {
      return queue.reject(place, "no actor: expected actor.json or outbox.json of a Mastodon export")
    }
    guard let id = node["id"]?.string, let name = node["preferredUsername"]?.string, let parts = LinkParts(id) else {
      return queue.reject(place, "actor: id and preferredUsername are required")
    }
    let published = node["published"]?.string.flatMap { EventTime($0) }?.nanoseconds
    guard let time = exportedAt ?? published else {
      return queue.reject(place, "actor: no time: give the export's as the parameter exported_at")
    }
    let handle = "\(name)@\(parts.host)"
    let shown = node["name"]?.string ?? ""
    var record = PersonaRecord(
      time: time, platform: "mastodon", accountID: handle, handle: handle, displayName: shown.isEmpty ? handle : shown)
    record.createdAt = published
    record.bio = node["summary"]?.string.map { MastodonText.plain($0) }
    record.url = node["url"]?.string
    for field in node["attachment"]?.elements.map({ $0 }) ?? [] {
      guard let value = field["value"]?.string else { continue }
      record.links += MastodonText.links(value)
      record.extra.keep("field_\(field["name"]?.string?.prefix(40) ?? "")", MastodonText.plain(value))
    }
    record.links += LinkText.links(in: record.bio ?? "")
    record.extra.keep("actor", id)
    // In an export the picture is a file beside actor.json; elsewhere it is an address.
    if let file = node["icon"]?["url"]?.string, !file.isEmpty {
      record.extra.keep("avatar", file)
      pictures.beginDocument()
      if !file.contains(":") { record.take(pictures.read(file: file, at: place)) }
    }
    record.id = StableID.of("mastodon/actor", [handle, "\(time)", shown, record.bio ?? ""])
    queue.add(record)
  }

  /// What the owner wrote names others: mentions that went out.
  private func activity(_ node: JSONNode, _ place: Place, into queue: inout OutputQueue) {
    guard node["type"]?.isString("Create") == true, let object = node["object"], object.kind == .object else {
      return skips.skip("\(node["type"]?.string?.prefix(40) ?? "nameless") activity")
    }
    guard let actor = node["actor"]?.string, let from = ProfileLink(actor)?.handle else {
      return queue.reject(place, "actor: expected https://HOST/users/NAME")
    }
    guard let time = (node["published"] ?? object["published"])?.string.flatMap({ EventTime($0) })?.nanoseconds else {
      return queue.reject(place, "published: expected a time as 2026-09-01T01:07:38Z")
    }
    let html = object["content"]?.string ?? ""
    let isReply = object["inReplyTo"]?.string != nil
    var mentioned = 0
    for tag in (object["tag"]?.elements.map { $0 } ?? []).prefix(50) where tag["type"]?.isString("Mention") == true {
      guard let link = tag["href"]?.string, let other = ProfileLink(link)?.handle else { continue }
      mentioned += 1
      var record = OutreachRecord(
        time: time, platform: "mastodon", kind: isReply ? .reply : .mention,
        from: PartyRecord(accountID: from, handle: from), to: PartyRecord(handle: other))
      record.text = MastodonText.plain(html)
      record.links = MastodonText.links(html).filter { ProfileLink($0) == nil }
      record.id = StableID.of("mastodon/post", [object["id"]?.string ?? "\(time)", from, other])
      queue.add(record)
    }
    if mentioned == 0 { skips.skip("post that names nobody") }
  }

  // MARK: following_accounts.csv, blocked_accounts.csv, muted_accounts.csv

  private func row(_ event: CSVReader.Event, into queue: inout OutputQueue) {
    switch event {
    case .broken(let place, let reason):
      queue.reject(Place(line: place.line, offset: place.offset), "bad CSV: \(reason)")
    case .record(let cells, let at):
      let place = Place(line: at.line, offset: at.offset)
      let texts = cells.map { Charset.guess($0) }
      guard let header else {
        let found = CSVHeader(texts)
        header = found
        guard found.index("Account address") != nil else {
          // Blocked accounts have no first line of names.
          skips.skip("table without the column `Account address`: those of blocked accounts and domains have none")
          return
        }
        return
      }
      guard let index = header.index("Account address"), index < texts.count else { return skips.skip("row of it") }
      guard header.index("Show boosts", "Notify on new posts") != nil else { return skips.skip("muted account") }
      guard texts[index].contains("@") else { return queue.reject(place, "Account address: expected NAME@HOST") }
      guard let exportedAt, let account = owner.account else {
        skips.skip("followed account without time or owner")
        guard !saidUndated else { return }
        saidUndated = true
        return queue.reject(place, "the table has neither times nor the owner: give exported_at and owner_account")
      }
      var record = OutreachRecord(
        time: exportedAt, platform: "mastodon", kind: .follow, from: PartyRecord(handle: account),
        to: PartyRecord(handle: texts[index]))
      record.extra.append(ExtraMember("time_is_export", .bool(true)))
      record.id = StableID.of("mastodon/following", [account, texts[index]])
      queue.add(record)
    }
  }
}

/// The HTML that Mastodon writes: paragraphs, line breaks and links.
enum MastodonText {
  static func plain(_ html: String) -> String {
    var out = ""
    var isTag = false
    for character in html {
      switch character {
      case "<": isTag = true
      case ">" where isTag:
        isTag = false
        if !out.isEmpty, out.last != " " { out.append(" ") }
      default: if !isTag { out.append(character) }
      }
    }
    for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      out = out.split(separator: entity, omittingEmptySubsequences: false).joined(separator: sign)
    }
    while out.last?.isWhitespace == true { out.removeLast() }
    return out
  }

  static func links(_ html: String) -> [String] {
    LinkText.links(in: html.split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&"))
  }
}
