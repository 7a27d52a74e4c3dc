// IP addresses as the packet path needs them: two words, compared and hashed without a branch.

/// An IPv4 or IPv6 address in 16 bytes; IPv4 as its IPv4-mapped form `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
///
/// `Packet.version` says which it is on the wire: a real IPv6 packet may carry a mapped address.
@frozen
public struct NetworkAddress: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The first eight bytes on the wire, as a number.
  public var high: UInt64
  /// The last eight bytes on the wire, as a number.
  public var low: UInt64

  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The mapped form of an IPv4 address given as a number: 192.0.2.1 is 0xC000_0201.
  @inlinable public init(ipv4: UInt32) {
    high = 0
    low = 0x0000_FFFF_0000_0000 | UInt64(ipv4)
  }

  /// `::`, which is also what a packet without a network layer has.
  @inlinable public static var zero: NetworkAddress { NetworkAddress(high: 0, low: 0) }

  /// Whether this is an IPv4 address in mapped form.
  @inlinable public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// The last four bytes as a number: the IPv4 address if `isIPv4`.
  @inlinable public var ipv4: UInt32 { UInt32(truncatingIfNeeded: low) }

  /// In the order of the bytes on the wire.
  @inlinable public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }

  /// A name for two hosts in whichever order, never 0. Two pairs may bear the same one, once in a great many.
  public static func pairName(_ a: NetworkAddress, _ b: NetworkAddress) -> UInt64 {
    let (first, second) = a < b ? (a, b) : (b, a)
    func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
      let product = x.multipliedFullWidth(by: y)
      return product.high ^ product.low
    }
    // IPv4 addresses have no high bits, and a product with 0 would tell nothing of the rest.
    let half = fold(first.high ^ 0xD6E8_FEB8_6659_FD93, first.low ^ 0x9E37_79B9_7F4A_7C15)
    return fold(half ^ second.high, second.low ^ 0xC2B2_AE3D_27D4_EB4F) | 1
  }

  /// Multicast: 224.0.0.0/4 or ff00::/8.
  @inlinable public var isMulticast: Bool { isIPv4 ? ipv4 >> 28 == 0xE : high >> 56 == 0xFF }

  /// Loopback: 127.0.0.0/8 or ::1.
  @inlinable public var isLoopback: Bool { isIPv4 ? ipv4 >> 24 == 127 : high == 0 && low == 1 }

  /// The limited broadcast address 255.255.255.255.
  @inlinable public var isLimitedBroadcast: Bool { isIPv4 && ipv4 == .max }

  /// 0.0.0.0 or `::`.
  @inlinable public var isUnspecified: Bool { isIPv4 ? ipv4 == 0 : high == 0 && low == 0 }
}
