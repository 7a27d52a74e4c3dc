// One decoded packet: the value that Packets hands to Flows.

import Catalog

/// What is above the network layer, as far as this room decodes it.
public enum Transport: UInt8, Sendable, BitwiseCopyable {
  /// No network layer, a cut or broken one, or no transport behind it.
  case none
  /// A fragment: what it carries is known only after reassembly (`PacketDecoder.decodeDefragmented`).
  case fragment
  case tcp, udp, icmp, icmpv6, igmp, sctp
  /// Another IP protocol; `Packet.ipProtocol` says which.
  case other
}

/// What a checksum turned out to be.
public enum ChecksumVerdict: UInt8, Sendable, BitwiseCopyable {
  /// There is none, or it was not asked for (`ChecksumMode.ignore`; a UDP checksum of 0 over IPv4).
  case absent
  case ok
  case bad
  /// It cannot be judged: bytes are missing, or the sender leaves it to its network card (`auto` mode).
  case unknown
}

/// A packet inside this one, which `PacketDecoder.decodeInner` decodes.
public enum InnerPacket: UInt8, Sendable, BitwiseCopyable {
  case none
  /// Begins with an IPv4 or IPv6 header, as the outer header announces it.
  case ipv4, ipv6
  /// Begins with an IP header of whichever version its first nibble says.
  case ip
  /// Begins with an Ethernet header.
  case ethernet
}

/// One packet, decoded. A trivial value without references, made to be reused: a decoder overwrites it.
///
/// Offsets are in bytes from the start of the bytes that were given to the decoder. Facts of a layer mean
/// something only where that layer is there: `version` for the network, `transport` for what is above.
public struct Packet: Sendable, BitwiseCopyable {
  // MARK: Capture

  /// Its place in its capture; the first is 1.
  public var number: UInt64 = 0
  /// Nanoseconds since 1970 UTC.
  public var time: Int64 = 0
  /// Bytes that the capture has of the frame.
  public var capturedLength: UInt32 = 0
  /// Bytes that the frame had on the wire; never below `capturedLength`.
  public var wireLength: UInt32 = 0
  /// Whether the capture cut the frame short.
  public var isCut: Bool { capturedLength < wireLength }

  // MARK: Link

  public var linkSource: LinkAddress = .zero
  public var linkDestination: LinkAddress = .zero
  /// Whether the link layer has the two addresses (SLL has the source only, which then is set).
  public var hasLinkAddresses = false
  /// Whether it was captured on a loopback interface, where many addresses are legal that a wire must not carry.
  public var isLoopback = false
  /// The type that led to the network layer, behind all tags; 0 if there is none.
  public var etherType: UInt16 = 0
  /// How many VLAN tags were seen; the ids of the outer two are in `vlanOuter` and `vlanInner`.
  public var vlanCount: UInt8 = 0
  public var vlanOuter: UInt16 = 0
  public var vlanInner: UInt16 = 0
  /// The ARP message, if `etherType` is 0x0806 and it is whole.
  public var arp: ARPMessage = ARPMessage()
  public var hasARP = false

  // MARK: Network

  /// 4 or 6; 0 if there is no IP header that could be read.
  public var version: UInt8 = 0
  public var source: NetworkAddress = .zero
  public var destination: NetworkAddress = .zero
  /// TTL or hop limit.
  public var timeToLive: UInt8 = 0
  /// Differentiated services and ECN bits, or the traffic class.
  public var trafficClass: UInt8 = 0
  /// Where the IP header begins.
  public var networkOffset: UInt32 = 0
  /// Bytes of the IP header with its options or extension headers.
  public var networkHeaderLength: UInt32 = 0
  /// The length that the IP header states, header included, as it stands (IPv6: payload length + 40).
  public var announcedLength: UInt32 = 0
  /// Bytes from the IP header on: `announcedLength`, or what the wire had where that is 0 or less than the header.
  public var networkLength: UInt32 = 0
  /// The protocol after all extension headers; in a fragment, what the fragment says.
  public var ipProtocol: UInt8 = 0

  public var isFragment = false
  public var moreFragments = false
  public var dontFragment = false
  /// In bytes.
  public var fragmentOffset: UInt32 = 0
  /// 16 bits in IPv4, 32 in IPv6.
  public var fragmentIdentification: UInt32 = 0

  // MARK: Transport

  public var transport: Transport = .none
  /// Where the transport header, or the bytes of a fragment, begin.
  public var transportOffset: UInt32 = 0
  /// TCP, UDP and SCTP ports; 0 otherwise.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// Where the payload begins.
  public var payloadOffset: UInt32 = 0
  /// Payload bytes that are there, `payloadOffset ..< payloadOffset + payloadLength`.
  public var payloadLength: UInt32 = 0
  /// Payload bytes that the packet had on the wire: above `payloadLength` where the capture cut it.
  public var wirePayloadLength: UInt32 = 0

