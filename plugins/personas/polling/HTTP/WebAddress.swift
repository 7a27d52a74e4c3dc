/// Addresses of web services: taken apart, put together and compared by libcurl's own parser, so that what is checked
/// is what is asked.

import CCurl

/// An http or https address without user and password.
public struct WebAddress: Hashable, Sendable {
  /// The most bytes of an address.
  public static let mostBytes = 8192

  /// The whole address, normalised, without a fragment.
  public let text: String
  public let scheme: String
  /// Lower case.
  public let host: String
  public let port: UInt16

  /// The address as people are shown it: without what is asked, for a token may be part of that.
  public var shown: String { Self.shown(text) }

  /// The same of a text that may be no address.
  static func shown(_ text: String) -> String { String(text.prefix { $0 != "?" }) }

  /// Nil: no such address.
  public init?(_ text: String) { self.init(text, from: nil) }

  /// What a link in a document at `base` leads to.
  public init?(_ link: String, relativeTo base: WebAddress) { self.init(link, from: base) }

  private init?(_ link: String, from base: WebAddress?) {
    guard link.utf8.count <= Self.mostBytes, !link.utf8.contains(0), let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    if let base, curl_url_set(url, CURLUPART_URL, base.text, 0) != CURLUE_OK { return nil }
    guard curl_url_set(url, CURLUPART_URL, link, 0) == CURLUE_OK else { return nil }
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var raw: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &raw, UInt32(flags)) == CURLUE_OK, let raw else { return nil }
      defer { curl_free(raw) }
      return String(cString: raw)
    }
    // A password in an address ends up in logs.
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil,
      curl_url_set(url, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
      let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
      let host = part(CURLUPART_HOST), let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap(UInt16.init),
      let whole = part(CURLUPART_URL), whole.utf8.count <= Self.mostBytes
    else { return nil }
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    self.text = whole
  }

  /// Whether both are the same service: scheme, host and port (RFC 6454 §4).
  public func hasOrigin(of other: WebAddress) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// Encrypted, or on this machine: where a secret may go.
  public var isPrivate: Bool { scheme == "https" || isLoopback }

  /// On this machine.
  var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 < 0x3a }
  }

  /// What a request line has: path and query.
  public var target: String {
    let rest = text.dropFirst(scheme.utf8.count + 3)
    return rest.firstIndex(where: { $0 == "/" || $0 == "?" }).map {
      rest[$0] == "/" ? String(rest[$0...]) : "/" + rest[$0...]
    } ?? "/"
  }

  /// A ws or wss address (RFC 6455 §3), as the http or https address that its handshake goes to; nil: no such address.
  public init?(webSocket text: String) {
    let lower = text.prefix(6).lowercased()
    if lower.hasPrefix("wss://") {
      self.init("https" + text.dropFirst(3))
    } else if lower.hasPrefix("ws://") {
      self.init("http" + text.dropFirst(2))
    } else {
      return nil
    }
  }

  /// Another path at the same service, with a query.
  public func at(_ path: String, _ query: [(String, String)] = []) -> WebAddress? {
    WebAddress(path + Self.query(query), relativeTo: self)
  }

  /// This address with further members of its query.
  public func adding(_ query: [(String, String)]) -> WebAddress? {
    guard !query.isEmpty else { return self }
    let more = Self.query(query)
    return WebAddress(text.utf8.contains(UInt8(ascii: "?")) ? "\(text)&\(more.dropFirst())" : text + more)
  }

  private static func query(_ members: [(String, String)]) -> String {
    guard !members.isEmpty else { return "" }
    return "?" + members.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
  }

  /// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
  public static func encoded(_ text: String) -> String {
    var out: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
      default: out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The value of a member of the query, decoded; nil where it has none of that name.
  public func query(_ name: String) -> String? {
    guard let start = text.firstIndex(of: "?") else { return nil }
    for member in text[text.index(after: start)...].split(separator: "&") {
      let halves = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, Self.decoded(halves[0]) == name else { continue }
      return Self.decoded(halves[1])
    }
    return nil
  }

  private static func decoded(_ text: some StringProtocol) -> String {
    var length: Int32 = 0
    guard let raw = curl_easy_unescape(nil, String(text), 0, &length) else { return String(text) }
    defer { curl_free(raw) }
    let bytes = UnsafeRawBufferPointer(start: raw, count: Int(max(length, 0)))
    return String(decoding: bytes, as: UTF8.self)
  }
}
