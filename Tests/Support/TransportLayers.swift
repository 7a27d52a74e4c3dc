// Segments, datagrams and ICMP messages as values.

import Packets

/// A TCP segment.
public struct TCP: NetworkPayload {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var sequence: UInt32
  public var acknowledgement: UInt32
  public var flags: TCPFlags
  public var window: UInt16 = 65535
  public var urgentPointer: UInt16 = 0
  /// Written as they are; the header is filled with zeros to words.
  public var options: [UInt8] = []
  public var payload: [UInt8]
  /// In 32-bit words.
  public var headerWords: UInt8?
  public var checksum: UInt16?

  public init(
    from sourcePort: UInt16, to destinationPort: UInt16, _ flags: TCPFlags, sequence: UInt32 = 0,
    acknowledgement: UInt32 = 0, options: [UInt8] = [], payload: [UInt8] = []
  ) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.flags = flags
    self.sequence = sequence
    self.acknowledgement = acknowledgement
    self.options = options
    self.payload = payload
  }

  public init(
    from sourcePort: UInt16, to destinationPort: UInt16, _ flags: TCPFlags, sequence: UInt32 = 0,
    acknowledgement: UInt32 = 0, options: [UInt8] = [], payload: [UInt8] = [], set: (inout TCP) -> Void
  ) {
    self.init(
      from: sourcePort, to: destinationPort, flags, sequence: sequence, acknowledgement: acknowledgement,
      options: options, payload: payload)
    set(&self)
  }

  public var ipProtocol: UInt8 { 6 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var padded = options
    while padded.count % 4 != 0 { padded.append(0) }
    var out: [UInt8] = []
    out.big(sourcePort)
    out.big(destinationPort)
    out.big(sequence)
    out.big(acknowledgement)
    out.big(UInt16(headerWords ?? UInt8(5 + padded.count / 4)) << 12 | flags.rawValue)
    out.big(window)
    out.big(UInt16(0))
    out.big(urgentPointer)
    out += padded + payload
    out.setBig(checksum ?? pseudoHeader.checksum(ipProtocol: 6, out), at: 16)
    return out
  }
}

/// A UDP datagram.
public struct UDP: NetworkPayload {
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var payload: [UInt8]
  public var length: UInt16?
  public var checksum: UInt16?

  public init(
    from sourcePort: UInt16, to destinationPort: UInt16, payload: [UInt8] = [], length: UInt16? = nil,
    checksum: UInt16? = nil
  ) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.payload = payload
    self.length = length
    self.checksum = checksum
  }

  public var ipProtocol: UInt8 { 17 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var out: [UInt8] = []
    out.big(sourcePort)
    out.big(destinationPort)
    out.big(length ?? UInt16(truncatingIfNeeded: 8 + payload.count))
    out.big(UInt16(0))
    out += payload
    // RFC 768: a computed zero is sent as all ones.
    let computed = pseudoHeader.checksum(ipProtocol: 17, out)
    out.setBig(checksum ?? (computed == 0 ? 0xFFFF : computed), at: 6)
    return out
  }
}

/// An ICMP message (RFC 792).
public struct ICMP: NetworkPayload {
  public var type: UInt8
  public var code: UInt8
  /// The four bytes after the checksum, and what follows them.
  public var rest: [UInt8]
  public var checksum: UInt16?

  public init(type: UInt8, code: UInt8 = 0, rest: [UInt8] = [0, 0, 0, 0], checksum: UInt16? = nil) {
    self.type = type
    self.code = code
    self.rest = rest
    self.checksum = checksum
  }

  public var ipProtocol: UInt8 { 1 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var out = [type, code, 0, 0] + rest
    out.setBig(checksum ?? plainChecksum(out), at: 2)
    return out
  }
}

/// An ICMPv6 message (RFC 4443).
public struct ICMPv6: NetworkPayload {
  public var type: UInt8
  public var code: UInt8
  /// The four bytes after the checksum, and what follows them.
  public var rest: [UInt8]
  public var checksum: UInt16?

  public init(type: UInt8, code: UInt8 = 0, rest: [UInt8] = [0, 0, 0, 0], checksum: UInt16? = nil) {
    self.type = type
    self.code = code
    self.rest = rest
    self.checksum = checksum
  }

  public var ipProtocol: UInt8 { 58 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var out = [type, code, 0, 0] + rest
    out.setBig(checksum ?? pseudoHeader.checksum(ipProtocol: 58, out), at: 2)
    return out
  }
}

/// An IGMP message (RFC 3376).
public struct IGMP: NetworkPayload {
  public var type: UInt8
  /// From the group address (or what the type has there) on.
  public var rest: [UInt8]
  public var checksum: UInt16?

  public init(type: UInt8, rest: [UInt8], checksum: UInt16? = nil) {
    self.type = type
    self.rest = rest
    self.checksum = checksum
  }

  public var ipProtocol: UInt8 { 2 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var out = [type, 0, 0, 0] + rest
    out.setBig(checksum ?? plainChecksum(out), at: 2)
    return out
  }
}
