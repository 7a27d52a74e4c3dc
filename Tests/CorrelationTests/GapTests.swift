import Catalog
import Evidence
import Testing

@testable import Analytics
@testable import Correlation

@Suite("What could not be seen is told once")
struct GapTests {
  private func flow(_ n: Int, sensor: String = "tap") -> FlowRecord {
    FlowRecord(
      id: FlowID(rawValue: UInt64(n)), origin: RecordOrigin(sensor: sensor, capture: "x.pcap"), start: at(Double(n)),
      end: at(Double(n) + 1), firstPacket: 1, sourceIP: ip("192.0.2.\(n)"), sourcePort: 50_000,
      destinationIP: ip("198.51.100.\(n)"), destinationPort: 80, proto: .tcp)
  }

  private func finding(_ n: Int) -> Signal {
    var signal = Signal(
      analytic: "network.malformed", time: at(Double(n)), score: 0.8,
      entity: .hostPair(first: ip("192.0.2.\(n)"), second: ip("198.51.100.\(n)")), reason: "Odd.")
    signal.related = [.flow(FlowID(rawValue: UInt64(n)), communityID: "1:x")]
    return signal
  }

  private func gaps(_ count: Int, sensors: [String] = ["tap"], _ resolution: Resolution = Resolution())
    -> [VisibilityGap]
  {
    let correlator = Correlator(roster: Roster())
    for n in 1...count {
      correlator.add(flow(n, sensor: sensors[n % sensors.count]))
      correlator.add(finding(n))
    }
    correlator.add(resolution)
    return correlator.finish().gaps
  }

  @Test("Where no host told of any connection, each sensor has one gap that says so, however many flows it saw")
  func nobodyTold() {
    let found = gaps(40, sensors: ["north", "south"]).filter { $0.kind == "no_process" }
    #expect(found.map(\.subject) == ["north", "south"])
    #expect(found.allSatisfy { $0.reason.contains("no host told of any connection") })
  }

  @Test("A host of which no log was read has one gap, and so have all addresses that are no known host's")
  func oneHostTold() {
    var resolution = Resolution()
    resolution.known = [KnownProcess(entity: ProcessEntity(host: "other", pid: 1, image: "/bin/x"))]
    resolution.hosts = [("silent", [ip("192.0.2.3")]), ("other", [ip("192.0.2.99")])]
    let found = gaps(12, resolution)
    #expect(found.filter { $0.subject == "silent" }.map(\.kind) == ["no_process_events"])
    #expect(found.filter { $0.kind == "no_process" }.map(\.subject) == ["tap"])
  }

  @Test("A host that tells, but not of some flows, has one gap with how many")
  func someNotTold() {
    var resolution = Resolution()
    resolution.known = [KnownProcess(entity: ProcessEntity(host: "other", pid: 1, image: "/bin/x"))]
    resolution.hosts = [("other", (1...3).map { ip("192.0.2.\($0)") })]
    let found = gaps(3, resolution).filter { $0.kind == "no_process" }
    #expect(found.map(\.subject) == ["other"])
  }

  @Test("Gaps of one kind and subject are one, over the time of all, with their reasons and how many more")
  func together() {
    let gaps = (1...5).map { n in
      VisibilityGap(
        kind: "capture_loss", subject: "tap", reason: "\(n) packets were lost.", from: at(Double(n)),
        to: at(Double(n) + 10))
    }
    let one = GapList.tidy(Set(gaps), most: 10)
    #expect(one.count == 1)
    #expect(one.first?.from == at(1))
    #expect(one.first?.to == at(15))
    #expect(
      one.first?.reason
        == "1 packets were lost. 2 packets were lost. 3 packets were lost. (2 more of this kind)")
  }

  @Test("A list that is cut says how many gaps it leaves out")
  func bounded() {
    let gaps = (1...30).map { VisibilityGap(kind: "source_skipped", subject: "s\($0)", reason: "It was not read.") }
    let list = GapList.tidy(Set(gaps), most: 20)
    #expect(list.count == 21)
    #expect(list.last?.reason == "10 further gaps are not listed.")
  }
}
