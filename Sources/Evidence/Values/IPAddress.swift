/// An IPv4 or IPv6 address as a plain value: it is a key of tables, so it holds no reference.

#if canImport(Glibc)
  import Glibc
#endif

/// 16 bytes in network order as two big-endian words; an IPv4 address lies in the low 32 bits of `low`.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  public let high: UInt64
  public let low: UInt64
  public let isIPv4: Bool

  @inlinable public init(ipv4: UInt32) {
    high = 0
    low = UInt64(ipv4)
    isIPv4 = true
  }

  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    isIPv4 = false
  }

  /// Reads 4 or 16 bytes in network order; nil for any other length.
  public init?(bytes: UnsafeRawBufferPointer) {
    switch bytes.count {
    case 4: self.init(ipv4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    case 16:
      self.init(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    default: return nil
    }
  }

  /// Reads dotted-quad IPv4 or RFC 4291 IPv6 text (a zone after `%` and brackets are ignored). An IPv4-mapped IPv6
  /// address (`::ffff:10.0.0.1`) becomes the IPv4 address, for that is how hosts log their IPv4 sockets.
  public init?(_ text: some StringProtocol) {
    var text = String(text)
    if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
    if let zone = text.firstIndex(of: "%") { text = String(text[..<zone]) }
    guard !text.isEmpty, text.utf8.count <= 45 else { return nil }
    if text.contains(":") {
      var a = in6_addr()
      guard inet_pton(AF_INET6, text, &a) == 1 else { return nil }
      let value = withUnsafeBytes(of: &a) { IPAddress(bytes: $0) }
      guard let value else { return nil }
      self =
        value.high == 0 && value.low >> 32 == 0xFFFF ? IPAddress(ipv4: UInt32(truncatingIfNeeded: value.low)) : value
    } else {
      var a = in_addr()
      guard inet_pton(AF_INET, text, &a) == 1 else { return nil }
      self.init(ipv4: UInt32(bigEndian: a.s_addr))
    }
  }

  /// 127/8 and ::1.
  public var isLoopback: Bool { isIPv4 ? low >> 24 == 127 : high == 0 && low == 1 }
  /// 0.0.0.0 and ::.
  public var isUnspecified: Bool { high == 0 && low == 0 }
  /// 224/4 and ff00::/8.
  public var isMulticast: Bool { isIPv4 ? low >> 28 == 0xE : high >> 56 == 0xFF }
  /// 255.255.255.255.
  public var isLimitedBroadcast: Bool { isIPv4 && low == 0xFFFF_FFFF }
  /// 169.254/16 and fe80::/10.
  public var isLinkLocal: Bool { isIPv4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA }
  /// RFC 1918, RFC 6598, RFC 4193: addresses of a site's own.
  public var isPrivate: Bool {
    guard isIPv4 else { return high >> 57 == 0x7E }
    return low >> 24 == 10 || low >> 20 == 0xAC1 || low >> 16 == 0xC0A8 || low >> 22 == 0x191
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, then by value.
  @inlinable public static func < (a: IPAddress, b: IPAddress) -> Bool {
    if a.isIPv4 != b.isIPv4 { return a.isIPv4 }
    return a.high != b.high ? a.high < b.high : a.low < b.low
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted quad, or the RFC 5952 form.
  public var description: String {
    String(unsafeUninitializedCapacity: IPAddress.textLimit) { write(into: $0) }
  }

  /// Bytes that the text of an address may take, with the zero that the C library ends it with.
  static let textLimit = Int(INET6_ADDRSTRLEN)

  /// Writes the text of ``description`` and returns its length. `out` has room for ``textLimit`` bytes.
  func write(into out: UnsafeMutableBufferPointer<UInt8>) -> Int {
    guard out.count >= IPAddress.textLimit, let base = out.baseAddress else { return 0 }
    guard isIPv4 else {
      var words = (high.bigEndian, low.bigEndian)
      return base.withMemoryRebound(to: CChar.self, capacity: out.count) { text in
        inet_ntop(AF_INET6, &words, text, socklen_t(out.count)).map(strlen) ?? 0
      }
    }
    var at = 0
    var shift: UInt64 = 24
    while true {
      let part = UInt8(truncatingIfNeeded: low >> shift)
      if part >= 100 {
        out[at] = 48 + part / 100
        at += 1
      }
      if part >= 10 {
        out[at] = 48 + part / 10 % 10
        at += 1
      }
      out[at] = 48 + part % 10
      at += 1
      guard shift > 0 else { return at }
      out[at] = UInt8(ascii: ".")
      at += 1
      shift -= 8
    }
  }
}
