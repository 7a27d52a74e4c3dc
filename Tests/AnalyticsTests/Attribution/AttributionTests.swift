import Evidence
import Testing

@testable import Analytics

@Suite("Processes are joined to flows")
struct AttributionTests {
  private func resolve(_ observations: [Observation], _ flows: [FlowRecord]) -> Resolution {
    let attribution = Attribution()
    for o in observations { attribution.observe(o) }
    for f in flows { attribution.observe(f) }
    return attribution.resolve()
  }

  @Test("What both ends log of one flow is one flow with a client and a server process")
  func bothEnds() {
    let resolution = resolve(
      [
        Made.connection(
          "c1", "ALPHA.corp.example", guid: "{a}", image: "C:\\tools\\client.exe", from: "10.0.0.1", 50001,
          to: "10.0.0.2", 5985, at: 1),
        Made.connection(
          "c2", "BETA.corp.example", guid: "{b}", image: "System", from: "10.0.0.1", 50001, to: "10.0.0.2", 5985,
          at: 1.2, initiated: false),
      ], [Made.flow(1, from: "10.0.0.1", 50001, to: "10.0.0.2", 5985, start: 1)])
    let processes = resolution.processes[FlowID(rawValue: 1)] ?? []
    #expect(processes.map(\.role) == [.client, .server])
    #expect(processes.map(\.host) == ["ALPHA.corp.example", "BETA.corp.example"])
    #expect(processes.map(\.image) == ["C:\\tools\\client.exe", "System"])
  }

  @Test("The join holds whichever direction the flow was recorded in")
  func eitherDirection() {
    let c = Made.connection("c1", "alpha", guid: "{a}", image: "x", from: "10.0.0.1", 50001, to: "10.0.0.2", 445, at: 1)
    let resolution = resolve([c], [Made.flow(1, from: "10.0.0.2", 445, to: "10.0.0.1", 50001, start: 1)])
    #expect(resolution.processes[FlowID(rawValue: 1)]?.first?.role == .server)
    #expect(resolution.connections.first?.flows == [FlowID(rawValue: 1)])
  }

  @Test("A log five hours behind is found to be so, and joined")
  func fiveHours() {
    var observations: [Observation] = []
    var flows: [FlowRecord] = []
    for n in 0..<4 {
      let port = UInt16(50_000 + n)
      let time = Double(n) * 20
      flows.append(Made.flow(UInt64(n + 1), from: "10.0.0.1", port, to: "10.0.0.2", 443, start: time))
      observations.append(
        Made.connection(
          "s\(n)", "alpha", pid: 77, image: "app.exe", from: "10.0.0.1", port, to: "10.0.0.2", 443,
          at: time - 5 * hours + 0.5))
    }
    let resolution = resolve(observations, flows)
    #expect(resolution.processes.count == 4)
    #expect(resolution.offsets.map(\.correction) == [5 * 3600 * 1_000_000_000 - 500_000_000])
    #expect(resolution.offsets.map(\.samples) == [4])
    #expect(resolution.gaps.map(\.kind) == ["clock_offset"])
    #expect(resolution.gaps.first?.reason.contains("5 h behind") == true)
  }

  @Test("Two logs of one machine each have their own clock, and tell of one process")
  func twoClocks() {
    var observations: [Observation] = []
    var flows: [FlowRecord] = []
    for n in 0..<3 {
      let port = UInt16(50_000 + n)
      let time = Double(n) * 20
      flows.append(Made.flow(UInt64(n + 1), from: "10.0.0.1", port, to: "10.0.0.2", 443, start: time))
      observations.append(
        Made.connection(
          "g\(n)", "alpha", guid: "{a}", image: "C:\\app.exe", from: "10.0.0.1", port, to: "10.0.0.2", 443, at: time))
      observations.append(
        Made.connection(
          "s\(n)", "ALPHA", pid: 77, image: "\\device\\harddiskvolume2\\app.exe", from: "10.0.0.1", port,
          to: "10.0.0.2", 443, at: time - 5 * hours))
    }
    observations.append(Made.start("p", "alpha", guid: "{a}", image: "C:\\app.exe", command: "app --go", at: -30))
    let resolution = resolve(observations, flows)
    for n in 1...3 {
      let processes = resolution.processes[FlowID(rawValue: UInt64(n))] ?? []
      #expect(processes.count == 1)
      #expect(processes.first?.guid == "{a}")
      #expect(processes.first?.pid == 77)
      #expect(processes.first?.commandLine == "app --go")
      #expect(processes.first?.image == "C:\\app.exe")
    }
    #expect(resolution.known.count == 1)
  }

