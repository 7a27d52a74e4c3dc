/// Which account a link leads to: the platforms' own forms of a profile's address.

import PluginSupport

/// A platform and what its profile links call an account.
public struct ProfileLink: Equatable, Sendable {
  public var platform: String
  /// As in the link, without `@`.
  public var handle: String
  /// Where the link carries the account's id and not its name.
  public var isID = false

  public init(platform: String, handle: String, isID: Bool = false) {
    self.platform = platform
    self.handle = handle
    self.isID = isID
  }

  /// Reads `https://www.linkedin.com/in/jane-doe-1a2b?trk=x`, `https://x.com/jane`, `https://bsky.app/profile/…`, and
  /// their like. Nil: no profile of a platform that is known.
  public init?(_ link: String) {
    guard let parts = LinkParts(link) else { return nil }
    self.init(parts)
  }

  init?(_ parts: LinkParts) {
    let path = parts.path
    switch parts.site {
    case "linkedin.com":
      // A notification's link goes by /comm/.
      let path = path.first == "comm" ? Array(path.dropFirst()) : path
      guard path.count >= 2 else { return nil }
      switch path[0] {
      case "in", "pub": self.init(platform: "linkedin", handle: path[1])
      case "company", "school", "showcase": self.init(platform: "linkedin", handle: "\(path[0])/\(path[1])")
      default: return nil
      }
    case "x.com", "twitter.com":
      if path.count == 3, path[0] == "i", path[1] == "user" {
        self.init(platform: "x", handle: path[2], isID: true)
      } else if path.first == "intent" {
        guard let id = parts.query["user_id"] else { return nil }
        self.init(platform: "x", handle: id, isID: true)
      } else {
        guard let name = path.first, Self.isName(name, most: 15), !Self.pagesOfX.contains(name.lowercased()) else {
          return nil
        }
        self.init(platform: "x", handle: name)
      }
    case "bsky.app":
      guard path.count >= 2, path[0] == "profile" else { return nil }
      self.init(platform: "bluesky", handle: path[1], isID: path[1].hasPrefix("did:"))
    case "facebook.com":
      if path.first == "profile.php", let id = parts.query["id"] {
        self.init(platform: "facebook", handle: id, isID: true)
      } else if path.count == 1, Self.isName(path[0], most: 50, with: ".") {
        self.init(platform: "facebook", handle: path[0])
      } else {
        return nil
      }
    case "instagram.com":
      guard path.count == 1, Self.isName(path[0], most: 30, with: ".") else { return nil }
      self.init(platform: "instagram", handle: path[0])
    case "github.com":
      guard path.count == 1, Self.isName(path[0], most: 39, with: "-") else { return nil }
      self.init(platform: "github", handle: path[0])
    case "xing.com":
      guard path.count >= 2, path[0] == "profile" else { return nil }
      self.init(platform: "xing", handle: path[1])
    case "t.me":
      guard path.count == 1, Self.isName(path[0], most: 32) else { return nil }
      self.init(platform: "telegram", handle: path[0])
    default:
      // Mastodon and its kin write https://host/@name, and https://host/users/name for the actor.
      if path.count == 1, path[0].hasPrefix("@"), Self.isName(path[0].dropFirst(), most: 60, with: ".-") {
        self.init(platform: "mastodon", handle: "\(path[0].dropFirst())@\(parts.host)")
      } else if path.count == 2, path[0] == "users", Self.isName(path[1], most: 60, with: ".-") {
        self.init(platform: "mastodon", handle: "\(path[1])@\(parts.host)")
      } else {
        return nil
      }
    }
  }

  /// First parts of paths on X that are no accounts.
  private static let pagesOfX: Set<String> = [
    "i", "home", "explore", "search", "settings", "messages", "notifications", "hashtag", "intent", "share", "login",
    "signup", "tos", "privacy", "about", "jobs", "compose",
  ]

  private static func isName(_ text: some StringProtocol, most: Int, with more: String = "") -> Bool {
    !text.isEmpty && text.utf8.count <= most
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_")
          || more.unicodeScalars.contains($0)
      }
  }
}

/// The parts of an http or https link that matter here. Nothing of it is resolved.
public struct LinkParts: Equatable, Sendable {
  /// Lower case, without port and user.
  public var host: String
  /// Percent-decoded, without empty parts.
  public var path: [String]
  public var query: [String: String]

  public init?(_ link: String) {
    guard link.utf8.count <= 4096, let scheme = link.range(of: "://"),
      ["http", "https"].contains(link[..<scheme.lowerBound].lowercased())
    else { return nil }
    let rest = link[scheme.upperBound...].prefix { $0 != "#" }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "\\" } ?? rest.endIndex
    // What stands before @ is a user, a favourite place for another host's name.
    let authority = rest[..<end].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let bare = authority.hasPrefix("[") ? authority : authority.prefix { $0 != ":" }
    guard !bare.isEmpty, bare.utf8.count <= 253 else { return nil }
    host = bare.lowercased()
    if host.hasSuffix(".") { host.removeLast() }
    let tail = rest[end...]
    let question = tail.firstIndex(of: "?") ?? tail.endIndex
    path = tail[..<question].split(separator: "/").prefix(16).map { Self.decoded($0) }
    query = [:]
    guard question < tail.endIndex else { return }
    for item in tail[tail.index(after: question)...].split(separator: "&").prefix(64) {
      let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = Self.decoded(halves[0])
      if query[name] == nil { query[name] = halves.count == 2 ? Self.decoded(halves[1]) : "" }
    }
  }

  /// The host without `www.`, `m.`, `mobile.` or a country's two letters before a platform's name.
  public var site: String {
    let labels = host.split(separator: ".")
    guard labels.count == 3, ["www", "m", "mobile", "web", "l"].contains(labels[0]) || labels[0].count == 2 else {
      return host
    }
    return labels[1...].joined(separator: ".")
  }

  /// Percent-encoding undone where it gives UTF-8; the text as it is otherwise.
  public static func decoded(_ text: some StringProtocol) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = Digits.nibble(bytes[at + 1]),
        let low = Digits.nibble(bytes[at + 2])
      {
        out.append(high << 4 | low)
        at += 3
      } else {
        out.append(bytes[at])
        at += 1
      }
    }
    return String(validating: out, as: UTF8.self) ?? String(text)
  }
}

extension String {
  /// Where a short text stands first. The standard library's own `range(of:)` is Foundation's.
  fileprivate func range(of other: String) -> Range<String.Index>? {
    let wanted = Array(other.utf8)
    var at = utf8.startIndex
    while at < utf8.endIndex {
      if utf8[at...].starts(with: wanted), let end = utf8.index(at, offsetBy: wanted.count, limitedBy: utf8.endIndex) {
        return at..<end
      }
      at = utf8.index(after: at)
    }
    return nil
  }
}