  public var tcp: TCPHeader = TCPHeader()
  /// ICMP, ICMPv6 and IGMP.
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  /// ICMP and ICMPv6 echo: identifier and sequence number; other types: the same four bytes as they stand.
  public var icmpIdentifier: UInt16 = 0
  public var icmpSequence: UInt16 = 0
  /// The packet that an ICMP or ICMPv6 error quotes.
  public var quoted: QuotedPacket = QuotedPacket()
  public var hasQuoted = false

  // MARK: Findings

  public var ipChecksum: ChecksumVerdict = .absent
  /// Of TCP, UDP, ICMP, ICMPv6 or IGMP.
  public var transportChecksum: ChecksumVerdict = .absent
  /// Whether a checksum is truly wrong, so that the packet must not change the state of its flow.
  public var hasBadChecksum: Bool { ipChecksum == .bad || transportChecksum == .bad }

  /// The packet inside this one, if it is a tunnel's, and where it is.
  public var inner: InnerPacket = .none
  public var innerOffset: UInt32 = 0
  public var innerLength: UInt32 = 0
  /// Bytes that it had on the wire: above `innerLength` where the capture cut it.
  public var innerWireLength: UInt32 = 0
  /// How many tunnels this packet came out of: 0 for what was captured itself.
  public var tunnelDepth: UInt8 = 0
  /// Headers gone through so far, outer packets included.
  public var layerCount: UInt8 = 0

  public var anomalies: PacketAnomalies = PacketAnomalies()

  /// The addresses for which checksums are made: those of the header, unless a routing header or a home address
  /// of IPv6 says otherwise.
  var checksumSource: NetworkAddress = .zero
  var checksumDestination: NetworkAddress = .zero
  /// What a bad checksum field held and would hold if a network card had still to fill it.
  var ipChecksumForm: ChecksumForm = .unremarkable
  var transportChecksumForm: ChecksumForm = .unremarkable

  public init() {}

  /// Notes an anomaly at that offset.
  public mutating func raise(_ kind: AnomalyKind, at offset: Int) {
    anomalies.append(kind, offset: offset, captured: false)
  }

  /// Notes an anomaly that lies in bytes being missing: where the capture cut the frame, that explains it.
  public mutating func raiseMissing(_ kind: AnomalyKind, at offset: Int) {
    anomalies.append(kind, offset: offset, captured: isCut)
  }

  /// Sets where the payload is.
  @inline(__always)
  mutating func setPayload(_ region: Region) {
    payloadOffset = UInt32(truncatingIfNeeded: min(region.offset, region.end))
    payloadLength = UInt32(truncatingIfNeeded: region.count)
    wirePayloadLength = UInt32(truncatingIfNeeded: region.wireCount)
  }

  /// Forgets all that is above the link layer, anomalies included.
  mutating func forgetNetwork() {
    version = 0
    source = .zero
    destination = .zero
    ipProtocol = 0
    isFragment = false
    moreFragments = false
    dontFragment = false
    fragmentOffset = 0
    networkLength = 0
    announcedLength = 0
    ipChecksum = .absent
    ipChecksumForm = .unremarkable
    hasARP = false
    forgetTransport()
    anomalies.removeAll()
  }

  /// Forgets all that is above the network layer; anomalies stay.
  mutating func forgetTransport() {
    transport = .none
    transportOffset = 0
    sourcePort = 0
    destinationPort = 0
    payloadOffset = 0
    payloadLength = 0
    wirePayloadLength = 0
    icmpType = 0
    icmpCode = 0
    hasQuoted = false
    transportChecksum = .absent
    transportChecksumForm = .unremarkable
    inner = .none
  }

  /// Forgets the packet before, all but the fields that mean something only where another says so.
  mutating func restart(time: Int64, number: UInt64, capturedLength: Int, wireLength: Int) {
    self.number = number
    self.time = time
    self.capturedLength = UInt32(clamping: capturedLength)
    self.wireLength = UInt32(clamping: max(wireLength, capturedLength))
    linkSource = .zero
    linkDestination = .zero
    hasLinkAddresses = false
    isLoopback = false
    etherType = 0
    vlanCount = 0
    vlanOuter = 0
    vlanInner = 0
    tunnelDepth = 0
    layerCount = 0
    forgetNetwork()
  }
}

/// An ARP message for IPv4 over Ethernet (RFC 826).
public struct ARPMessage: Sendable, BitwiseCopyable {
  /// 1 request, 2 reply.
  public var operation: UInt16 = 0
  public var senderLink: LinkAddress = .zero
  public var senderNetwork: NetworkAddress = .zero
  public var targetLink: LinkAddress = .zero
  public var targetNetwork: NetworkAddress = .zero

  public init() {}
}

/// What an ICMP error quotes of the packet that it answers: enough to find that packet's flow.
public struct QuotedPacket: Sendable, BitwiseCopyable {
  public var source: NetworkAddress = .zero
  public var destination: NetworkAddress = .zero
  public var ipProtocol: UInt8 = 0
  /// Whether the quote reaches the ports of TCP, UDP or SCTP, or type and code of ICMP.
  public var hasPorts = false
  /// Ports; for ICMP the type is in `sourcePort` and the code in `destinationPort`.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0

  public init() {}
}
