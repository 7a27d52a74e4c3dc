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
  public static let wireless = LinkType(rawValue: 105)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let radiotap = LinkType(rawValue: 127)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let nflog = LinkType(rawValue: 239)
  public static let linuxCooked2 = LinkType(rawValue: 276)

  /// Whether `PacketDecoder` has a decoder for it.
  public var isSupported: Bool {
    switch rawValue {
    case 0, 1, 9, 12, 14, 50, 101, 104, 108, 113, 228, 229, 239, 276: true
    default: false
    }
  }

  /// The name in the registry where it is known here, else `LINKTYPE n`; for messages.
  public var name: String {
    switch rawValue {
    case 0: "NULL"
    case 1: "ETHERNET"
    case 6: "IEEE802_5"
    case 8: "SLIP"
    case 9: "PPP"
    case 10: "FDDI"
    case 12, 14, 101: "RAW"
    case 50: "PPP_HDLC"
    case 51: "PPP_ETHER"
    case 104: "C_HDLC"
    case 105: "IEEE802_11"
    case 107: "FRELAY"
    case 108: "LOOP"
    case 113: "LINUX_SLL"
    case 117: "PFLOG"
    case 119: "IEEE802_11_PRISM"
    case 127: "IEEE802_11_RADIOTAP"
    case 147...162: "USER\(rawValue - 147)"
    case 187: "BLUETOOTH_HCI_H4"
    case 189: "USB_LINUX"
    case 192: "PPI"
    case 195: "IEEE802_15_4_WITHFCS"
    case 220: "USB_LINUX_MMAPPED"
    case 228: "IPV4"
    case 229: "IPV6"
    case 239: "NFLOG"
    case 276: "LINUX_SLL2"
    default: "LINKTYPE \(rawValue)"
    }
  }
}
