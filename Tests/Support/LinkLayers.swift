// Frames as values: Ethernet and what stands between it and IP.
//
//     Ethernet(IPv4(from: "192.0.2.1", to: "192.0.2.2", TCP(from: 40000, to: 80, .syn))).bytes

/// Anything that has an EtherType.
public protocol LinkPayload: Sendable {
  var etherType: UInt16 { get }
  var bytes: [UInt8] { get }
}

/// An Ethernet frame, not padded unless asked.
public struct Ethernet: Sendable {
  public var source = "00:00:5e:00:53:01"
  public var destination = "00:00:5e:00:53:02"
  public var payload: any LinkPayload
  /// Written instead of the payload's own.
  public var etherType: UInt16?
  /// Zeros are added until the frame has this many bytes (60 on a real wire).
  public var paddedTo = 0

  public init(
    from source: String = "00:00:5e:00:53:01", to destination: String = "00:00:5e:00:53:02", etherType: UInt16? = nil,
    paddedTo: Int = 0, _ payload: any LinkPayload
  ) {
    self.source = source
    self.destination = destination
    self.etherType = etherType
    self.paddedTo = paddedTo
    self.payload = payload
  }

  public var bytes: [UInt8] {
    var out = linkAddressBytes(destination) + linkAddressBytes(source)
    out.big(etherType ?? payload.etherType)
    out += payload.bytes
    while out.count < paddedTo { out.append(0) }
    return out
  }
}

/// An 802.1Q tag, or 802.1ad with `type: 0x88A8`, before what it tags.
public struct VLAN: LinkPayload {
  public var type: UInt16
  public var id: UInt16
  public var payload: any LinkPayload

  public init(_ id: UInt16, type: UInt16 = 0x8100, _ payload: any LinkPayload) {
    self.type = type
    self.id = id
    self.payload = payload
  }

  public var etherType: UInt16 { type }
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.big(id)
    out.big(payload.etherType)
    return out + payload.bytes
  }
}

/// Bytes under an EtherType of the test's choice.
public struct RawLinkPayload: LinkPayload {
  public var etherType: UInt16
  public var bytes: [UInt8]
  public init(etherType: UInt16, _ bytes: [UInt8]) {
    self.etherType = etherType
    self.bytes = bytes
  }
}

/// An ARP message for IPv4 over Ethernet.
public struct ARP: LinkPayload {
  public var operation: UInt16
  public var sender: (link: String, network: String)
  public var target: (link: String, network: String)

  /// `operation`: 1 request, 2 reply.
  public init(_ operation: UInt16, sender: (link: String, network: String), target: (link: String, network: String)) {
    self.operation = operation
    self.sender = sender
    self.target = target
  }

  public var etherType: UInt16 { 0x0806 }
  public var bytes: [UInt8] {
    var out: [UInt8] = [0, 1, 8, 0, 6, 4]
    out.big(operation)
    return out + linkAddressBytes(sender.link) + addressBytes(sender.network) + linkAddressBytes(target.link)
      + addressBytes(target.network)
  }
}
