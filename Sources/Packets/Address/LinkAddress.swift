// MAC addresses as the packet path needs them: one word.

/// A 48-bit link-layer address in the low bits of a word; 00:00:5e:00:53:01 is 0x0000_5E00_5301.
@frozen
public struct LinkAddress: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64

  /// Bits above the lowest 48 are dropped.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue & 0xFFFF_FFFF_FFFF }

  @inlinable public static var zero: LinkAddress { LinkAddress(rawValue: 0) }
  @inlinable public static var broadcast: LinkAddress { LinkAddress(rawValue: 0xFFFF_FFFF_FFFF) }

  /// Multicast or broadcast: the lowest bit of the first byte is set (IEEE 802, clause 8.2).
  @inlinable public var isGroup: Bool { rawValue >> 40 & 1 == 1 }
}
