// The checksum of IP, TCP, UDP, ICMP and IGMP (RFC 1071).

/// A running ones-complement sum of 16-bit words, in the machine's byte order, which the sum does not mind (RFC 1071 §2).
struct InternetChecksum {
  var sum: UInt64 = 0

  @inline(__always) mutating func add(_ bytes: WireBytes, _ start: Int, _ end: Int) {
    sum = sum &+ bytes.wordSum(start, end)
  }

  /// Adds a number as it would stand on the wire.
  @inline(__always) mutating func add(_ value: UInt16) { sum = sum &+ UInt64(value.bigEndian) }
  @inline(__always) mutating func add(_ value: UInt32) { sum = sum &+ UInt64(value.bigEndian) }
  @inline(__always) mutating func add(_ value: UInt64) {
    let word = value.bigEndian
    sum = sum &+ (word & 0xFFFF_FFFF) &+ (word &>> 32)
  }

  /// Adds the 20 bytes of an IPv4 header without options.
  @inline(__always) mutating func add(plainIPv4 header: HeaderBytes) {
    add(header.u64(0))
    add(header.u64(8))
    add(header.u32(16))
  }

  /// Adds the pseudo-header of RFC 9293 §3.1 (IPv4) or RFC 8200 §8.1 (IPv6), but for its length.
  ///
  /// A mapped address never stands in a pseudo-header as such: the packet's version says how long addresses are.
  @inline(__always) mutating func addPseudoHeader(
    _ source: NetworkAddress, _ destination: NetworkAddress, version: UInt8, ipProtocol: UInt8
  ) {
    if version == 4 {
      add(source.ipv4)
      add(destination.ipv4)
    } else {
      add(source.high)
      add(source.low)
      add(destination.high)
      add(destination.low)
    }
    add(UInt16(ipProtocol))
  }

  /// The sum folded to 16 bits as it would stand on the wire, not complemented: 0xFFFF where all adds up.
  @inline(__always) var folded: UInt16 {
    var value = (sum & 0xFFFF_FFFF) &+ (sum &>> 32)
    value = (value & 0xFFFF) &+ (value &>> 16)
    value = (value & 0xFFFF) &+ (value &>> 16)
    value = (value & 0xFFFF) &+ (value &>> 16)
    return UInt16(truncatingIfNeeded: value).bigEndian
  }
}
