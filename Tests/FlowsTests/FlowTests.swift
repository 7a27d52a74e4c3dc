// Flows of the other protocols, their time-outs, caps and names.

import Catalog
import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("Flows")
struct FlowTests {
  static let a = "192.0.2.1"
  static let b = "198.51.100.2"

  static func udp(_ from: String, _ to: String, _ source: UInt16, _ destination: UInt16, _ payload: String = "x")
    -> [UInt8]
  {
    Ethernet(IPv4(from: from, to: to, UDP(from: source, to: destination, payload: Array(payload.utf8)))).bytes
  }

  static let vectors: [(String, UInt16, String, UInt16, UInt8, Bool, Bool, String)] = [
    // From the specification's own captures.
    ("128.232.110.120", 34855, "66.35.250.204", 80, 6, true, false, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("66.35.250.204", 80, "128.232.110.120", 34855, 6, true, false, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("192.168.170.8", 7, "192.168.170.56", 7, 132, true, false, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="),
    ("192.168.0.89", 8, "192.168.0.1", 0, 1, true, false, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="),
    ("10.0.0.1", 11, "10.0.0.2", 0, 1, true, true, "1:YHxtAirCG//0OzkcVAukqKQN9xM="),
    ("10.1.12.1", 0, "10.1.12.2", 0, 46, false, false, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="),
    (
      "3ffe:507:0:1:200:86ff:fe05:80da", 128, "3ffe:501:0:1001::2", 129, 58, true, false,
      "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="
    ),
  ]

  @Test("Community IDs are those of the specification", arguments: vectors)
  func communityID(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16, _ proto: UInt8,
    _ ports: Bool,
    _ oneWay: Bool, _ expected: String
  ) throws {
    let source = try #require(IPAddress(source))
    let destination = try #require(IPAddress(destination))
    #expect(
      CommunityID.text(
        source: source, sourcePort: sourcePort, destination: destination, destinationPort: destinationPort,
        proto: proto,
        hasPorts: ports, isOneWay: oneWay) == expected)
  }

  @Test("A question and its answer are one flow; after the time-out there is another")
  func udpFlow() {
    var t = Conversation()
    t.send(Self.udp(Self.a, Self.b, 5000, 53, "question"))
    t.send(Self.udp(Self.b, Self.a, 53, 5000, "answer"))
    t.wait(seconds: 61)
    t.send(Self.udp(Self.a, Self.b, 5000, 53, "again"))
    let out = t.finish()
    #expect(out.flows.count == 2)
    #expect(out.toServer() == "question" && out.toClient() == "answer")
    #expect(out.flows.map(\.reason) == [.timeout, .shutdown])
    #expect(out.flows[0].toServer.payload == 8 && out.flows[0].toClient.payload == 6)
    #expect(out.flows[0].toServer.bytes == 50 && out.flows[0].toServer.ipBytes == 36)
    #expect(out.flows[0].id != out.flows[1].id)
    #expect(out.anomalies.isEmpty)
  }

  @Test("An answer without its question is told, and the server is still the server")
  func unsolicited() {
    var t = Conversation()
    t.send(Self.udp(Self.b, Self.a, 53, 5000))
    let out = t.finish()
    #expect(out.count(.udpUnsolicitedResponse) == 1)
    #expect(out.flows[0].destinationPort == 53)
    #expect(out.flows[0].toClient.packets == 1)
  }

  @Test("An echo is one flow with its reply; a reply alone, and an error about nothing, are told")
  func icmp() {
    var t = Conversation()
    t.send(Ethernet(IPv4(from: Self.a, to: Self.b, ICMP(type: 8, rest: [0, 1, 0, 1]))).bytes)
    t.send(Ethernet(IPv4(from: Self.b, to: Self.a, ICMP(type: 0, rest: [0, 1, 0, 1]))).bytes)
    let pair = t.finish()
    #expect(pair.flows.count == 1)
    #expect(pair.flows[0].toClient.packets == 1)
    #expect(pair.anomalies.isEmpty)

    var u = Conversation()
    u.send(Ethernet(IPv4(from: Self.b, to: Self.a, ICMP(type: 0, rest: [0, 1, 0, 1]))).bytes)
    let quoted = IPv4(from: Self.a, to: Self.b, UDP(from: 4000, to: 33434)).bytes
    u.send(Ethernet(IPv4(from: Self.b, to: Self.a, ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + quoted))).bytes)
    let alone = u.finish()
    #expect(alone.count(.icmpUnsolicitedEchoReply) == 1)
    #expect(alone.count(.icmpUnsolicitedError) == 1)

    var v = Conversation()
    v.send(Self.udp(Self.a, Self.b, 4000, 33434))
    v.send(Ethernet(IPv4(from: Self.b, to: Self.a, ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + quoted))).bytes)
    #expect(v.finish().count(.icmpUnsolicitedError) == 0)
  }

  @Test("An ICMP error is tied to the flow that it quotes")
  func quoted() {
    var t = Conversation()
    t.ask()
    t.refuse()
    let out = t.finish()
    #expect(out.counters.icmpErrorsTied == 1)
    #expect(out.count(.icmpUnsolicitedError) == 0)
  }

  @Test("The record of a flow names the ICMP errors that quote it, each sender, type and code once")
  func quotedErrors() {
    let asked = IPv4(from: Self.a, to: Self.b, UDP(from: 4000, to: 33434)).bytes
    func error(from host: String, code: UInt8) -> [UInt8] {
      Ethernet(IPv4(from: host, to: Self.a, ICMP(type: 3, code: code, rest: [0, 0, 0, 0] + asked))).bytes
    }
    let router = "203.0.113.9"
    var t = Conversation()
    t.send(Self.udp(Self.a, Self.b, 4000, 33434))
    t.send(error(from: Self.b, code: 3))
    t.send(error(from: router, code: 13))
    t.send(error(from: Self.b, code: 3))
    let out = t.finish()
    let errors = out.flows.first { $0.destinationPort == 33434 }?.icmpErrors ?? []
    #expect(errors.map(\.from.description) == ["198.51.100.2", "203.0.113.9"])
    #expect(errors.map(\.code) == [3, 13])
    #expect(errors.map(\.count) == [2, 1])
    #expect(errors.first.map { $0.first < $0.last } == true)
    #expect(out.flows.filter { $0.destinationPort != 33434 }.allSatisfy { $0.icmpErrors.isEmpty })
  }

  @Test("Of more kinds of ICMP errors than a flow's record names, the rest is counted")
  func manyQuotedErrors() {
    let asked = IPv4(from: Self.a, to: Self.b, UDP(from: 4000, to: 33434)).bytes
    var t = Conversation()
    t.send(Self.udp(Self.a, Self.b, 4000, 33434))
    for host in 1...20 {
      t.send(
        Ethernet(IPv4(from: "203.0.113.\(host)", to: Self.a, ICMP(type: 3, code: 1, rest: [0, 0, 0, 0] + asked))).bytes)
    }
    let out = t.finish()
    #expect(out.flows.first { $0.destinationPort == 33434 }?.icmpErrors.count == 8)
    #expect(out.counters.icmpErrorsTied == 20)
    #expect(out.counters.icmpErrorsNotKept == 12)
  }

  @Test("VLANs keep flows apart, unless told otherwise", arguments: [true, false])
  func vlan(_ inKey: Bool) {
    var t = Conversation { $0.vlanInKey = inKey }
    for id: UInt16 in [10, 20] {
      t.send(Ethernet(VLAN(id, IPv4(from: Self.a, to: Self.b, UDP(from: 1111, to: 2222, payload: [1])))).bytes)
    }
    let out = t.finish()
    #expect(out.flows.count == (inKey ? 2 : 1))
    if inKey { #expect(out.flows.map(\.vlan) == [[10], [20]]) }
  }

  @Test("A full table gives up the flow nearest to its time-out, and says so")
  func cap() {
    var t = Conversation {
      $0.limits.emergency = 100
      $0.limits.flows = 16
    }
    for i in 0..<40 { t.send(Self.udp(Self.a, Self.b, UInt16(1000 + i), 9999)) }
    let out = t.finish()
    #expect(out.flows.count == 40)
    #expect(out.counters.flowsForced == 24)
    #expect(out.flows.filter { $0.reason == .forced }.count == 24)
    #expect(
      t.engine.reachedCaps == [
        ReachedCap(cap: .flows, times: 24, first: t.engine.reachedCaps[0].first, last: t.engine.reachedCaps[0].last)
      ])
  }

  @Test("Finishing in portions gives the same records, in the order in which the flows began")
  func portions() {
    var t = Conversation()
    for i in 0..<50 { t.send(Self.udp(Self.a, Self.b, UInt16(1000 + i), 9999)) }
    var ports: [UInt16?] = []
    var calls = 0
    var bound: FlowOrder?
    repeat {
      bound = t.engine.boundToClose(8)
      t.engine.finish(reason: .shutdown, through: bound ?? .last)
      calls += 1
      ports += t.engine.drainFlows().map(\.sourcePort)
    } while bound != nil
    #expect(calls == 7)
    #expect(ports == (1000..<1050).map { UInt16($0) })
  }

  @Test("Flow ids are the same in a second run and differ by sensor")
  func ids() {
    func id(_ sensor: String) -> FlowID? {
      var t = Conversation { $0.sensor = sensor }
      t.send(Self.udp(Self.a, Self.b, 1, 2))
      return t.finish().flows.first?.id
    }
    #expect(id("north") == id("north"))
    #expect(id("north") != id("south"))
  }

  @Test("Millions of flows stay compact")
  func size() {
    #expect(MemoryLayout<FlowState>.stride <= 192)
    #expect(MemoryLayout<FlowState>.stride + MemoryLayout<TCPState>.stride <= 448)
  }

  @Test("A reply nobody asked for, an address with two owners and a sweep are told of ARP")
  func arp() {
    func message(_ op: UInt16, _ link: String, _ sender: String, _ target: String) -> [UInt8] {
      Ethernet(
        from: link, to: "ff:ff:ff:ff:ff:ff", ARP(op, sender: (link, sender), target: ("00:00:00:00:00:00", target))
      ).bytes
    }
    let one = "00:00:5e:00:53:01"
    let two = "00:00:5e:00:53:02"
    var t = Conversation()
    t.send(message(1, one, "10.0.0.1", "10.0.0.2"))
    t.send(message(2, two, "10.0.0.2", "10.0.0.1"))
    #expect(t.finish().anomalies.isEmpty)
    t.send(message(2, two, "10.0.0.9", "10.0.0.1"))
    #expect(t.finish().count(.arpUnsolicitedReply) == 1)
    t.send(message(2, one, "10.0.0.2", "10.0.0.1"))
    #expect(t.finish().count(.arpAddressConflict) == 1)
    for i in 1...60 { t.send(message(1, one, "10.0.0.77", "10.0.1.\(i)")) }
    #expect(t.finish().count(.arpFlood) == 1)
  }

  @Test("Opening and closing many flows gives every byte of memory back to the pools", arguments: [UInt64(1), 2])
  func pools(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    var t = Conversation { $0.limits.flows = 64 }
    for _ in 0..<3000 {
      t.clientPort = UInt16.random(in: 1...100, using: &random)
      let flags = TCPFlags(rawValue: UInt16.random(in: 0...63, using: &random))
      let text = String(repeating: "q", count: Int.random(in: 0...1400, using: &random))
      let at = Int.random(in: 0...9000, using: &random)
      if Bool.random(using: &random) { t.c(flags, at: at, ack: at, text) } else { t.s(flags, at: at, ack: at, text) }
    }
    let out = t.finish()
    #expect(out.counters.flows == 0)
    #expect(out.counters.flowsOpened == out.counters.flowsClosed)
    #expect(out.heard.allSatisfy { $0.closed == 1 && $0.ended.count == 2 })
  }
}

@Suite("Memory of the table")
struct MemoryTests {
  @Test("The index finds what was put in and nothing that was taken out")
  func index() {
    var index = HashIndex()
    var random = SplitMix(state: 3)
    var model: [UInt32: UInt32] = [:]
    for step in 0..<20_000 {
      let number = UInt32.random(in: 0..<4000, using: &random)
      // Few different hashes, so that runs are long.
      let hash = number % 257 &* 0x0100_0193
      if model[number] != nil {
        index.remove(hash, number)
        model[number] = nil
      } else {
        index.insert(hash, number)
        model[number] = hash
      }
      if step % 97 == 0 {
        for (n, h) in model { #expect(index.first(h) { $0 == n } == n) }
        #expect(index.count == model.count)
      }
    }
  }

  @Test("A slab hands out each number once, up to its capacity")
  func slab() {
    var slab = Slab<UInt64>(capacity: 1500)
    var seen: Set<UInt32> = []
    while let i = slab.allocate() {
      #expect(seen.insert(i).inserted)
      slab[i].pointee = UInt64(i)
    }
    #expect(seen.count == 1500)
    slab.release(77)
    #expect(slab.allocate() == 77)
    #expect(slab.allocate() == nil)
  }

  @Test("A slab that was emptied hands out its numbers again, the memory behind them gone")
  func emptied() {
    struct Large: BitwiseCopyable { var words = InlineArray<64, UInt64>(repeating: 7) }
    // Thirty-two chunks of two mebibytes.
    var slab = Slab<Large>(capacity: 1 << 17)
    for _ in 0..<2 {
      var numbers: [UInt32] = []
      while let i = slab.allocate() {
        numbers.append(i)
        slab[i].pointee = Large()
      }
      #expect(Set(numbers).count == 1 << 17)
      #expect(slab.count == 1 << 17)
      for number in numbers { slab.release(number) }
      #expect(slab.count == 0)
    }
    // The few that were freed last may keep theirs, and the chunk that numbers come from.
    var kept = 0
    for number in slab.numbers where slab[number].pointee.words[63] != 0 { kept += 1 }
    #expect(kept <= 2 << 12)
    #expect(slab.numbers == 0..<(1 << 17))
  }

  @Test(
    "A look at all numbers of a slab passes each that is in use, in chunks that were emptied and filled again as well")
  func look() {
    struct Large: BitwiseCopyable { var words = InlineArray<64, UInt64>(repeating: 7) }
    var slab = Slab<Large>(capacity: 1 << 15)
    var inUse: Set<UInt32> = []
    var random = SplitMix(state: 5)
    while let i = slab.allocate() { inUse.insert(i) }
    for round in 0..<6 {
      // All of some chunks, and a few of the others.
      for number in inUse where number >> 12 & 1 == UInt32(round & 1) || UInt32.random(in: 0..<8, using: &random) == 0 {
        slab.release(number)
        inUse.remove(number)
      }
      for _ in 0..<2000 { if let i = slab.allocate() { #expect(inUse.insert(i).inserted) } }
      var passed: Set<UInt32> = []
      var next = slab.number(from: 0)
      while let number = next {
        passed.insert(number)
        next = slab.number(from: number + 1)
      }
      #expect(passed.isSuperset(of: inUse))
      #expect(slab.count == inUse.count)
    }
  }

  @Test("Words come in rising order, and those that are the same above keep theirs", arguments: [0, 1, 47, 48, 5000])
  func words(count: Int) {
    var order = WordOrder()
    var random = SplitMix(state: 7)
    for low in [0, 13] {
      // Few different values above, so that many are the same; every bit is of some.
      let words = (0..<count).map {
        UInt64.random(in: 0..<900, using: &random) &* 0x0048_D159_E26A_F37B << 13 | UInt64($0)
      }
      var sorted = words
      order.sort(&sorted, from: low)
      #expect(sorted == words.sorted())
    }
  }
}
