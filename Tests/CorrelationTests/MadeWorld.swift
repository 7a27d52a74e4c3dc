/// A small organisation and what happens in it, made for a test.

import Analytics
import Catalog
import Evidence

@testable import Correlation

/// Seconds after the moment that all tests begin at: 2026-03-02T09:00:00Z.
func at(_ seconds: Double) -> Timestamp {
  Timestamp(seconds: 1_772_442_000).advanced(by: Int64(seconds * 1e9))
}

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

let hour = 3600.0
let day = 86_400.0

struct MadeWorld {
  var roster = Roster()
  var signals: [Signal] = []
  var observations: [Observation] = []
  var flows: [FlowRecord] = []
  var resolution = Resolution()
  var gaps: [VisibilityGap] = []

  init() {
    var ann = Person(id: "e1", name: "Ann Vale")
    ann.hosts = ["ALPHA"]
    ann.accounts = [RosterAccount(platform: "linkedin", accountID: "100", handle: "annvale")]
    var bob = Person(id: "e2", name: "Bob Reed")
    bob.emails = ["bob@corp.example"]
    roster.people = [ann, bob]
    var beta = RosterAsset(host: "BETA")
    beta.ips = [ip("10.0.0.2")]
    beta.owner = "e2"
    roster.assets = [beta]
    resolution.hosts = [("ALPHA.corp.example", [ip("10.0.0.1")]), ("DC.corp.example", [ip("10.0.0.9")])]
  }

  static let stranger = AccountKey(platform: "linkedin", accountID: "666")

  /// A persona of some risk.
  mutating func risk(_ score: Double, _ account: AccountKey = stranger, at time: Double = 0, towards: [String] = []) {
    var signal = Signal(
      analytic: "persona.risk", time: at(time), score: score,
      entity: .persona(account, handle: "mallory", displayName: "Mallory Key"),
      reason: "Mallory Key claims to work here; nobody of that name does.", attack: ["T1586.001"])
    signal.related = towards.map { .employee(id: $0, name: nil) }
    signals.append(signal)
  }

  mutating func approach(
    _ id: String, to party: Party, at time: Double, _ account: AccountKey = stranger,
    kind: OutreachObservation.Kind = .directMessage
  ) {
    observations.append(
      .outreach(
        OutreachObservation(
          head: ObservationHead(id: id, time: at(time), source: "s"), platform: account.platform, kind: kind,
          from: Party(accountID: account.accountID), to: party)))
  }

  static func process(_ host: String, _ name: String, command: String? = nil) -> ProcessEntity {
    ProcessEntity(
      host: host, pid: nil, guid: "{\(host)-\(name)}", image: "C:\\x\\\(name)", commandLine: command ?? "\(name) --run")
  }

  /// Something odd of a process, over flows that it opened.
  mutating func odd(
    _ host: String, _ name: String, score: Double = 0.8, at time: Double, analytic: String = "process.unusual_protocol",
    flows ids: [UInt64] = []
  ) {
    let entity = MadeWorld.process(host, name)
    var signal = Signal(
      analytic: analytic, time: at(time), score: score, entity: .process(entity),
      reason: "\(name) on \(host) opened one WinRM connection to 10.0.0.2:5985; it is unknown, and others do so.",
      attack: ["T1021.006"])
    signal.related = ids.map { .flow(FlowID(rawValue: $0), communityID: "1:\($0)") }
    signals.append(signal)
    if !resolution.known.contains(where: { $0.entity == entity }) {
      resolution.known.append(KnownProcess(entity: entity, start: at(time - 1)))
    }
  }

  /// A flow and the processes at its ends.
  mutating func flow(
    _ id: UInt64, from source: String, to destination: String, port: UInt16 = 5985, at time: Double,
    client: ProcessEntity? = nil, server: ProcessEntity? = nil
  ) {
    var flow = FlowRecord(
      id: FlowID(rawValue: id), origin: RecordOrigin(sensor: "tap", capture: "tap.pcap"), start: at(time),
      end: at(time + 1), firstPacket: id,
      sourceIP: ip(source), sourcePort: 50000, destinationIP: ip(destination), destinationPort: port, proto: .tcp)
    for (p, role) in [(client, FlowProcess.Role.client), (server, .server)] {
      if let p {
        flow.processes.append(
          FlowProcess(
            host: p.host, role: role, pid: p.pid, guid: p.guid, image: p.image, commandLine: p.commandLine,
            confidence: 0.99))
      }
    }
    flows.append(flow)
  }

  func correlator() -> Correlator {
    let correlator = Correlator(roster: roster)
    for f in flows { correlator.add(f) }
    for o in observations { correlator.add(o) }
    for s in signals { correlator.add(s) }
    for g in gaps { correlator.add(g) }
    correlator.add(resolution)
    return correlator
  }

  func cases() -> [Case] { correlator().finish().cases }

  mutating func shuffle() {
    signals.shuffle()
    observations.shuffle()
    flows.shuffle()
    gaps.shuffle()
  }
}
