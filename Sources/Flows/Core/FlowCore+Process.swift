import Catalog
import Evidence
import Packets

/// What an anomaly is tied to: when it was seen, and which way the packet went.
struct Sighting {
  var time: Int64
  var number: UInt64
  var direction: Direction
}

extension FlowCore {
  @inline(__always)
  mutating func process(_ packet: inout Packet, frame: UnsafeRawBufferPointer) {
    if packet.tunnelDepth == 0 { counters.packets &+= 1 }
    if packet.time > clock {
      clock = packet.time
      if wheel.isDue(clock) { advance(to: clock) }
    }
    if packet.isFragment {
      defragment(&packet, frame: frame)
    } else {
      track(&packet, frame: frame, carried: .none)
    }
  }

  /// A whole packet: to the flow that it belongs to, or to what is counted without one.
  /// - Parameter carried: the datagram that its bytes were put together from, if they were.
  @inline(__always)
  mutating func track(_ packet: inout Packet, frame: UnsafeRawBufferPointer, carried: FragmentTotals) {
    // A packet whose IP header is damaged says nothing certain, its addresses included.
    if packet.version == 0 || packet.ipChecksum == .bad {
      if packet.hasARP { observe(&packet) }
      return withoutFlow(&packet)
    }
    switch packet.transport {
    case .tcp: trackTCP(&packet, frame: frame, carried: carried)
    case .udp: trackUDP(&packet, frame: frame, carried: carried)
    case .icmp, .icmpv6: trackICMP(&packet, frame: frame, carried: carried)
    case .sctp, .igmp, .other: trackOther(&packet, frame: frame, carried: carried, ports: packet.hasPorts)
    case .none, .fragment: withoutFlow(&packet)
    }
  }

  mutating func withoutFlow(_ packet: inout Packet) {
    counters.packetsWithoutFlow &+= 1
    if packet.ipChecksum == .bad { counters.badChecksums &+= 1 }
    if packet.inner != .none, packet.version != 0 {
      packet.raise(.tunnelMissingOuterFlow, at: Int(packet.innerOffset))
    }
    if !packet.anomalies.isEmpty { noteAll(&packet) }
  }

  // MARK: - Look-up

  @inline(__always)
  func key(of packet: inout Packet, _ sourcePort: UInt16, _ destinationPort: UInt16, sourceIsLow: inout Bool) -> FlowKey
  {
    var key = FlowKey(
      source: packet.source, sourcePort: sourcePort, destination: packet.destination, destinationPort: destinationPort,
      proto: packet.ipProtocol, vlan: options.vlanInKey ? packet.vlanOuter : 0,
      innerVLAN: options.vlanInKey ? packet.vlanInner : 0, sourceIsLow: &sourceIsLow)
    if packet.tunnelDepth != 0 { key.related = UInt32(truncatingIfNeeded: packet.tunnelEnds) }
    return key
  }

  @inline(__always)
  func find(_ key: FlowKey, _ hash: UInt32) -> UInt32 {
    let short = key.isShort
    return index.first(hash) { flows[$0].pointee.has(key, short: short) }
  }

  /// The open flow of that key; one whose time is over is closed first, however late the wheel would have seen it.
  @inline(__always)
  mutating func live(_ key: FlowKey, _ hash: UInt32, at time: Int64) -> UInt32 {
    let found = find(key, hash)
    if found != .none, flows[found].pointee.deadline <= time {
      close(found, reason: reasonForTimeout(flows[found]))
      return .none
    }
    return found
  }

  // MARK: - Counting

  @inline(__always)
  mutating func count(
    _ packet: inout Packet, _ flow: UnsafeMutablePointer<FlowState>, _ direction: Direction, _ carried: FragmentTotals
  ) {
    if carried.packets == 0 {
      add(
        SideTotals(packets: 1, bytes: UInt64(packet.countedLength), ipBytes: UInt64(packet.networkLength)),
        to: flow, direction)
    } else {
      add(
        SideTotals(packets: carried.packets, bytes: carried.bytes, ipBytes: carried.ipBytes), to: flow, direction)
    }
    if packet.time > flow.pointee.last { flow.pointee.last = packet.time }
    flow.pointee.lastPacket = packet.number
  }

