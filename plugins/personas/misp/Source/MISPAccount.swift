/// Accounts and persons of MISP's object templates as personas.

import JSON
import PersonaRecords
import PluginSupport

enum MISPAccount {
  /// Relations by what they mean; the templates have many names for the same thing.
  static let ids = ["id", "user-id", "account-id", "userid", "user_id"]
  static let handles = ["username", "name", "account-name", "screen-name", "handle", "user-name", "login", "nickname"]
  static let names = ["displayed-name", "display-name", "full-name", "fullname", "real-name"]
  static let bios = ["bio", "description", "biography", "about", "text"]
  static let links = ["link", "url", "profile-url", "account-url"]
  static let moreLinks = ["embedded-link", "embedded-safe-link", "website", "blog", "homepage"]
  /// `attachment` is none of them: by the templates it is a screen capture.
  static let pictures = [
    "profile-image", "user-avatar", "account-avatar", "avatar", "profile-photo", "profile-picture", "portrait",
  ]

  /// Object templates that are accounts although their names do not say so.
  private static let accountNames: Set<String> = [
    "github-user", "gitlab-user", "parler-account", "mastodon", "mastodon-user", "social-media-account", "user-account",
    "virtual-persona", "bluesky", "linkedin", "skype-id",
  ]
  /// Accounts of machines, banks and directories.
  private static let otherAccounts: Set<String> = ["bank-account", "ad-account", "windows-account", "cloud-account"]

  static func isAccount(_ name: String) -> Bool {
    accountNames.contains(name) || name.hasSuffix("-account") && !otherAccounts.contains(name)
  }

  /// An account; nil where it has neither id nor name, nor a link that tells one.
  static func persona(_ object: MISPObject, at time: Int64) -> PersonaRecord? {
    let url = object.first(links)
    let profile = url.flatMap { ProfileLink($0) }
    let given = object.first(handles)
    guard let handle = given.map(bare) ?? profile?.handle ?? object.first(ids) else { return nil }
    let id = object.first(ids) ?? (profile?.isID == true ? profile?.handle : nil) ?? handle
    var record = PersonaRecord(
      time: time, platform: platform(object, profile), accountID: id, handle: handle,
      displayName: object.first(names) ?? handle)
    record.url = url
    record.bio = object.first(bios)
    record.location = object.first("location", "geo", "country")
    record.links = object.all(moreLinks)
    record.languages = object.all(["language"])
    record.employer = object.first("employer", "company", "organisation", "organization")
    record.title = object.first("title", "job-title", "headline", "occupation")
    record.createdAt = object.time("joined-date", "creation-date", "account-created", "created", "created-at")
    record.verified = object.first("verified", "verified-username").flatMap(flag)
    record.followers = object.first("followers", "twitter-followers", "followers-count").flatMap { Digits.number($0) }
    record.following = object.first("following", "twitter-following", "following-count").flatMap { Digits.number($0) }
    record.posts = object.first("tweets", "posts", "statuses", "toots").flatMap { Digits.number($0) }
    return record
  }

  private static func platform(_ object: MISPObject, _ profile: ProfileLink?) -> String {
    let said = object.first("account-type", "platform", "type", "social-media", "service", "application")
    switch object.name {
    case "user-account", "social-media-account", "virtual-persona", "microblog":
      return said.map { SocialPlatform.name($0) } ?? profile?.platform ?? "unknown"
    case "github-user", "gitlab-user": return String(object.name.dropLast(5))
    case "mastodon-user": return "mastodon"
    default: return SocialPlatform.name(object.name)
    }
  }

  /// A person without an account in the event, under the id that MISP has for the object.
  static func person(_ object: MISPObject, at time: Int64) -> PersonaRecord? {
    guard let name = fullName(object) ?? object.first("alias", "mothers-name") else { return nil }
    var record = PersonaRecord(
      time: time, platform: "misp", accountID: object.uuid, handle: object.first("alias") ?? name, displayName: name)
    add(person: object, to: &record)
    return record
  }

  /// What the person behind an account adds, and never overrides.
  static func add(person: MISPObject, to record: inout PersonaRecord) {
    if record.displayName == record.handle, let name = fullName(person) { record.displayName = name }
    record.employer = record.employer ?? person.first("employer", "company", "organisation")
    record.title = record.title ?? person.first("occupation", "title", "role", "function")
    record.bio = record.bio ?? person.first("text", "description")
    record.location = record.location ?? person.first("address", "birth-place", "nationality")
    record.extra.keep("person_name", fullName(person))
    record.extra.keep("aliases", person.all(["alias"]))
    record.extra.keep("emails", person.all(["e-mail", "email"]))
    record.extra.keep("nationality", person.first("nationality"))
  }

  private static func fullName(_ object: MISPObject) -> String? {
    if let name = object.first("full-name") { return name }
    let parts = [object.first("first-name"), object.first("middle-name"), object.first("last-name")].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  static func bare(_ handle: String) -> String { handle.hasPrefix("@") ? String(handle.dropFirst()) : handle }

  private static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "yes", "verified": true
    case "false", "0", "no", "unverified": false
    default: nil
    }
  }

  /// Relations that have a field, or say nothing of the account.
  static let taken = Set(
    ids + handles + names + bios + links + moreLinks + [
      "location", "geo", "country", "language", "employer", "company", "organisation", "organization", "title",
      "job-title", "headline", "occupation", "joined-date", "creation-date", "account-created", "created", "created-at",
      "verified", "verified-username", "followers", "twitter-followers", "followers-count", "following",
      "twitter-following", "following-count", "tweets", "posts", "statuses", "toots", "account-type", "platform",
      "type",
      "first-name", "middle-name", "last-name", "alias", "e-mail", "email", "nationality", "role", "function",
      "address",
      "birth-place", "description",
    ])
}
