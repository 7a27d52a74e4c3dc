/// Addresses of the world: documentation and private ranges only (RFC 5737, RFC 1918, RFC 3849).

/// 4 or 16 bytes in network order.
public struct LabAddress: Hashable, Sendable {
  public let bytes: [UInt8]

  init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
    bytes = [a, b, c, d].map { UInt8(truncatingIfNeeded: $0) }
  }

  /// 2001:db8:`net`::`host`
  init(v6 net: Int, host: Int) {
    var bytes = [UInt8](repeating: 0, count: 16)
    bytes[0] = 0x20
    bytes[1] = 0x01
    bytes[2] = 0x0d
    bytes[3] = 0xb8
    bytes[4] = UInt8(truncatingIfNeeded: net >> 8)
    bytes[5] = UInt8(truncatingIfNeeded: net)
    bytes[14] = UInt8(truncatingIfNeeded: host >> 8)
    bytes[15] = UInt8(truncatingIfNeeded: host)
    self.bytes = bytes
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isV6: Bool { bytes.count == 16 }

  /// 10.20.0.0/16 and 2001:db8:20::/48 are the organisation's.
  var isInside: Bool {
    isV6 ? bytes[4] == 0 && bytes[5] == 0x20 : bytes[0] == 10
  }

  /// As text; IPv6 in full groups without the longest run of zeros (RFC 5952 for the addresses used here).
  public var text: String {
    guard isV6 else { return bytes.map { "\($0)" }.joined(separator: ".") }
    let groups = (0..<8).map { Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]) }
    var best = 0..<0
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, groups[end] == 0 { end += 1 }
      if end - index > best.count, end - index > 1 { best = index..<end }
      index = max(end, index + 1)
    }
    func join(_ part: ArraySlice<Int>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    return best.isEmpty ? join(groups[...]) : join(groups[..<best.lowerBound]) + "::" + join(groups[best.upperBound...])
  }
}

/// 48 bits; all are locally administered.
public struct LabMAC: Hashable, Sendable {
  public let bytes: [UInt8]

  init(_ number: Int) {
    bytes = [0x02, 0x5e, 0x10] + [number >> 16, number >> 8, number].map { UInt8(truncatingIfNeeded: $0) }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  static let broadcast = LabMAC(bytes: [UInt8](repeating: 0xff, count: 6))

  public var text: String { bytes.map { hexadecimal([$0]) }.joined(separator: ":") }
}