  // MARK: - Protocols without a stream

  mutating func trackUDP(_ packet: inout Packet, frame: UnsafeRawBufferPointer, carried: FragmentTotals) {
    var sourceIsLow = false
    let key = key(of: &packet, packet.sourcePort, packet.destinationPort, sourceIsLow: &sourceIsLow)
    let hash = key.hash(seed: seed)
    var at = live(key, hash, at: packet.time)
    if at == .none {
      let fromServer = ServerPorts.isLikelyUDP(packet.sourcePort) && !ServerPorts.isLikelyUDP(packet.destinationPort)
      let flip = fromServer && !packet.destination.isLimitedBroadcast
      at = open(key, hash, &packet, clientIsLow: sourceIsLow != flip)
      guard at != .none else { return withoutFlow(&packet) }
      // Servers of DHCP answer to addresses that could not ask yet; group addresses never ask.
      if flip, packet.destinationPort != 68, packet.destinationPort != 546, !packet.destination.isMulticast,
        packet.sourcePort != packet.destinationPort
      {
        note(
          .udpUnsolicitedResponse, flows[at], Sighting(time: packet.time, number: packet.number, direction: .toClient))
      }
    }
    deliverDatagram(
      at, sourceIsLow, &packet, frame, carried, timeout: options.timeouts.udp,
      unanswered: options.timeouts.udpUnanswered
    )
  }

  mutating func trackOther(_ packet: inout Packet, frame: UnsafeRawBufferPointer, carried: FragmentTotals, ports: Bool)
  {
    var sourceIsLow = false
    let key = key(
      of: &packet, ports ? packet.sourcePort : 0, ports ? packet.destinationPort : 0, sourceIsLow: &sourceIsLow)
    let hash = key.hash(seed: seed)
    var at = live(key, hash, at: packet.time)
    if at == .none {
      at = open(key, hash, &packet, clientIsLow: sourceIsLow)
      guard at != .none else { return withoutFlow(&packet) }
    }
    deliverDatagram(
      at, sourceIsLow, &packet, frame, carried, timeout: options.timeouts.other, unanswered: options.timeouts.other)
  }

  mutating func trackICMP(_ packet: inout Packet, frame: UnsafeRawBufferPointer, carried: FragmentTotals) {
    let ports = CommunityID.icmpPorts(
      type: packet.icmpType, code: packet.icmpCode, version6: packet.transport == .icmpv6)
    var sourceIsLow = false
    var key = key(of: &packet, ports.source, ports.destination, sourceIsLow: &sourceIsLow)
    // What came in fragments was spread by its own addresses, for only the first fragment has the quote.
    let quotes = packet.hasQuoted && carried.packets == 0
    if quotes { key.relate(to: packet.quoted.source, packet.quoted.destination) }
    let hash = key.hash(seed: seed)
    var at = live(key, hash, at: packet.time)
    let isReply = packet.transport == .icmp ? packet.icmpType == 0 : packet.icmpType == 129
    if at == .none {
      at = open(key, hash, &packet, clientIsLow: sourceIsLow)
      guard at != .none else { return withoutFlow(&packet) }
      if ports.isOneWay { flows[at].pointee.marks.insert(.oneWay) }
      if isReply {
        note(
          .icmpUnsolicitedEchoReply, flows[at], Sighting(time: packet.time, number: packet.number, direction: .toServer)
        )
      }
    }
    if quotes { tieQuoted(&packet, to: flows[at]) }
    deliverDatagram(
      at, sourceIsLow, &packet, frame, carried, timeout: options.timeouts.icmp, unanswered: options.timeouts.icmp)
  }

