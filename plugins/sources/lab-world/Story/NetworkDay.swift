/// The day on the network: machines, sites outside, and what ties a conversation to the process that held it.

/// Somebody's server outside.
struct Site {
  var name: String
  var station: Station
  var station6: Station?
  var alias: String?
  var isModern: Bool
}

final class NetworkDay {
  let plan: LabPlan
  let organisation: LabOrganisation
  let random: LabRandom
  let tape: Tape
  let start: LabTime
  private(set) var machines: [Machine] = []
  private(set) var events: [HostEvent] = []
  /// Flows of the intrusion, in order.
  private(set) var intrusion: [LabFlow] = []
  let secure: SecureMessages
  let router = LabMAC(1)
  private(set) var sites: [Site] = []

  /// The local time of the organisation's machines: British Summer Time.
  let zone: LabTime = hour

  init(_ plan: LabPlan, _ organisation: LabOrganisation) {
    self.plan = plan
    self.organisation = organisation
    random = LabRandom(seed: plan.seed).part("network")
    start = plan.intrusionDay * day + 13 * hour
    tape = Tape(random.part("tape"), window: start..<start + Int64(max(plan.captureMinutes, 50)) * minute)
    secure = SecureMessages(random: random.part("tls"))
    makeSites()
  }

  var end: LabTime { tape.window.upperBound }

  private func makeSites() {
    let first = [
      "amber", "basalt", "cinder", "delta", "ember", "flint", "garnet", "hazel", "indigo", "juniper", "kelp", "lichen",
      "marble", "nettle", "opal",
    ]
    let last = ["news", "maps", "shop", "wiki", "video", "mail", "cloud", "forum", "bank", "travel"]
    for index in 0..<64 {
      let name =
        "\(["www", "api", "cdn", "static"][random.below(4)]).\(random.pick(first))\(random.pick(last)).\(random.chance(0.8) ? "example" : "test")"
      sites.append(site(name, index))
    }
  }

  /// A host outside, its address from the documentation ranges.
  func site(_ name: String, _ number: Int, unix: Bool = true) -> Site {
    let address =
      number % 2 == 0 ? LabAddress(198, 51, 100, 10 + number * 3 % 230) : LabAddress(203, 0, 113, 5 + number * 3 % 190)
    let delay = random.seconds(0.003, 0.045)
    let ttl = (unix ? 64 : 128) - random.within(7...15)
    return Site(
      name: name, station: Station(address: address, mac: router, ttl: ttl, isUnix: unix, delay: delay),
      station6: random.chance(0.35)
        ? Station(
          address: LabAddress(v6: 0x5000 + number, host: 0x443), mac: router, ttl: ttl, isUnix: unix, delay: delay)
        : nil,
      alias: random.chance(0.3) ? "e\(number).edge-\(random.pick(["north", "west"])).example" : nil,
      isModern: random.chance(0.75))
  }

  func add(_ machine: Machine) { machines.append(machine) }
  func machine(_ short: String) -> Machine? { machines.first { $0.shortName == short } }
  func log(_ time: LabTime, _ kind: HostEvent.Kind, on machine: Machine) {
    events.append(HostEvent(time: time, machine: machine, kind: kind))
  }

  /// Everything a log of that hour shows, in order of time.
  func orderedEvents() -> [HostEvent] {
    let range = start - 5 * minute..<end
    let order = events.indices.filter { range.contains(events[$0].time) }.sorted {
      events[$0].time != events[$1].time ? events[$0].time < events[$1].time : $0 < $1
    }
    return order.map { events[$0] }
  }

  // MARK: Flows with their processes

  /// Notes a flow in the logs of both ends. `seen`: how often such a flow is in the logs at all.
  func note(
    _ process: HostProcess, _ flow: LabFlow, at time: LabTime, to server: Machine?, name: String?, seen: Double = 1,
    malicious: Bool = false
  ) {
    if malicious { intrusion.append(flow) }
    if malicious || random.chance(seen) {
      log(
        time + random.seconds(0.0005, 0.02), .connection(process, flow, initiated: true, name: name),
        on: process.machine)
    }
    if let server, let listener = server.listeners[Int(flow.destinationPort)], malicious || random.chance(0.6) {
      log(time + random.seconds(0.001, 0.03), .connection(listener, flow, initiated: false, name: nil), on: server)
    }
  }

