// What the header of one TCP segment says, options included.

/// The control bits of a TCP header (RFC 9293 §3.1), in the low eight bits; `ae` is the former NS bit.
@frozen
public struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
  @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
  @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
  @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
  @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
  @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
  @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
  @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }
  @inlinable public static var ae: TCPFlags { TCPFlags(rawValue: 0x100) }
}

/// Which TCP options a segment carries in valid form.
@frozen
public struct TCPOptionSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var maximumSegmentSize: TCPOptionSet { TCPOptionSet(rawValue: 1) }
  @inlinable public static var windowScale: TCPOptionSet { TCPOptionSet(rawValue: 2) }
  @inlinable public static var sackPermitted: TCPOptionSet { TCPOptionSet(rawValue: 4) }
  @inlinable public static var sack: TCPOptionSet { TCPOptionSet(rawValue: 8) }
  @inlinable public static var timestamps: TCPOptionSet { TCPOptionSet(rawValue: 16) }
  /// Fast open, by option 34 or by the experimental option 254 with magic 0xF989 (RFC 7413).
  @inlinable public static var fastOpen: TCPOptionSet { TCPOptionSet(rawValue: 32) }
  @inlinable public static var md5Signature: TCPOptionSet { TCPOptionSet(rawValue: 64) }
  @inlinable public static var authentication: TCPOptionSet { TCPOptionSet(rawValue: 128) }
  /// Multipath TCP (RFC 8684).
  @inlinable public static var multipath: TCPOptionSet { TCPOptionSet(rawValue: 256) }
}

extension TCPOptionSet: CustomStringConvertible {
  /// The options by the names of the RFCs, in the order of their bits, with commas between them: `MSS,SACK-permitted`.
  public var description: String {
    let names: [(TCPOptionSet, String)] = [
      (.maximumSegmentSize, "MSS"), (.windowScale, "window-scale"), (.sackPermitted, "SACK-permitted"), (.sack, "SACK"),
      (.timestamps, "timestamps"), (.fastOpen, "TFO"), (.md5Signature, "MD5"), (.authentication, "TCP-AO"),
      (.multipath, "MPTCP"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
  }
}

/// One selective acknowledgement: the bytes from `left` up to but not including `right` arrived (RFC 2018).
@frozen
public struct SACKBlock: Hashable, Sendable, BitwiseCopyable {
  public var left: UInt32
  public var right: UInt32
  @inlinable public init(left: UInt32, right: UInt32) {
    self.left = left
    self.right = right
  }
}

/// The header of a TCP segment. A field of an option means something only if `options` has that option.
public struct TCPHeader: Sendable, BitwiseCopyable {
  public var sequence: UInt32 = 0
  /// The acknowledgement field as it stands, also where the ACK flag is clear.
  public var acknowledgement: UInt32 = 0
  public var flags: TCPFlags = []
  /// The window field, not scaled.
  public var window: UInt16 = 0
  public var urgentPointer: UInt16 = 0
  /// Bytes of the header with its options: 20...60.
  public var headerLength: UInt8 = 0
  public var options: TCPOptionSet = []
  public var maximumSegmentSize: UInt16 = 0
  /// The shift as it stands, which RFC 7323 limits to 14.
  public var windowScale: UInt8 = 0
  /// Bytes of the fast-open cookie; 0 asks for one.
  public var fastOpenCookieLength: UInt8 = 0
  public var timestampValue: UInt32 = 0
  public var timestampEcho: UInt32 = 0
  /// How many of `sackBlocks` are filled.
  public var sackCount: UInt8 = 0
  public var sackBlocks: InlineArray<4, SACKBlock> = InlineArray(repeating: SACKBlock(left: 0, right: 0))

  public init() {}
}