  @Test("A flow of the same five-tuple hours from all others of its log is not this connection's")
  func inconsistent() {
    var observations: [Observation] = []
    var flows: [FlowRecord] = []
    for n in 0..<4 {
      let port = UInt16(50_000 + n)
      flows.append(Made.flow(UInt64(n + 1), from: "10.0.0.1", port, to: "10.0.0.2", 443, start: Double(n)))
      observations.append(
        Made.connection(
          "c\(n)", "alpha", guid: "{a}", image: "x", from: "10.0.0.1", port, to: "10.0.0.2", 443, at: Double(n)))
    }
    flows.append(Made.flow(9, from: "10.0.0.1", 51_000, to: "10.0.0.2", 443, start: 0))
    observations.append(
      Made.connection(
        "late", "alpha", guid: "{a}", image: "x", from: "10.0.0.1", 51_000, to: "10.0.0.2", 443, at: 3 * hours))
    let resolution = resolve(observations, flows)
    #expect(resolution.processes[FlowID(rawValue: 9)] == nil)
    #expect(resolution.connections.contains { $0.evidence == ["late"] && $0.flows.isEmpty })
  }

  @Test("Where a port is used again, each connection joins the flow nearest in time")
  func portReuse() {
    let resolution = resolve(
      [
        Made.connection("c1", "alpha", guid: "{a}", image: "first", from: "10.0.0.1", 50001, to: "10.0.0.2", 80, at: 0),
        Made.connection(
          "c2", "alpha", guid: "{b}", image: "second", from: "10.0.0.1", 50001, to: "10.0.0.2", 80, at: 90),
      ],
      [
        Made.flow(1, from: "10.0.0.1", 50001, to: "10.0.0.2", 80, start: 0),
        Made.flow(2, from: "10.0.0.1", 50001, to: "10.0.0.2", 80, start: 90),
      ])
    #expect(resolution.processes[FlowID(rawValue: 1)]?.map(\.guid) == ["{a}"])
    #expect(resolution.processes[FlowID(rawValue: 2)]?.map(\.guid) == ["{b}"])
  }

  @Test("Two sensors that saw one flow both get its process")
  func twoSensors() {
    let c = Made.connection("c1", "alpha", guid: "{a}", image: "x", from: "10.0.0.1", 50001, to: "10.0.0.2", 80, at: 0)
    let resolution = resolve(
      [c],
      [
        Made.flow(1, from: "10.0.0.1", 50001, to: "10.0.0.2", 80, start: 0, sensor: "north"),
        Made.flow(2, from: "10.0.0.1", 50001, to: "10.0.0.2", 80, start: 0.1, sensor: "south"),
      ])
    #expect(resolution.processes.count == 2)
    #expect(resolution.connections.count == 1)
  }

  @Test("A connection without source port joins by host, destination and time, and says that it is less sure")
  func withoutPort() {
    let named = Made.connection(
      "c1", "alpha", pid: 9, image: "/usr/bin/curl", from: nil, nil, to: "198.51.100.7", 443, at: 100)
    let own = Made.connection(
      "c0", "alpha", pid: 8, image: "/usr/bin/x", from: "10.0.0.1", 40000, to: "10.0.0.9", 22, at: 50)
    let resolution = resolve(
      [named, own],
      [
        Made.flow(1, from: "10.0.0.1", 50001, to: "198.51.100.7", 443, start: 100.2),
        Made.flow(2, from: "10.0.0.5", 50001, to: "198.51.100.7", 443, start: 100.1),
        Made.flow(3, from: "10.0.0.1", 40000, to: "10.0.0.9", 22, start: 50),
      ])
    #expect(resolution.processes[FlowID(rawValue: 1)]?.first?.image == "/usr/bin/curl")
    #expect(resolution.processes[FlowID(rawValue: 2)] == nil)
    let sure = resolution.processes[FlowID(rawValue: 3)]?.first?.confidence ?? 0
    let unsure = resolution.processes[FlowID(rawValue: 1)]?.first?.confidence ?? 1
    #expect(unsure < sure)
  }

