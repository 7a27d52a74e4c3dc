// IP packets as values; lengths and checksums are right unless a test says otherwise.

/// Anything that has an IP protocol number. `pseudoHeader` is what its checksum covers before its own bytes.
public protocol NetworkPayload: Sendable {
  var ipProtocol: UInt8 { get }
  func bytes(pseudoHeader: PseudoHeader) -> [UInt8]
}

/// Addresses of a packet, from which the pseudo-header of RFC 9293 §3.1 or RFC 8200 §8.1 is made.
public struct PseudoHeader: Sendable {
  public var source: [UInt8]
  public var destination: [UInt8]

  public init(source: [UInt8], destination: [UInt8]) {
    self.source = source
    self.destination = destination
  }

  public func checksum(ipProtocol: UInt8, _ bytes: [UInt8]) -> UInt16 {
    var all = source + destination
    all.big(UInt32(bytes.count))
    all += [0, 0, 0, ipProtocol]
    return plainChecksum(all + bytes)
  }
}

/// An IPv4 packet.
public struct IPv4: LinkPayload {
  public var source: String
  public var destination: String
  public var payload: any NetworkPayload
  public var timeToLive: UInt8 = 64
  public var identification: UInt16 = 0
  public var dontFragment = false
  public var moreFragments = false
  /// In bytes; a multiple of 8.
  public var fragmentOffset = 0
  /// Written as they are; the header length is rounded up to words and filled with zeros.
  public var options: [UInt8] = []
  public var version: UInt8 = 4
  /// In 32-bit words.
  public var headerWords: UInt8?
  public var totalLength: UInt16?
  public var checksum: UInt16?

  public init(from source: String, to destination: String, _ payload: any NetworkPayload) {
    self.source = source
    self.destination = destination
    self.payload = payload
  }

  public init(from source: String, to destination: String, _ payload: any NetworkPayload, set: (inout IPv4) -> Void) {
    self.init(from: source, to: destination, payload)
    set(&self)
  }

  public var etherType: UInt16 { 0x0800 }
  public var bytes: [UInt8] {
    let body = payload.bytes(
      pseudoHeader: PseudoHeader(source: addressBytes(source), destination: addressBytes(destination)))
    var padded = options
    while padded.count % 4 != 0 { padded.append(0) }
    let headerLength = 20 + padded.count
    var header: [UInt8] = [version << 4 | (headerWords ?? UInt8(headerLength / 4)), 0]
    header.big(totalLength ?? UInt16(truncatingIfNeeded: headerLength + body.count))
    header.big(identification)
    header.big(
      UInt16(dontFragment ? 0x4000 : 0) | UInt16(moreFragments ? 0x2000 : 0) | UInt16(fragmentOffset / 8))
    header += [timeToLive, payload.ipProtocol, 0, 0]
    header += addressBytes(source) + addressBytes(destination) + padded
    header.setBig(checksum ?? plainChecksum(header), at: 10)
    return header + body
  }
}

/// An IPv6 packet.
public struct IPv6: LinkPayload {
  public var source: String
  public var destination: String
  public var payload: any NetworkPayload
  public var hopLimit: UInt8 = 64
  public var version: UInt8 = 6
  public var payloadLength: UInt16?

  public init(from source: String, to destination: String, _ payload: any NetworkPayload) {
    self.source = source
    self.destination = destination
    self.payload = payload
  }

  public init(from source: String, to destination: String, _ payload: any NetworkPayload, set: (inout IPv6) -> Void) {
    self.init(from: source, to: destination, payload)
    set(&self)
  }

  public var etherType: UInt16 { 0x86DD }
  public var bytes: [UInt8] {
    let body = payload.bytes(
      pseudoHeader: PseudoHeader(source: addressBytes(source), destination: addressBytes(destination)))
    var header: [UInt8] = [version << 4, 0, 0, 0]
    header.big(payloadLength ?? UInt16(truncatingIfNeeded: body.count))
    header += [payload.ipProtocol, hopLimit]
    return header + addressBytes(source) + addressBytes(destination) + body
  }
}

/// An IPv6 extension header whose second byte is a length: hop-by-hop 0, routing 43, destination 60, mobility 135.
public struct IPv6Extension: NetworkPayload {
  public var ipProtocol: UInt8
  /// What follows the next-header and length bytes; filled with zeros to a multiple of 8.
  public var content: [UInt8]
  public var payload: any NetworkPayload
  /// In units of 8 bytes, the first not counted.
  public var length: UInt8?

  public init(_ type: UInt8, _ content: [UInt8], length: UInt8? = nil, _ payload: any NetworkPayload) {
    ipProtocol = type
    self.content = content
    self.length = length
    self.payload = payload
  }

  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var header = [payload.ipProtocol, 0] + content
    while header.count % 8 != 0 { header.append(0) }
    header[1] = length ?? UInt8(header.count / 8 - 1)
    return header + payload.bytes(pseudoHeader: pseudoHeader)
  }
}

/// An IPv6 fragment header before a piece of a payload.
public struct IPv6Fragment: NetworkPayload {
  public var ipProtocol: UInt8 { 44 }
  /// In bytes; a multiple of 8.
  public var offset: Int
  public var moreFragments: Bool
  public var identification: UInt32
  public var payload: any NetworkPayload

  public init(offset: Int, more: Bool, identification: UInt32, _ payload: any NetworkPayload) {
    self.offset = offset
    moreFragments = more
    self.identification = identification
    self.payload = payload
  }

  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] {
    var header: [UInt8] = [payload.ipProtocol, 0]
    header.big(UInt16(offset) | (moreFragments ? 1 : 0))
    header.big(identification)
    return header + payload.bytes(pseudoHeader: pseudoHeader)
  }
}

/// Bytes under a protocol number of the test's choice.
public struct RawNetworkPayload: NetworkPayload {
  public var ipProtocol: UInt8
  public var content: [UInt8]
  public init(ipProtocol: UInt8, _ content: [UInt8]) {
    self.ipProtocol = ipProtocol
    self.content = content
  }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] { content }
}

/// A whole IP packet as the payload of another: IP in IP.
public struct Tunnelled: NetworkPayload {
  public var packet: any LinkPayload
  public init(_ packet: any LinkPayload) { self.packet = packet }
  public var ipProtocol: UInt8 { packet.etherType == 0x0800 ? 4 : 41 }
  public func bytes(pseudoHeader: PseudoHeader) -> [UInt8] { packet.bytes }
}