  /// Begins a TCP connection of a process, and logs it.
  func connect(
    _ process: HostProcess, to: Station, port: Int, at time: LabTime, server: Machine? = nil, name: String? = nil,
    malicious: Bool = false
  ) -> Conversation {
    let machine = process.machine
    let from = to.address.isV6 ? machine.station6 ?? machine.station : machine.station
    let local = machine.port()
    let flow = LabFlow(
      source: from.address, sourcePort: UInt16(local), destination: to.address, destinationPort: UInt16(port), proto: 6)
    note(process, flow, at: time, to: server, name: name, malicious: malicious)
    return Conversation(
      tape, from, local, to, port, at: time, random, retransmissions: plan.retransmissions)
  }

  /// A datagram and its answer.
  func exchange(
    _ process: HostProcess, to: Station, port: Int, at time: LabTime, server: Machine? = nil, seen: Double = 0.3,
    local fixed: Int? = nil, malicious: Bool = false, _ request: [UInt8], _ reply: [UInt8]?
  ) -> LabTime {
    let machine = process.machine
    let local = fixed ?? machine.port()
    let flow = LabFlow(
      source: machine.station.address, sourcePort: UInt16(local), destination: to.address,
      destinationPort: UInt16(port),
      proto: 17)
    note(process, flow, at: time, to: server, name: nil, seen: seen, malicious: malicious)
    tape.udp(time, from: machine.station, local, to: to, port, request)
    let back = time + 2 * (to.delay + machine.station.delay) + random.seconds(0.0002, 0.002)
    if let reply { tape.udp(back, from: to, port, to: machine.station, local, reply) }
    return back + 100_000
  }

  /// Resolves a name through the domain controller; gives the time when the answer is there.
  func resolve(_ machine: Machine, _ site: Site, at time: LabTime, malicious: Bool = false) -> LabTime {
    guard let controller = self.machine("TWDC01"), let resolver = machine.programs["dns"] else { return time }
    var ready = time
    let types = machine.station6 != nil || random.chance(0.4) ? [NameMessages.a, NameMessages.aaaa] : [NameMessages.a]
    for type in types {
      let id = random.below(65_536)
      let addresses = type == NameMessages.a ? [site.station.address] : site.station6.map { [$0.address] } ?? []
      let answer = NameMessages.answer(id, site.name, type, addresses, alias: site.alias)
      var asked = time + random.seconds(0.0001, 0.001)
      // What the controller does not know it asks the provider.
      if malicious || random.chance(0.4), let server = controller.programs["server"] {
        let outer = random.below(65_536)
        _ = exchange(
          server, to: provider, port: 53, at: asked + 300_000, seen: 0.5,
          NameMessages.query(outer, site.name, type),
          NameMessages.answer(outer, site.name, type, addresses, alias: site.alias))
        asked += 1_000_000
      }
      let local = machine.port()
      let flow = LabFlow(
        source: machine.station.address, sourcePort: UInt16(local), destination: controller.station.address,
        destinationPort: 53, proto: 17)
      note(resolver, flow, at: time, to: controller, name: nil, seen: 0.3, malicious: malicious)
      tape.udp(
        time + 20_000, from: machine.station, local, to: controller.station, 53, NameMessages.query(id, site.name, type)
      )
      ready = asked + 2 * provider.delay + random.seconds(0.001, 0.004)
      tape.udp(ready, from: controller.station, 53, to: machine.station, local, answer)
    }
    return ready + 400_000
  }

  /// The provider's resolver and clock.
  lazy var provider = Station(address: LabAddress(192, 0, 2, 53), mac: router, ttl: 57, isUnix: true, delay: 4_000_000)
}
