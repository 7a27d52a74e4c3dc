import Evidence
import Testing

@testable import Analytics

@Suite("What is kept of pairs and flows takes little room and loses nothing")
struct CompactRowTests {
  private static let addresses = [
    IPAddress(ipv4: 0), IPAddress(ipv4: .max), IPAddress(high: 0, low: 0), IPAddress(high: 0, low: 0xFFFF_FFFF),
    IPAddress(high: .max, low: .max),
  ]

  @Test("Two addresses side by side are those that were put there, of either family")
  func addresses() {
    for a in Self.addresses {
      for b in Self.addresses {
        let both = TwoAddresses(a, b)
        #expect(both.first == a && both.second == b)
        #expect(both.areIPv4 == (a.isIPv4 && b.isIPv4))
        #expect((both == TwoAddresses(b, a)) == (a == b))
      }
    }
  }

  @Test("The endpoints of a named flow are those that were told last")
  func named() {
    var named = NamedFlows()
    let narrow = CommunityID.Endpoints(
      source: IPAddress(ipv4: .max), sourcePort: 0, destination: IPAddress(ipv4: 0), destinationPort: 65_535,
      proto: .udp, isOneWay: false)
    let portless = CommunityID.Endpoints(
      source: IPAddress(ipv4: 1), sourcePort: nil, destination: IPAddress(ipv4: 2), destinationPort: nil,
      proto: TransportProtocol(rawValue: 47), isOneWay: true)
    let wide = CommunityID.Endpoints(
      source: IPAddress(high: 1, low: 2), sourcePort: 3, destination: IPAddress(high: 4, low: 5), destinationPort: 6,
      proto: .tcp, isOneWay: false)
    let mixed = CommunityID.Endpoints(
      source: IPAddress(ipv4: 2), sourcePort: 3, destination: IPAddress(high: 0, low: 2), destinationPort: 6,
      proto: .tcp, isOneWay: false)
    for id in 0..<3 as Range<UInt64> { named.append(FlowID(rawValue: id)) }
    #expect(named.place(of: FlowID(rawValue: 1)) == 1)
    #expect(named.place(of: FlowID(rawValue: 3)) == nil)
    named[1] = wide
    for endpoints in [narrow, wide, mixed, portless, wide] {
      named[0] = endpoints
      #expect([named[0], named[1], named[2]] == [endpoints, wide, nil])
    }
    named[0] = nil
    #expect(named[0] == nil)
  }

  @Test("The flow on another's port has the Community ID of the whole flow", arguments: [6, 33, 136] as [UInt8])
  func misplaced(_ proto: UInt8) {
    let flow = FlowRecord(
      id: FlowID(rawValue: 1), origin: RecordOrigin(sensor: "s", capture: "c"), start: Timestamp(nanoseconds: 1),
      end: Timestamp(nanoseconds: 2), firstPacket: 1, sourceIP: ip("10.0.0.9"), sourcePort: 40_000,
      destinationIP: ip("2001:db8::1"), destinationPort: 2323, proto: TransportProtocol(rawValue: proto))
    let kept = MisplacedRecord.Flow([flow], 0)
    let key = MisplacedKey(client: flow.sourceIP, server: flow.destinationIP, habit: 0)
    #expect(kept.communityID(key, port: 2323) == flow.communityID)
  }

  @Test("Of many records of a pair the earliest are kept, however they come", arguments: [1, 3, 16])
  func earliest(_ limit: Int) {
    for seed in 1...8 {
      // 7 is no divisor of 101: each number from 0 to 100 once, in another order for each seed.
      let times = (0..<101).map { Timestamp(nanoseconds: Int64(($0 * 7 * seed + seed) % 101)) }
      var earliest = PairRecord.Earliest(.init(time: times[0], digest: 0, flow: nil))
      for time in times.dropFirst() where earliest.mayHold(time) {
        earliest.add(.init(time: time, digest: 0, flow: nil), limit: limit)
      }
      let expected = (0..<limit).map { Timestamp(nanoseconds: Int64($0)) }
      #expect(earliest.sorted().prefix(limit).map(\.time) == expected)
      #expect(earliest.sorted().count <= 2 * limit)
    }
  }

  @Test("Rows are no larger than what is in them")
  func sizes() {
    #expect(MemoryLayout<AddressPair>.stride == 40)
    #expect(MemoryLayout<AddressPair.Narrow>.stride == 8)
    #expect(MemoryLayout<MisplacedKey>.stride == 40)
    #expect(MemoryLayout<MisplacedKey.Narrow>.stride == 12)
    #expect(MemoryLayout<MisplacedRecord>.stride == 40)
    #expect(MemoryLayout<PairRecord.Kind>.stride == 72)
    #expect(MemoryLayout<PairRecord>.stride == 112)
  }
}
