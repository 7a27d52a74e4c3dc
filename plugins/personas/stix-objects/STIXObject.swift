/// One STIX 2.1 object as far as it tells of accounts and approaches.

import JSON
import PluginSupport

/// An object that is held until those that refer to it are known.
struct STIXObject {
  let id: String
  let type: String
  let value: JSONValue
  let place: Place

  func text(_ name: String) -> String? { value[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
  func texts(_ name: String) -> [String] { (value[name]?.elements ?? []).compactMap(\.string) }
  func time(_ name: String) -> Int64? {
    text(name).flatMap { EventTime($0) }.flatMap { $0.hasZone ? $0.nanoseconds : nil }
  }

  /// When this version of the object was made (STIX 2.1 §3.2); nil for an observable, which has no versions.
  var modified: Int64? { time("modified") ?? time("created") }

  /// The types that are held; others are counted.
  static let held: Set<String> = [
    "user-account", "identity", "threat-actor", "intrusion-set", "campaign", "relationship", "sighting",
    "observed-data", "email-addr", "email-message", "url", "artifact",
  ]

  /// Account types (§6.13.2) of machines and directories: no public persona stands behind them.
  static let ofMachines: Set<String> = [
    "unix", "windows-local", "windows-domain", "ldap", "nis", "radius", "tacacs", "kerberos",
  ]

  /// The custom properties: `x_…` of the object (§11.1) and what its extensions hold (§7.3).
  var customProperties: [(name: String, value: JSONValue)] {
    var out: [(String, JSONValue)] = []
    for (name, value) in value.members ?? [] {
      if name.hasPrefix("x_") {
        out.append((name, value))
      } else if name == "extensions" {
        for (_, extensionBody) in value.members ?? [] {
          out += (extensionBody.members ?? []).filter { $0.0 != "extension_type" }
        }
      }
    }
    return out
  }
}

/// A custom property's name, as far as it says which field of a persona is meant.
enum STIXProperty {
  private static let fields: [String: EvidenceField] = [
    "platform": .platform, "bio": .bio, "biography": .bio, "description": .bio, "employer": .employer,
    "company": .employer, "title": .title, "job_title": .title, "headline": .title, "location": .location, "url": .url,
    "profile_url": .url, "link": .url, "links": .links, "languages": .languages, "language": .languages,
    "verified": .verified, "is_verified": .verified, "followers": .followers, "followers_count": .followers,
    "following": .following, "following_count": .following, "posts": .posts, "posts_count": .posts,
    "avatar_sha256": .avatarSHA256, "avatar_phash": .avatarPHash, "changed_at": .changedAt, "handle": .handle,
    "account_id": .accountID,
  ]

  /// `x_followers` and `x_vendor_followers` mean the same; nil where the name says nothing that is known.
  static func field(_ name: String) -> EvidenceField? {
    let bare = name.hasPrefix("x_") ? String(name.dropFirst(2)) : name
    if let field = fields[bare] { return field }
    guard let vendorEnd = bare.firstIndex(of: "_") else { return nil }
    return fields[String(bare[bare.index(after: vendorEnd)...])]
  }
}
