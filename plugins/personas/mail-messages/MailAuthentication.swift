/// What the receiving server found out about a message's sender (RFC 8601).

/// The results of one `Authentication-Results` field.
public struct MailAuthentication: Equatable, Sendable {
  public enum Verdict: String, Sendable {
    /// A signature, or the policy of the sender's domain, vouches for a domain.
    case pass
    /// Somebody looked, and nothing vouches for it.
    case fail
    /// Nobody looked.
    case unknown
  }

  public struct Result: Equatable, Sendable {
    /// `dkim`, `spf`, `dmarc`, …
    public var method: String
    public var result: String
    /// `header.d`, `smtp.mailfrom`, …
    public var properties: [String: String]
  }

  /// The server that says so.
  public private(set) var server = ""
  public private(set) var results: [Result] = []

  /// The field that counts: the topmost, for that is what the own server wrote last; with a server's name only its own,
  /// for others may be the sender's inventions (§5).
  public init?(_ headers: MailHeaders, server wanted: String? = nil) {
    for field in headers.all("authentication-results").prefix(20) {
      guard let read = MailAuthentication(field: field) else { continue }
      if let wanted, read.server.lowercased() != wanted.lowercased() { continue }
      self = read
      return
    }
    return nil
  }

  private init?(field: String) {
    let pieces = Self.withoutComments(field).split(separator: ";", maxSplits: 64)
    guard let first = pieces.first?.split(whereSeparator: \.isWhitespace).first else { return nil }
    server = String(first)
    for piece in pieces.dropFirst() {
      let words = piece.split(whereSeparator: \.isWhitespace).prefix(32)
      guard let head = words.first?.split(separator: "=", maxSplits: 1), head.count == 2 else { continue }
      var result = Result(
        method: head[0].split(separator: "/")[0].lowercased(), result: head[1].lowercased(), properties: [:])
      for word in words.dropFirst() {
        let halves = word.split(separator: "=", maxSplits: 1)
        guard halves.count == 2 else { continue }
        result.properties[halves[0].lowercased()] = halves[1].filter { $0 != "\"" }.lowercased()
      }
      results.append(result)
    }
  }

  /// Whether something vouches for one of these domains, or for one below it: a DKIM signature of it, or DMARC on its
  /// `From`. SPF speaks of the envelope only and is not enough.
  public func verdict(for domains: [String]) -> Verdict {
    func isWithin(_ domain: String?) -> Bool {
      guard let domain = domain?.split(separator: "@").last else { return false }
      return domains.contains { domain == $0 || domain.hasSuffix(".\($0)") }
    }
    for result in results where result.result == "pass" {
      switch result.method {
      case "dkim" where isWithin(result.properties["header.d"] ?? result.properties["header.i"]): return .pass
      case "dmarc" where isWithin(result.properties["header.from"]): return .pass
      default: break
      }
    }
    return results.contains { $0.method == "dkim" || $0.method == "dmarc" } ? .fail : .unknown
  }

  /// The first result of a method.
  public subscript(method: String) -> String? { results.first { $0.method == method }?.result }

  private static func withoutComments(_ text: String) -> String {
    var out = ""
    var depth = 0
    for character in text.prefix(16 << 10) {
      if character == "(" {
        depth += 1
      } else if character == ")" {
        depth = max(0, depth - 1)
      } else if depth == 0 {
        out.append(character)
      }
    }
    return out
  }
}
