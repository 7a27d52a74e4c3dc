// The way into this room: bytes of a frame in, one `Packet` out.

import Catalog

/// What to do about checksums.
public enum ChecksumMode: Sendable {
  /// Judge every checksum by itself.
  case validate
  /// Look at none; all verdicts are `absent`.
  case ignore
  /// Judge them, but tell network-card offloading from damage (`ChecksumPolicy`).
  case auto
}

/// How a decoder works.
public struct DecoderOptions: Sendable {
  public var checksums: ChecksumMode
  /// Headers that a frame may have before decoding stops with `decode.too_many_layers`; 1...255.
  public var depth: Int
  /// Tunnels within tunnels before decoding stops with `tunnel.too_deep`; 0...255.
  public var tunnelDepth: Int

  public init(checksums: ChecksumMode = .auto, depth: Int = 16, tunnelDepth: Int = 4) {
    self.checksums = checksums
    self.depth = max(1, min(depth, 255))
    self.tunnelDepth = max(0, min(tunnelDepth, 255))
  }
}

/// Decodes frames. One a worker; it holds nothing but its options and what `auto` has learned of offloading.
///
/// No call allocates, throws or traps, whatever the bytes.
///
///     var decoder = PacketDecoder()
///     var packet = Packet()
///     decoder.decode(frame, linkType: .ethernet, time: time, number: 1, wireLength: frame.count, into: &packet)
///     repeat { flows.process(&packet, frame: frame) } while decoder.decodeInner(frame, into: &packet)
public struct PacketDecoder {
  public let options: DecoderOptions
  public internal(set) var checksumPolicy = ChecksumPolicy()

  public init(options: DecoderOptions = DecoderOptions()) { self.options = options }

  /// Decodes a frame into `packet`, which is overwritten.
  ///
  /// - Parameters:
  ///   - frame: the captured bytes; offsets in `packet` count from their start.
  ///   - linkType: which header it begins with; of an unsupported type only the capture's facts are set.
  ///   - time: nanoseconds since 1970 UTC.
  ///   - number: its place in its capture, from 1.
  ///   - wireLength: bytes on the wire; less than the captured bytes counts as equal to them.
  ///   - hasInvalidTime: whether the reader of the capture found the time impossible or running back; a negative time
  ///     is seen here.
  ///   - interface: the interface of the capture, from 0: offloading is learned for each by itself.
  public mutating func decode(
    _ frame: UnsafeRawBufferPointer, linkType: LinkType, time: Int64, number: UInt64, wireLength: Int,
    hasInvalidTime: Bool = false, interface: UInt32 = 0, into packet: inout Packet
  ) {
    packet.restart(
      time: time, number: number, interface: interface, capturedLength: frame.count, wireLength: wireLength)
    if time < 0 || hasInvalidTime { packet.raise(.captureInvalidTimestamp, at: 0) }
    if packet.isCut { noteCut(&packet) }
    let region = Region(offset: 0, end: frame.count, wireEnd: Int(packet.wireLength))
    if linkType == .ethernet {
      decodeEthernet(WireBytes(frame), region, into: &packet)
    } else {
      decodeLink(linkType, WireBytes(frame), region, into: &packet)
    }
    settleChecksums(&packet)
  }

  @inline(never)
  private func noteCut(_ packet: inout Packet) {
    packet.anomalies.append(.captureTruncatedPacket, offset: Int(packet.capturedLength), captured: true)
  }

  /// Decodes an IP packet by itself, for example one made whole elsewhere, with the capture's facts (number, time,
  /// link addresses, VLAN) that `packet` has. What was known of another network layer is forgotten, anomalies included.
  public mutating func decodeNetwork(_ bytes: UnsafeRawBufferPointer, into packet: inout Packet) {
    packet.hasSubframes = false
    packet.forgetNetwork()
    decodeRawIP(WireBytes(bytes), Region(offset: 0, end: bytes.count, wireEnd: bytes.count), into: &packet)
    settleChecksums(&packet)
  }

  /// Decodes what a reassembled datagram carries. `packet` is one of its fragments, whose network facts stay;
  /// `payload` is all that followed the (unfragmentable) header, of the protocol `packet.ipProtocol` as the
  /// fragment at offset 0 has it.
  /// Afterwards offsets count from the start of `payload`, `isFragment` is false, and what was found is added
  /// to the anomalies already there.
  public mutating func decodeDefragmented(_ payload: UnsafeRawBufferPointer, into packet: inout Packet) {
    packet.hasSubframes = false
    packet.forgetTransport()
    packet.isFragment = false
    packet.isIncomplete = false
    packet.networkLength = packet.networkHeaderLength &+ UInt32(clamping: payload.count)
    let region = Region(offset: 0, end: payload.count, wireEnd: payload.count)
    if packet.version == 6 {
      // Measured from where the payload begins, which is not where the header did.
      let headerLength = packet.networkHeaderLength
      decodeIPv6Extensions(WireBytes(payload), region, into: &packet)
      packet.networkHeaderLength = headerLength
    } else {
      decodeTransport(WireBytes(payload), region, into: &packet)
    }
    settleChecksums(&packet)
  }

  /// Goes on to the packet inside this one, or to the next one beside it in an aggregate. `bytes` are those of the call that decoded `packet`. Afterwards `packet`
  /// describes the inner packet, offsets still counting from the start of `bytes`; its anomalies are
  /// the inner packet's alone. False, with nothing changed, if there is none. A packet in more tunnels than allowed
  /// is not decoded: it has no network layer, and the anomaly `tunnel.too_deep`.
  @inlinable
  public mutating func decodeInner(_ bytes: UnsafeRawBufferPointer, into packet: inout Packet) -> Bool {
    if packet.inner != .none {
      enterTunnel(bytes, into: &packet)
    } else {
      guard packet.hasSubframes else { return false }
      enterSubframe(bytes, into: &packet)
    }
    return true
  }
}