  @Test("Machines of one first label in two domains are two machines")
  func namesakes() {
    let resolution = resolve(
      [
        Made.connection(
          "c1", "web.east.example", pid: 5, image: "/bin/a", from: "10.1.0.1", 50001, to: "10.9.0.9", 80, at: 0),
        Made.connection(
          "c2", "web.west.example", pid: 5, image: "/bin/b", from: "10.2.0.1", 50001, to: "10.9.0.9", 80, at: 0),
        Made.start("p1", "web.east.example", pid: 5, image: "/bin/a", command: "a --east", at: -5),
        Made.start("p2", "web.west.example", pid: 5, image: "/bin/b", command: "b --west", at: -5),
      ],
      [
        Made.flow(1, from: "10.1.0.1", 50001, to: "10.9.0.9", 80, start: 0),
        Made.flow(2, from: "10.2.0.1", 50001, to: "10.9.0.9", 80, start: 0),
      ])
    #expect(resolution.processes[FlowID(rawValue: 1)]?.map(\.commandLine) == ["a --east"])
    #expect(resolution.processes[FlowID(rawValue: 2)]?.map(\.commandLine) == ["b --west"])
  }

  @Test("A short name in any case is the machine of the qualified one")
  func shortNames() {
    var names = HostNames()
    for name in ["WORKSTATION5.corp.example", "workstation5"] { names.note(name) }
    #expect(names.key("Workstation5") == names.key("WORKSTATION5.CORP.example"))
    #expect(names.display("workstation5") == "WORKSTATION5.corp.example")
    #expect(HostNames.short("10.0.0.1") == "10.0.0.1")
  }

  @Test("A process number used again is the process that started last before the connection")
  func reusedNumber() {
    let resolution = resolve(
      [
        Made.start("p1", "alpha", pid: 5, image: "/bin/tool", command: "old", at: -500),
        Made.start("p2", "alpha", pid: 5, image: "/bin/tool", command: "new", at: -5),
        Made.connection("c", "alpha", pid: 5, image: "/bin/tool", from: "10.0.0.1", 50001, to: "10.0.0.2", 80, at: 0),
      ], [Made.flow(1, from: "10.0.0.1", 50001, to: "10.0.0.2", 80, start: 0)])
    #expect(resolution.processes[FlowID(rawValue: 1)]?.first?.commandLine == "new")
  }

  @Test("A start told by two logs, one by GUID and one by number, is one process")
  func oneStart() {
    let resolution = resolve(
      [
        Made.start("p1", "alpha", guid: "{a}", image: "C:\\x.exe", command: "x  -go", at: 0),
        Made.start("p2", "alpha", pid: 12, image: "C:\\x.exe", command: "x -go", at: 0.4),
      ], [])
    #expect(resolution.known.map(\.entity.pid) == [12])
    #expect(resolution.known.map(\.entity.guid) == ["{a}"])
  }

  @Test("A GUID of zeros names nobody")
  func zeros() {
    let zero = "{00000000-0000-0000-0000-000000000000}"
    let resolution = resolve(
      [
        Made.start("p1", "alpha", guid: zero, pid: 1, image: "/bin/a", at: 0),
        Made.start("p2", "alpha", guid: zero, pid: 2, image: "/bin/b", at: 1),
      ], [])
    #expect(resolution.known.count == 2)
  }

  @Test("The table of processes stays within its bound though no process ever ends, and counts what it let go")
  func bounded() {
    var configuration = AttributionConfiguration()
    configuration.maximumProcesses = 1000
    let attribution = Attribution(configuration)
    for n in 0..<5000 {
      attribution.observe(Made.start("p\(n)", "alpha", pid: Int64(n), image: "/bin/x", at: Double(n)))
    }
    let resolution = attribution.resolve()
    #expect(resolution.known.count <= 1125)
    #expect(UInt64(resolution.known.count) + attribution.evicted.processes == 5000)
    #expect(resolution.gaps.contains { $0.kind == "limit_reached" })
  }

