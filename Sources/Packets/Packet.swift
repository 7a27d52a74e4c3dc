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
  /// Begins with a PPP header: L2TP, and GRE version 1 of PPTP.
  case ppp
  /// Begins with an IEEE 802.11 header: GRE of Aruba's access points.
  case wireless
  /// Begins with what the EtherType `Packet.innerEtherType` announces.
  case etherType
}

/// One packet, decoded. A trivial value without references, made to be reused: a decoder overwrites it.
///
/// Offsets are in bytes from the start of the bytes that were given to the decoder. Facts of a layer mean
/// something only where that layer is there: `version` for the network, `transport` for what is above.
///
/// The order of the fields is that of use: what every packet writes stands together, so that forgetting the packet before
/// is a few wide stores, and what few packets have stands last.
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
  /// The interface of the capture, from 0.
  public var interface: UInt32 = 0
  /// Whether the capture cut the frame short.
  @inlinable public var isCut: Bool { capturedLength < wireLength }

  // MARK: Places

  /// Where the IP header begins, or the ARP message.
  public var networkOffset: UInt32 = 0
  /// Bytes of the IP header with its options or extension headers.
  public var networkHeaderLength: UInt32 = 0
  /// Where the transport header, or the bytes of a fragment, begin.
  public var transportOffset: UInt32 = 0
  /// Where the payload begins.
  public var payloadOffset: UInt32 = 0
  /// Payload bytes that are there, `payloadOffset ..< payloadOffset + payloadLength`.
  public var payloadLength: UInt32 = 0
  /// Payload bytes that the packet had on the wire: above `payloadLength` where the capture cut it.
  public var wirePayloadLength: UInt32 = 0
  /// The length that the IP header states, header included, as it stands (IPv6: payload length + 40).
  public var announcedLength: UInt32 = 0
  /// Bytes from the IP header on: `announcedLength`, or what the wire had where that is 0 or less than the header.
  public var networkLength: UInt32 = 0
  /// In bytes.
  public var fragmentOffset: UInt32 = 0
  /// 16 bits in IPv4, 32 in IPv6.
  public var fragmentIdentification: UInt32 = 0

  // MARK: Addresses

  public var linkSource: LinkAddress = .zero
  public var linkDestination: LinkAddress = .zero
  public var source: NetworkAddress = .zero
  public var destination: NetworkAddress = .zero
  /// The ports of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 otherwise.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// The type that led to the network layer, behind all tags; 0 if there is none.
  public var etherType: UInt16 = 0
  /// The ids of the outer two VLAN tags; `vlanCount` says how many were seen.
  public var vlanOuter: UInt16 = 0
  public var vlanInner: UInt16 = 0

  // MARK: Kinds

  public var vlanCount: UInt8 = 0
  /// 4 or 6; 0 if there is no IP header that could be read.
  public var version: UInt8 = 0
  /// The protocol after all extension headers; in a fragment, what the fragment says.
  public var ipProtocol: UInt8 = 0
  public var transport: Transport = .none
  public var ipChecksum: ChecksumVerdict = .absent
  /// Of TCP, UDP, UDP-Lite, ICMP, ICMPv6 or IGMP.
  public var transportChecksum: ChecksumVerdict = .absent
  /// The packet inside this one, if it is a tunnel's; `innerOffset` says where it is.
  public var inner: InnerPacket = .none
  /// Whether further frames of an aggregate follow, which `decodeInner` goes on to: `subframes` says where.
  public internal(set) var hasSubframes = false
  public var isFragment = false
  public var moreFragments = false
  public var dontFragment = false
  /// Whether the link layer has the two addresses (SLL has the source only, which then is set).
  public var hasLinkAddresses = false
  /// Whether it was captured on a loopback interface, where many addresses are legal that a wire must not carry.
  public var isLoopback = false
  public var hasARP = false
  /// Whether `quoted` is set.
  public var hasQuoted = false
  /// ICMP, ICMPv6 and IGMP.
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  /// How many tunnels this packet came out of: 0 for what was captured itself.
  public var tunnelDepth: UInt8 = 0
  /// With a `tunnelDepth` above 0: the two ends of the outermost tunnel, as ``NetworkAddress/pairName(_:_:)`` names them.
  public var tunnelEnds: UInt64 = 0
  /// Headers gone through so far, outer packets included.
  public var layerCount: UInt8 = 0
  /// Whether the IP header announces more bytes than the wire ever had.
  var isIncomplete = false
  /// Whether checksums are made for `checksumSource` and `checksumDestination`, not for the header's addresses.
  var hasChecksumAddresses = false
  /// The extension headers of an IPv6 packet.
  public var extensions: IPv6ExtensionSet = []

  // MARK: Facts of a layer that is there

  /// TTL or hop limit.
  public var timeToLive: UInt8 = 0
  /// Differentiated services and ECN bits, or the traffic class.
  public var trafficClass: UInt8 = 0
  public var tcp: TCPHeader = TCPHeader()

  public var anomalies: PacketAnomalies = PacketAnomalies()

  // MARK: What few packets have

  /// ICMP and ICMPv6 echo: identifier and sequence number; other types: the same four bytes as they stand.
  public var icmpIdentifier: UInt16 = 0
  public var icmpSequence: UInt16 = 0
  /// Of `InnerPacket.etherType`.
  public var innerEtherType: UInt16 = 0
  /// The VLAN of the inner frame where the outer header has taken it away (ERSPAN); 0 for none.
  var innerVLAN: UInt16 = 0
  public var innerOffset: UInt32 = 0
  public var innerLength: UInt32 = 0
  /// Bytes that it had on the wire: above `innerLength` where the capture cut it.
  public var innerWireLength: UInt32 = 0
  /// What a bad checksum field held and would hold if a network card had still to fill it.
  var ipChecksumForm: ChecksumForm = .unremarkable
  var transportChecksumForm: ChecksumForm = .unremarkable
  /// What a routing header or a home address of IPv6 says of the addresses for which checksums are made.
  var checksumSource: NetworkAddress = .zero
  var checksumDestination: NetworkAddress = .zero
  /// With `hasSubframes`.
  var subframes: Subframes = Subframes()
  /// The ARP message, if `hasARP`.
  public var arp: ARPMessage = ARPMessage()
  /// The packet that an ICMP or ICMPv6 error quotes.
  public var quoted: QuotedPacket = QuotedPacket()

  public init() {}

  /// Whether a checksum is truly wrong, so that the packet must not change the state of its flow.
  @inlinable public var hasBadChecksum: Bool {
    @inline(__always) get { ipChecksum == .bad || transportChecksum == .bad }
  }

  /// Whether the transport protocol is one with ports and they could be read.
  @inlinable public var hasPorts: Bool {
    switch transport {
    case .tcp, .udp, .sctp: true
    case .other: (ipProtocol == 33 || ipProtocol == 136) && payloadOffset > transportOffset
    default: false
    }
  }
}

/// An ARP message for IPv4 over Ethernet (RFC 826), or one of RARP (RFC 903).
public struct ARPMessage: Sendable, BitwiseCopyable {
  /// 1 request, 2 reply; 3 and 4 those of RARP.
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