  /// Ties an ICMP error to the flow that it quotes. A quote too short to name a flow says nothing.
  private mutating func tieQuoted(_ packet: inout Packet, to error: UnsafeMutablePointer<FlowState>) {
    let quoted = packet.quoted
    var sourcePort: UInt16 = 0
    var destinationPort: UInt16 = 0
    switch quoted.ipProtocol {
    case 6, 17, 132:
      guard quoted.hasPorts else { return }
      (sourcePort, destinationPort) = (quoted.sourcePort, quoted.destinationPort)
    case 1, 58:
      guard quoted.hasPorts else { return }
      let ports = CommunityID.icmpPorts(
        type: UInt8(truncatingIfNeeded: quoted.sourcePort), code: UInt8(truncatingIfNeeded: quoted.destinationPort),
        version6: quoted.ipProtocol == 58)
      (sourcePort, destinationPort) = (ports.source, ports.destination)
    default: break
    }
    var sourceIsLow = false
    var key = FlowKey(
      source: quoted.source, sourcePort: sourcePort, destination: quoted.destination, destinationPort: destinationPort,
      proto: quoted.ipProtocol, vlan: options.vlanInKey ? packet.vlanOuter : 0,
      innerVLAN: options.vlanInKey ? packet.vlanInner : 0, sourceIsLow: &sourceIsLow)
    if packet.tunnelDepth != 0 { key.related = UInt32(truncatingIfNeeded: packet.tunnelEnds) }
    let found = find(key, key.hash(seed: seed))
    if found != .none {
      counters.icmpErrorsTied &+= 1
      flows[found].pointee.marks.insert(.quoted)
      if !quotedErrors.add(
        found, type: packet.icmpType, code: packet.icmpCode, from: packet.source, time: packet.time)
      {
        counters.icmpErrorsNotKept &+= 1
      }
    } else if packet.transportChecksum != .bad {
      note(.icmpUnsolicitedError, error, Sighting(time: packet.time, number: packet.number, direction: .toServer))
    }
  }

  @inline(__always)
  private mutating func deliverDatagram(
    _ at: UInt32, _ sourceIsLow: Bool, _ packet: inout Packet, _ frame: UnsafeRawBufferPointer,
    _ carried: FragmentTotals,
    timeout: Int64, unanswered: Int64
  ) {
    let flow = flows[at]
    let direction: Direction = flow.pointee.marks.contains(.clientIsLow) == sourceIsLow ? .toServer : .toClient
    count(&packet, flow, direction, carried)
    let isAnswered = flow.pointee.toServer.packets != 0 && flow.pointee.toClient.packets != 0
    flow.pointee.deadline = flow.pointee.last &+ (isAnswered ? timeout : unanswered)
    if !packet.anomalies.isEmpty { noteAll(&packet, flow, direction) }
    if packet.hasBadChecksum {
      counters.badChecksums &+= 1
      return
    }
    add(SideTotals(payloadOrMissed: UInt64(packet.wirePayloadLength)), to: flow, direction)
    guard packet.payloadLength > 0, let consumer, !flow.pointee.marks.contains(.stopped) else { return }
    if !flow.pointee.marks.contains(.opened), !announce(flow) { return }
    let bytes = payload(of: &packet, frame)
    counters.datagramBytes &+= UInt64(bytes.count)
    let mark = PacketMark(time: packet.time, number: packet.number)
    if !consumer.call({ $0.datagram(flow.pointee.token, direction, bytes, packet: mark) }) {
      flow.pointee.marks.insert(.stopped)
    }
  }

  /// The payload bytes that are there; never outside the frame, whatever the packet says.
  @inline(__always)
  func payload(of packet: inout Packet, _ frame: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = min(Int(packet.payloadOffset), frame.count)
    let end = min(start &+ Int(packet.payloadLength), frame.count)
    return UnsafeRawBufferPointer(rebasing: frame[start..<end])
  }
}