  @Test("A log that tells no ports and only of one proxy still shows by how much its clock is off")
  func proxyClock() {
    let attribution = Attribution()
    // 200 connections at uneven times, told two hours and seven seconds late, all to one service.
    var moment = 0.0
    for n in 0..<200 {
      moment += Double((n * 37) % 101) + 3
      attribution.observe(
        Made.flow(UInt64(n + 1), from: "10.0.0.1", UInt16(40000 + n), to: "10.0.0.9", 3128, start: moment))
      attribution.observe(
        Made.connection(
          "c\(n)", "alpha", pid: Int64(n), image: "/usr/bin/p\(n)", from: "10.0.0.1", nil, to: "10.0.0.9", 3128,
          at: moment + 2 * hours + 7))
    }
    let resolution = attribution.resolve()
    let correction = resolution.offsets.first.map { Double($0.correction) / 1e9 } ?? 0
    #expect(abs(correction + 2 * hours + 7) <= 2)
    let right = (0..<200).filter { n in
      resolution.processes[FlowID(rawValue: UInt64(n + 1))]?.contains { $0.image == "/usr/bin/p\(n)" } == true
    }
    #expect(right.count >= 190)
  }

  @Test("IPv4 addresses mapped into IPv6 are the same addresses")
  func mapped() {
    let attribution = Attribution()
    attribution.observe(Made.flow(1, from: "10.0.0.1", 50000, to: "10.0.0.2", 443, start: 0))
    attribution.observe(
      Made.connection(
        "c", "alpha", pid: 5, image: "/usr/bin/x", from: "::ffff:10.0.0.1", 50000, to: "::ffff:10.0.0.2", 443, at: 0.1))
    #expect(attribution.resolve().processes[FlowID(rawValue: 1)]?.first?.pid == 5)
  }

  @Test("A clock that drifts by seconds over hours still joins every connection")
  func drift() {
    let attribution = Attribution()
    for n in 0..<100 {
      let moment = Double(n) * 600
      attribution.observe(
        Made.flow(UInt64(n + 1), from: "10.0.0.1", UInt16(40000 + n), to: "10.0.0.9", 443, start: moment))
      attribution.observe(
        Made.connection(
          "c\(n)", "alpha", pid: Int64(n), image: "/usr/bin/x", from: "10.0.0.1", UInt16(40000 + n), to: "10.0.0.9",
          443,
          at: moment + 90 + Double(n) * 0.5))
    }
    let resolution = attribution.resolve()
    #expect((0..<100).allSatisfy { resolution.processes[FlowID(rawValue: UInt64($0 + 1))]?.count == 1 })
  }

  @Test("The order in which evidence comes changes nothing")
  func order() {
    var observations: [Observation] = []
    var flows: [FlowRecord] = []
    for n in 0..<40 {
      let port = UInt16(50_000 + n % 25)
      let time = Double(n) * 7
      flows.append(Made.flow(UInt64(n + 1), from: "10.0.0.1", port, to: "10.0.0.2", 80, start: time))
      observations.append(
        Made.connection(
          "c\(n)", "alpha", guid: n % 2 == 0 ? "{\(n % 5)}" : nil, pid: n % 2 == 0 ? nil : Int64(n % 5),
          image: "x\(n % 5)", from: "10.0.0.1", port, to: "10.0.0.2", 80, at: time))
    }
    let expected = resolve(observations, flows)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5 {
      let again = resolve(observations.shuffled(using: &generator), flows.shuffled(using: &generator))
      #expect(again.processes == expected.processes)
      #expect(again.connections == expected.connections)
      #expect(again.known == expected.known)
    }
  }

  @Test("The clock is read from where most joins agree")
  func densest() {
    let second: Int64 = 1_000_000_000
    let found = ClockEstimate.densest([18_000 * second, 18_001 * second, 17_999 * second, 5 * second, -90_000 * second])
    #expect(found?.correction == 18_000 * second)
    #expect(found?.samples == 3)
    #expect(ClockEstimate.densest([]) == nil)
  }
}
