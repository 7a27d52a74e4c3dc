// How addresses with a port are written: 127.0.0.1:7750, [::1]:7750.

/// A host and a port, as in a configuration or on a command line.
public struct HostPort: Sendable, Equatable {
  public let host: String
  public let port: UInt16

  /// Nil unless the text is `HOST:PORT`; an IPv6 address may stand in brackets.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = port
  }
}
