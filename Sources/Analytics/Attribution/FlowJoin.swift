/// One resolution: connections meet flows, first to learn the clocks, then for good.

import Evidence

struct FlowJoin {
  let configuration: AttributionConfiguration
  let flows: [KeptFlow]
  let brief: [BriefFlow]
  let connections: [ConnectionObservation]
  /// Flows by five-tuple; by the service they go to; and by that and who opened them, for hosts whose sources do not tell
  /// ports open many flows to one proxy.
  private let byTuple: FlowIndex<FiveTuple>
  private var byService: FlowIndex<Service>?
  private var byClient: FlowIndex<ClientOfService>?
  private var byOwner: FlowIndex<HostOfService>?
  var names = HostNames()
  var hosts = HostNumbers()
  private var given: [(host: String, ip: IPAddress)] = []
  var addresses = HostAddresses()
  /// How often two moments were compared to find a flow or a process: what the cost of a resolution grows by.
  var comparisons = 0

  init(_ configuration: AttributionConfiguration, flows: [KeptFlow], connections: [ConnectionObservation]) {
    self.configuration = configuration
    self.connections = connections
    self.flows = flows.sorted { $0.start != $1.start ? $0.start < $1.start : $0.id < $1.id }
    var numbers: [String: Int] = [:]
    var bySensor: [[Int]] = []
    var brief: [BriefFlow] = []
    brief.reserveCapacity(flows.count)
    for (at, flow) in self.flows.enumerated() {
      let sensor = numbers[flow.sensor] ?? numbers.count
      if sensor == bySensor.count {
        numbers[flow.sensor] = sensor
        bySensor.append([])
      }
      bySensor[sensor].append(at)
      brief.append(
        BriefFlow(
          proto: flow.proto, client: flow.client, server: flow.server, start: flow.start, end: flow.end, sensor: sensor)
      )
    }
    self.brief = brief
    order = Array(bySensor.joined())
    byTuple = FlowIndex(brief, order) { FiveTuple($0.proto, $0.client, $0.server) }
  }

  /// Positions in order of sensor and start.
  private let order: [Int]

  mutating func know(host: String, names others: [String], ips: [IPAddress]) {
    names.note(host)
    for other in others { names.note(other) }
    for ip in ips { given.append((host, ip)) }
  }

  // MARK: -

  /// A connection on its way to a flow.
  struct Candidate {
    /// Its place among the connections.
    let observation: Int
    let host: Int
    let clock: Int
    /// Nil when the source does not tell the port it came from.
    let tuple: FiveTuple?
    var time: Timestamp
    /// The flows joined, in order of start.
    var joined: [FlowMatch] = []
    var process: Int = -1
  }

  mutating func resolve(processes: [ProcessObservation]) -> Resolution {
    for o in connections { names.note(o.host) }
    for o in processes { names.note(o.host) }
    hosts = HostNumbers(names)
    for (host, ip) in given { addresses.know(hosts.key(of: host), ip) }
    for o in connections { addresses.learn(hosts.key(of: o.host), o) }
    addresses.settle()

    var logs = LogClocks()
    var candidates = candidates(&logs)
    if candidates.contains(where: { $0.tuple == nil }) { indexWithoutPorts() }

    let clocks = estimate(candidates, logs)
    for at in candidates.indices {
      candidates[at].time = candidates[at].time.advanced(by: clocks.correction(candidates[at].clock))
      candidates[at].joined = meet(candidates[at])
    }
    var resolution = conclude(candidates, processes, clocks, &logs)
    resolution.comparisons = comparisons
    return resolution
  }

  /// Connections in order of time.
  private mutating func candidates(_ logs: inout LogClocks) -> [Candidate] {
    var candidates: [Candidate] = []
    candidates.reserveCapacity(connections.count)
    for at in connections.indices {
      let (destination, port) = (connections[at].destinationIP, connections[at].destinationPort)
      // Sources say of unbound or closed sockets that they go nowhere: no flow is like that, and no one is to be judged.
      if destination.isUnspecified, port == 0 { continue }
      var tuple: FiveTuple?
      if let ip = connections[at].sourceIP, let source = connections[at].sourcePort, source != 0 || port == 0 {
        tuple = FiveTuple(
          connections[at].proto, Endpoint(ip: ip, port: source), Endpoint(ip: destination, port: port))
      }
      let host = hosts.number(connections[at].host)
      let clock = logs.number(
        host, hosts.key(host), source: connections[at].head.source, byGUID: connections[at].guid != nil)
      candidates.append(
        Candidate(observation: at, host: host, clock: clock, tuple: tuple, time: connections[at].head.time))
    }
    candidates.sort { a, b in
      if a.time != b.time { return a.time < b.time }
      if a.host != b.host { return hosts.key(a.host) < hosts.key(b.host) }
      return connections[a.observation].head.id < connections[b.observation].head.id
    }
    return candidates
  }

