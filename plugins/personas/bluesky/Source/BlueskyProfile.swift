/// A profile as `app.bsky.actor.defs` has it, as a persona.

import JSON
import PersonaRecords
import PluginSupport
import Polling

/// A profile in any of its views: the detailed one has counts.
enum BlueskyProfile {
  /// Nil: what every profile has is missing.
  static func persona(_ node: JSONNode, day: Int64, now: Int64) -> PersonaRecord? {
    guard let did = node["did"]?.string, did.hasPrefix("did:"), let handle = node["handle"]?.string, !handle.isEmpty
    else { return nil }
    let name = node["displayName"]?.string ?? ""
    var record = PersonaRecord(
      time: now, platform: "bluesky", accountID: did, handle: handle, displayName: name.isEmpty ? handle : name)
    record.bio = node["description"]?.string
    record.createdAt = moment(node["createdAt"]?.string)
    // A handle that does not lead back to the account is shown as this word, and the profile is found by its DID.
    record.url = "https://bsky.app/profile/\(handle == "handle.invalid" ? did : handle)"
    record.links = LinkText.links(in: record.bio ?? "")
    record.followers = node["followersCount"]?.uint64
    record.following = node["followsCount"]?.uint64
    record.posts = node["postsCount"]?.uint64
    if let status = node["verification"]?["verifiedStatus"]?.string { record.verified = status == "valid" }
    record.extra.keep("avatar", node["avatar"]?.string)
    record.avatarAddress = node["avatar"]?.string
    record.extra.keep("pronouns", node["pronouns"]?.string)
    record.extra.keep("website", node["website"]?.string)
    if let site = node["website"]?.string, !record.links.contains(site) { record.links.append(site) }
    // Labels are the words of moderators: impersonation, spam.
    record.extra.keep("labels", (node["labels"]?.elements).map { $0.compactMap { $0["val"]?.string } } ?? [])
    record.identify(day: day)
    return record
  }

  static func item(
    _ node: JSONNode, key: String? = nil, _ place: FeedPlace, now: Int64,
    _ more: (PersonaRecord) -> [any SourceOutput] = { _ in [] }
  ) -> FeedItem {
    guard let persona = persona(node, day: place.day, now: now) else {
      return .rejected(key ?? node["did"]?.string, "a profile without DID or handle")
    }
    return FeedItem(key ?? persona.accountID, [persona] + more(persona))
  }
}
