/// Community Flow ID 1 (https://github.com/corelight/community-id-spec): the same name for a flow in every tool.
public enum CommunityID {
  /// What Community ID takes for the ports of an ICMP or ICMPv6 message.
  public struct ICMPPorts: Sendable, Hashable {
    /// The type.
    public var source: UInt16
    /// The type of the message that answers it, or the code when none does.
    public var destination: UInt16
    /// No type answers it, so the two sides keep their places.
    public var isOneWay: Bool
  }

  /// The spec's table of types and the types that answer them.
  public static func icmpPorts(type: UInt8, code: UInt8, version6: Bool) -> ICMPPorts {
    let answer: UInt8? =
      if version6 {
        switch type {
        case 128: 129
        case 129: 128
        case 133: 134
        case 134: 133
        case 135: 136
        case 136: 135
        case 130: 131
        case 131: 130
        case 139: 140
        case 140: 139
        case 144: 145
        case 145: 144
        default: nil
        }
      } else {
        switch type {
        case 8: 0
        case 0: 8
        case 13: 14
        case 14: 13
        case 15: 16
        case 16: 15
        case 10: 9
        case 9: 10
        case 17: 18
        case 18: 17
        default: nil
        }
      }
    guard let answer else { return ICMPPorts(source: UInt16(type), destination: UInt16(code), isOneWay: true) }
    return ICMPPorts(source: UInt16(type), destination: UInt16(answer), isOneWay: false)
  }

  /// What an ID is made of: kept where it is not certain that anybody will ask for the ID.
  public struct Endpoints: Sendable, Hashable, BitwiseCopyable {
    public var source: IPAddress
    public var destination: IPAddress
    /// nil for protocols without ports.
    public var sourcePort: UInt16?
    public var destinationPort: UInt16?
    public var proto: UInt8
    public var isOneWay: Bool

    /// Of a flow with the ports that it has; the specification knows none of DCCP and UDP-Lite.
    public init(
      source: IPAddress, sourcePort: UInt16?, destination: IPAddress, destinationPort: UInt16?,
      proto: TransportProtocol, isOneWay: Bool
    ) {
      let hasPorts = proto.rawValue != 33 && proto.rawValue != 136
      self.source = source
      self.destination = destination
      self.sourcePort = hasPorts ? sourcePort : nil
      self.destinationPort = hasPorts ? destinationPort : nil
      self.proto = proto.rawValue
      self.isOneWay = isOneWay
    }

    /// The ID, seed 0.
    public var text: String { CommunityID.text(digest) }

    /// Writes the ID, whose ``CommunityID/length`` bytes `out` has room for.
    func write(into out: UnsafeMutableBufferPointer<UInt8>) { CommunityID.write(digest, into: out) }

    private var digest: InlineArray<5, UInt32> {
      CommunityID.digest(
        source: source, sourcePort: sourcePort ?? 0, destination: destination, destinationPort: destinationPort ?? 0,
        proto: proto, hasPorts: sourcePort != nil, isOneWay: isOneWay, seed: 0)
    }
  }

  /// Characters of an ID: `1:` and the base64 of 20 bytes.
  static let length = 30

  /// `1:` and the base64 of a SHA-1 over seed, addresses, protocol and ports, the smaller endpoint first.
  /// - Parameters:
  ///   - hasPorts: whether the protocol has ports (TCP, UDP, SCTP, ICMP by ``icmpPorts(type:code:version6:)``).
  ///   - isOneWay: keep the endpoints in the order given.
  public static func text(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16, proto: UInt8,
    hasPorts: Bool, isOneWay: Bool = false, seed: UInt16 = 0
  ) -> String {
    text(
      digest(
        source: source, sourcePort: sourcePort, destination: destination, destinationPort: destinationPort,
        proto: proto,
        hasPorts: hasPorts, isOneWay: isOneWay, seed: seed))
  }

  private static func digest(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16, proto: UInt8,
    hasPorts: Bool, isOneWay: Bool, seed: UInt16
  ) -> InlineArray<5, UInt32> {
    let ordered = isOneWay || source < destination || (source == destination && sourcePort <= destinationPort)
    let (first, firstPort) = ordered ? (source, sourcePort) : (destination, destinationPort)
    let (second, secondPort) = ordered ? (destination, destinationPort) : (source, sourcePort)
    var block = SHA1Block()
    block.append(UInt64(seed), bytes: 2)
    append(first, to: &block)
    append(second, to: &block)
    block.append(UInt64(proto), bytes: 1)
    block.append(0, bytes: 1)
    if hasPorts {
      block.append(UInt64(firstPort), bytes: 2)
      block.append(UInt64(secondPort), bytes: 2)
    }
    return block.digest()
  }

  private static func append(_ address: IPAddress, to block: inout SHA1Block) {
    if address.isIPv4 {
      block.append(address.low, bytes: 4)
    } else {
      block.append(address.high, bytes: 8)
      block.append(address.low, bytes: 8)
    }
  }

  private static func text(_ digest: InlineArray<5, UInt32>) -> String {
    String(unsafeUninitializedCapacity: length) { out in
      write(digest, into: out)
      return length
    }
  }

  /// `1:` and the 28 characters of 20 bytes.
  private static func write(_ digest: InlineArray<5, UInt32>, into out: UnsafeMutableBufferPointer<UInt8>) {
    guard out.count >= length else { return }
    func byte(_ i: Int) -> UInt32 { i < 20 ? digest[i >> 2] >> UInt32(24 - 8 * (i & 3)) & 0xFF : 0 }
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    out[0] = 0x31
    out[1] = 0x3A
    var at = 2
    for i in stride(from: 0, to: 20, by: 3) {
      let left = 20 - i
      let word = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2)
      for k in 0..<4 {
        out[at] = k <= left ? alphabet.utf8Start[Int(word >> UInt32(18 - 6 * k)) & 63] : 0x3D
        at += 1
      }
    }
  }
}
