// Which extension headers an IPv6 packet has, and whether they stand as RFC 8200 §4.1 says.

/// The extension headers met in a packet.
@frozen
public struct IPv6ExtensionSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var hopByHop: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 1) }
  @inlinable public static var routing: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 2) }
  @inlinable public static var fragment: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 4) }
  @inlinable public static var authentication: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 8) }
  @inlinable public static var destination: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 16) }
  @inlinable public static var mobility: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 32) }
  @inlinable public static var hostIdentity: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 64) }
  @inlinable public static var shim: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 128) }
  /// Not a header: one of them stands where RFC 8200 §4.1 has it not, for example hop-by-hop options that are not the first.
  @inlinable public static var misordered: IPv6ExtensionSet { IPv6ExtensionSet(rawValue: 0x8000) }
}