  private mutating func indexWithoutPorts() {
    byService = FlowIndex(brief, order) { Service(proto: $0.proto, end: $0.server) }
    byClient = FlowIndex(brief, order) {
      ClientOfService(client: $0.client.ip, service: Service(proto: $0.proto, end: $0.server))
    }
    var owners: [IPAddress: Int] = [:]
    for host in 0..<hosts.count { for ip in addresses.addresses(hosts.key(host)) { owners[ip] = host } }
    byOwner = FlowIndex(brief, order) { flow in
      owners[flow.client.ip].map { HostOfService(host: $0, service: Service(proto: flow.proto, end: flow.server)) }
    }
  }

  /// What is known of where a connection came from.
  private enum Origin {
    case tuple(FiveTuple)
    case client(ClientOfService)
    case host(HostOfService)
    case unknown(Service)
  }

  private func origin(_ c: Candidate) -> Origin {
    if let tuple = c.tuple { return .tuple(tuple) }
    let end = Endpoint(
      ip: connections[c.observation].destinationIP, port: connections[c.observation].destinationPort)
    let service = Service(proto: connections[c.observation].proto, end: end)
    if let source = connections[c.observation].sourceIP, !source.isUnspecified {
      return .client(ClientOfService(client: source, service: service))
    }
    return addresses.hasAny(hosts.key(c.host))
      ? .host(HostOfService(host: c.host, service: service)) : .unknown(service)
  }

  // MARK: - Clocks

  private func estimate(_ candidates: [Candidate], _ logs: LogClocks) -> Clocks {
    var byClock = Array(repeating: [Int](), count: logs.all.count)
    for at in candidates.indices { byClock[candidates[at].clock].append(at) }
    // More agree no better, and cost.
    let most = min(400_000, max(1024, FlowJoin.mostDifferences / max(1, byClock.count)))
    return Clocks(
      logs,
      byClock.map { own in
        // A tuple that is used over and over (DNS from a fixed port, NTP) would agree with any clock.
        let few = ClockEstimate.densest(differences(own.lazy.map { candidates[$0] }, longest: 16, most: most))
        if let few, few.samples >= 3 { return few }
        // Where all goes to few services without a port told (a proxy), many pairs still agree on one offset.
        let portless = own.lazy.map { candidates[$0] }.filter { $0.tuple == nil }
        return ClockEstimate.densest(differences(portless, longest: 2048, most: most)) ?? few
      })
  }

  /// Flow start minus log time, for each flow that a connection may be; connections that may be more than `longest` are
  /// passed over.
  private func differences(_ candidates: some Sequence<Candidate>, longest: Int, most: Int) -> [Int64] {
    var differences: [Int64] = []
    for c in candidates {
      let possible: ArraySlice<Int> =
        switch origin(c) {
        case .tuple(let key): byTuple.all(key)
        case .client(let key): byClient?.all(key) ?? []
        case .host(let key): byOwner?.all(key) ?? []
        case .unknown(let key): byService?.all(key) ?? []
        }
      guard possible.count <= longest else { continue }
      for at in possible {
        guard c.tuple == nil || max(brief[at].client.port, brief[at].server.port) >= 1024 else { continue }
        let d = brief[at].start - c.time
        if d.magnitude <= UInt64(configuration.maximumOffset) { differences.append(d) }
      }
      if differences.count >= most { break }
    }
    return differences
  }

  /// Over all clocks together.
  private static let mostDifferences = 8_000_000

  // MARK: - Meeting

  private mutating func meet(_ c: Candidate) -> [FlowMatch] {
    // Without the port only the time tells flows to one service apart, so it must be close.
    let close = min(configuration.tolerance, 15 * 1_000_000_000)
    var found: [FlowMatch] = []
    switch origin(c) {
    case .tuple(let key):
      byTuple.matches(
        key, at: c.time, within: configuration.tolerance, of: brief, into: &found, comparisons: &comparisons)
    case .client(let key):
      byClient?.starts(key, at: c.time, within: close, of: brief, into: &found, comparisons: &comparisons)
    case .host(let key):
      byOwner?.starts(key, at: c.time, within: close, of: brief, into: &found, comparisons: &comparisons)
    case .unknown(let key):
      byService?.starts(key, at: c.time, within: close, of: brief, into: &found, comparisons: &comparisons)
    }
    if found.count > 1 { found.sort { $0.flow < $1.flow } }
    return found
  }

  /// How sure a join is: by how far off in time, how well the clock is known, and how many flows it could be.
  func confidence(_ c: Candidate, _ match: FlowMatch, samples: Int) -> Double {
    let seconds = Double(match.distance) / 1e9
    var value = seconds <= 5 ? 0.99 : seconds <= 60 ? 0.9 : 0.7
    let logged = connections[c.observation].head.time
    if samples < 3, (c.time - logged).magnitude > UInt64(configuration.notableOffset) { value *= 0.8 }
    guard c.tuple == nil else { return value }
    value *= 0.8 / Double(match.rivals)
    return addresses.hasAny(hosts.key(c.host)) ? value : value * 0.5
  }
}
