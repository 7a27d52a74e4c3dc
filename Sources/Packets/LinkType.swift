// Which header a frame begins with, by the numbers that pcap and pcapng files use.

/// A link-layer header type (LINKTYPE registry of tcpdump.org).
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  public static let ppp = LinkType(rawValue: 9)
  /// DLT_RAW, which is 12 or 14 by operating system where a file was written with DLT numbers.
  public static let rawDLT12 = LinkType(rawValue: 12)
  public static let rawDLT14 = LinkType(rawValue: 14)
  public static let pppSerial = LinkType(rawValue: 50)
  public static let raw = LinkType(rawValue: 101)
  public static let ciscoHDLC = LinkType(rawValue: 104)
  public static let pppEther = LinkType(rawValue: 51)
  public static let wireless = LinkType(rawValue: 105)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let prism = LinkType(rawValue: 119)
  public static let radiotap = LinkType(rawValue: 127)
  public static let avs = LinkType(rawValue: 163)
  /// PPP behind a byte that says which way it went.
  public static let pppWithDirection = LinkType(rawValue: 166)
  public static let perPacketInformation = LinkType(rawValue: 192)
  public static let mpls = LinkType(rawValue: 219)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let nflog = LinkType(rawValue: 239)
  public static let linuxCooked2 = LinkType(rawValue: 276)

  /// Whether `PacketDecoder` has a decoder for it.
  public var isSupported: Bool {
    switch rawValue {
    case 0, 1, 9, 12, 14, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 166, 192, 219, 228, 229, 239, 276: true
    default: false
    }
  }

  /// The name in the registry where it is known here, else `LINKTYPE n`; for messages.
  public var name: String {
    switch rawValue {
    case 0: "NULL"
    case 1: "ETHERNET"
    case 3: "AX25"
    case 6: "IEEE802_5"
    case 8: "SLIP"
    case 7: "ARCNET_BSD"
    case 9: "PPP"
    case 10: "FDDI"
    case 12, 14, 101: "RAW"
    case 50: "PPP_HDLC"
    case 51: "PPP_ETHER"
    case 100: "ATM_RFC1483"
    case 104: "C_HDLC"
    case 105: "IEEE802_11"
    case 107: "FRELAY"
    case 108: "LOOP"
    case 113: "LINUX_SLL"
    case 114: "LTALK"
    case 117: "PFLOG"
    case 119: "IEEE802_11_PRISM"
    case 122: "IP_OVER_FC"
    case 127: "IEEE802_11_RADIOTAP"
    case 138: "APPLE_IP_OVER_IEEE1394"
    case 143: "DOCSIS"
    case 144: "LINUX_IRDA"
    case 147...162: "USER\(rawValue - 147)"
    case 163: "IEEE802_11_AVS"
    case 166: "PPP_PPPD"
    case 169: "GPRS_LLC"
    case 177: "LINUX_LAPD"
    case 187: "BLUETOOTH_HCI_H4"
    case 189: "USB_LINUX"
    case 192: "PPI"
    case 193: "IPMB_LINUX"
    case 195: "IEEE802_15_4_WITHFCS"
    case 197: "ERF"
    case 201: "BLUETOOTH_HCI_H4_WITH_PHDR"
    case 209: "CAN20B"
    case 219: "MPLS"
    case 220: "USB_LINUX_MMAPPED"
    case 227: "CAN_SOCKETCAN"
    case 228: "IPV4"
    case 229: "IPV6"
    case 230: "IEEE802_15_4_NOFCS"
    case 239: "NFLOG"
    case 240: "NETANALYZER"
    case 247: "INFINIBAND"
    case 249: "USBPCAP"
    case 251: "BLUETOOTH_LE_LL"
    case 253: "NETLINK"
    case 274: "ETHERNET_MPACKET"
    case 276: "LINUX_SLL2"
    default: "LINKTYPE \(rawValue)"
    }
  }
}
