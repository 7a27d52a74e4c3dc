import Catalog
import Evidence
import Testing

@testable import Correlation

@Suite("One finding over many pairs of hosts is one case")
struct PatternTests {
  /// The same findings between pair `n`'s two hosts, which no other pair has anything to do with.
  private func finding(
    _ n: Int, at time: Double = 0, score: Double = 0.8,
    parts: [String] = ["http.host_ambiguous", "http.method_unknown"],
    flow: UInt64? = nil
  ) -> Signal {
    let (a, b) = (ip("192.0.2.\(n)"), ip("198.51.100.\(n)"))
    var signal = Signal(
      analytic: "network.malformed", time: at(time), score: score, entity: .hostPair(first: a, second: b),
      reason: "Between \(a) and \(b) the wire shows http.host_ambiguous (\(n)×).")
    signal.parts = parts.map { ($0, 0.5) }
    if let flow { signal.related = [.flow(FlowID(rawValue: flow), communityID: "1:x")] }
    return signal
  }

  private func cases(_ signals: [Signal], _ flows: [FlowRecord] = [], roster: Roster = Roster()) -> [Case] {
    let correlator = Correlator(roster: roster)
    for flow in flows { correlator.add(flow) }
    for signal in signals { correlator.add(signal) }
    return correlator.finish().cases
  }

  @Test("Twelve pairs with the same findings are one case that says so and names each")
  func one() {
    let found = cases((1...12).map { finding($0, at: Double($0) * 60) })
    #expect(found.count == 1)
    #expect(
      found.first?.title
        == "The wire shows the same between 12 pairs of hosts: http.host_ambiguous, http.method_unknown")
    #expect(found.first?.signals.count == 12)
    #expect(found.first?.links.count == 11)
    let story = found.first?.timeline.first
    #expect(story?.stream == "case")
    for n in 1...12 { #expect(story?.text.contains("192.0.2.\(n) – 198.51.100.\(n)") == true) }
  }

  @Test("Where one host is in all pairs the title names it")
  func common() {
    let found = cases(
      (1...9).map { n in
        var signal = finding(n)
        signal.entity = .hostPair(first: ip("192.0.2.1"), second: ip("198.51.100.\(n)"))
        return signal
      })
    #expect(found.map(\.title).first?.contains("between 192.0.2.1 and 9 other hosts") == true)
    #expect(found.count == 1)
  }

  @Test("Fewer than eight stay apart")
  func few() { #expect(cases((1...7).map { finding($0) }).count == 7) }

  @Test("Other findings stay apart from a pattern")
  func others() {
    let found = cases(
      (1...9).map { finding($0) } + [finding(20, parts: ["ipv4.land"]), finding(21, parts: ["fragment.flood"])])
    #expect(found.count == 3)
  }

  @Test("What comes again days later is a pattern of its own")
  func apart() {
    let found = cases((1...8).map { finding($0) } + (11...18).map { finding($0, at: 3 * day) })
    #expect(found.map(\.signals.count) == [8, 8])
  }

  @Test("A pair whose flow a process is known of is a matter of its machine and not of the pattern")
  func processes() {
    let flows = (1...9).map { n in
      var flow = FlowRecord(
        id: FlowID(rawValue: UInt64(n)), origin: RecordOrigin(sensor: "tap", capture: "tap.pcap"), start: at(0),
        end: at(1), firstPacket: 1, sourceIP: ip("192.0.2.\(n)"), sourcePort: 50_000,
        destinationIP: ip("198.51.100.\(n)"), destinationPort: 80, proto: .tcp)
      if n == 9 {
        flow.processes = [
          FlowProcess(
            host: "gamma", role: .client, pid: 9, guid: nil, image: "/bin/x", commandLine: nil, user: nil,
            confidence: 0.9, evidence: [])
        ]
      }
      return flow
    }
    let found = cases((1...9).map { finding($0, flow: UInt64($0)) }, flows)
    #expect(found.map(\.signals.count).sorted() == [1, 8])
  }

  @Test("What a persona led to stays with the persona")
  func personas() {
    var world = MadeWorld()
    world.risk(0.9)
    world.approach("o1", to: Party(accountID: "100"), at: -3600)
    var ofAnn = finding(1)
    ofAnn.entity = .hostPair(first: ip("10.0.0.1"), second: ip("198.51.100.1"))
    let correlator = Correlator(roster: world.roster)
    for o in world.observations { correlator.add(o) }
    correlator.add(world.resolution)
    for signal in world.signals + [ofAnn] + (2...10).map({ finding($0) }) { correlator.add(signal) }
    let found = correlator.finish().cases
    #expect(found.count == 2)
    #expect(found.contains { !$0.entities.personas.isEmpty && $0.signals.count == 2 })
  }

  @Test("The order in which findings come changes nothing")
  func order() {
    let signals = (1...20).map { finding($0, at: Double($0 * 7919 % 400)) }
    let expected = cases(signals)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<4 {
      let again = cases(signals.shuffled(using: &generator))
      #expect(again.map(\.id) == expected.map(\.id))
      #expect(again.map(\.title) == expected.map(\.title))
      #expect(again.first?.timeline.map(\.text) == expected.first?.timeline.map(\.text))
    }
  }
}
