/// One resolution: connections meet flows, first to learn the clocks, then for good.

import Evidence

struct FlowJoin {
  let configuration: AttributionConfiguration
  let flows: [KeptFlow]
  /// What is compared over and over of each flow, without its texts.
  private let brief: [Brief]
  private let sensors: Int
  /// Flow positions, in order of start, by five-tuple and by the service they go to.
  private var byTuple: [FiveTuple: [Int]] = [:]
  private var byService: [Service: [Int]] = [:]
  /// The same by who opened them: hosts whose sources do not tell ports open many flows to one proxy.
  private var byClient: [ClientOfService: [Int]] = [:]
  var names = HostNames()
  private var given: [(host: String, ip: IPAddress)] = []
  var addresses = HostAddresses()

  init(_ configuration: AttributionConfiguration, flows: [KeptFlow]) {
    self.configuration = configuration
    self.flows = flows.sorted { $0.start != $1.start ? $0.start < $1.start : $0.id < $1.id }
    var numbers: [String: Int] = [:]
    brief = self.flows.map { flow in
      let sensor = numbers[flow.sensor] ?? numbers.count
      numbers[flow.sensor] = sensor
      return Brief(start: flow.start, end: flow.end, sensor: sensor)
    }
    sensors = numbers.count
    for (at, flow) in self.flows.enumerated() { byTuple[flow.tuple, default: []].append(at) }
  }

  private struct Brief {
    var start: Timestamp
    var end: Timestamp
    var sensor: Int
    /// How far a time lies outside the flow, in nanoseconds; 0 within it.
    func distance(_ time: Timestamp) -> Int64 {
      if time < start { return start - time }
      return time > end ? time - end : 0
    }
  }

  mutating func know(host: String, names others: [String], ips: [IPAddress]) {
    names.note(host)
    for other in others { names.note(other) }
    for ip in ips { given.append((host, ip)) }
  }

  // MARK: -

  /// A connection on its way to a flow.
  struct Candidate {
    let observation: ConnectionObservation
    let host: String
    let clock: LogClock
    /// Nil when the source does not tell the port it came from.
    let tuple: FiveTuple?
    var time: Timestamp
    /// The flows joined: position and how far off in time.
    var joined: [(flow: Int, distance: Int64, rivals: Int)] = []
    var process: Int = -1
  }

  mutating func resolve(connections: [ConnectionObservation], processes: [ProcessObservation]) -> Resolution {
    for o in connections { names.note(o.host) }
    for o in processes { names.note(o.host) }
    for (host, ip) in given { addresses.know(names.key(host), ip) }
    for o in connections { addresses.learn(names.key(o.host), o) }
    addresses.settle()

    var candidates = connections.map { o in
      let host = names.key(o.host)
      var tuple: FiveTuple?
      if let ip = o.sourceIP, let port = o.sourcePort, port != 0 || o.destinationPort == 0 {
        tuple = FiveTuple(
          o.proto, Endpoint(ip: ip, port: port), Endpoint(ip: o.destinationIP, port: o.destinationPort))
      }
      return Candidate(
        observation: o, host: host, clock: LogClock(host: host, source: o.head.source, byGUID: o.guid != nil),
        tuple: tuple, time: o.head.time)
    }
    // Sources say of unbound or closed sockets that they go nowhere: no flow is like that, and no one is to be judged.
    candidates.removeAll { $0.observation.destinationIP.isUnspecified && $0.observation.destinationPort == 0 }
    candidates.sort {
      let (a, b) = ($0.observation.head, $1.observation.head)
      if a.time != b.time { return a.time < b.time }
      return $0.host != $1.host ? $0.host < $1.host : a.id < b.id
    }
    if candidates.contains(where: { $0.tuple == nil }) {
      for (at, flow) in flows.enumerated() {
        let service = Service(proto: flow.proto, end: flow.server)
        byService[service, default: []].append(at)
        byClient[ClientOfService(client: flow.client.ip, service: service), default: []].append(at)
      }
    }

    let clocks = estimate(candidates)
    for at in candidates.indices {
      candidates[at].time = candidates[at].time.advanced(by: clocks.correction(candidates[at].clock))
      candidates[at].joined = meet(candidates[at])
    }
    return conclude(candidates, processes, clocks)
  }

  /// Flows that may be this connection, the clock aside: lists in order of start.
  private func possible(_ c: Candidate) -> [[Int]] {
    if let tuple = c.tuple { return [byTuple[tuple] ?? []] }
    let o = c.observation
    let service = Service(proto: o.proto, end: Endpoint(ip: o.destinationIP, port: o.destinationPort))
    if let source = o.sourceIP, !source.isUnspecified {
      return [byClient[ClientOfService(client: source, service: service)] ?? []]
    }
    let own = addresses.addresses(c.host)
    if own.isEmpty { return [byService[service] ?? []] }
    return own.sorted().compactMap { byClient[ClientOfService(client: $0, service: service)] }
  }

  // MARK: - Clocks

  struct Clocks {
    var known: [LogClock: (correction: Int64, samples: Int)] = [:]
    /// What logs of a kind agree on over all hosts, for a host of which nothing was on the wire.
    var common: [LogClock: Int64] = [:]
    func correction(_ clock: LogClock) -> Int64 {
      if let found = known[clock] { return found.correction }
      return common[LogClock(host: "", source: clock.source, byGUID: clock.byGUID)] ?? 0
    }
    func samples(_ clock: LogClock) -> Int { known[clock]?.samples ?? 0 }
  }

  private func estimate(_ candidates: [Candidate]) -> Clocks {
    // A tuple that is used over and over (DNS from a fixed port, NTP) would agree with any clock.
    var differences = differences(candidates, longest: 16)
    // Where all goes to few services without a port told (a proxy), many pairs still agree on one offset.
    let poor = Set(candidates.map(\.clock)).filter {
      (differences[$0].flatMap(ClockEstimate.densest)?.samples ?? 0) < 3
    }
    if !poor.isEmpty {
      let more = self.differences(candidates.filter { $0.tuple == nil && poor.contains($0.clock) }, longest: 2048)
      for (clock, values) in more { differences[clock] = values }
    }
    var clocks = Clocks()
    var kinds: [LogClock: [Int64]] = [:]
    for (clock, values) in differences {
      guard let found = ClockEstimate.densest(values) else { continue }
      clocks.known[clock] = found
      kinds[LogClock(host: "", source: clock.source, byGUID: clock.byGUID), default: []].append(found.correction)
    }
    for (kind, values) in kinds {
      let sorted = values.sorted()
      let middle = sorted[sorted.count / 2]
      // A common time zone shows as one offset; clocks that merely drift say nothing of the next host's.
      let quarter: Int64 = 900 * 1_000_000_000
      let rounded = (middle + (middle < 0 ? -quarter / 2 : quarter / 2)) / quarter * quarter
      if rounded != 0, sorted.allSatisfy({ ($0 - rounded).magnitude <= UInt64(quarter / 6) }) {
        clocks.common[kind] = rounded
      }
    }
    return clocks
  }

  /// Flow start minus log time, for each flow that a connection may be, by clock; connections that may be more than
  /// `longest` are passed over.
  private func differences(_ candidates: [Candidate], longest: Int) -> [LogClock: [Int64]] {
    var differences: [LogClock: [Int64]] = [:]
    for c in candidates {
      let lists = possible(c)
      let count = lists.reduce(0) { $0 + $1.count }
      guard count > 0, count <= longest, (differences[c.clock]?.count ?? 0) < FlowJoin.mostDifferences else { continue }
      for at in lists.joined() {
        let flow = flows[at]
        guard c.tuple == nil || max(flow.client.port, flow.server.port) >= 1024 else { continue }
        let d = flow.start - c.time
        if d.magnitude <= UInt64(configuration.maximumOffset) { differences[c.clock, default: []].append(d) }
      }
    }
    return differences
  }

  /// Per clock: more agree no better, and cost.
  private static let mostDifferences = 400_000

  // MARK: - Meeting

  private func meet(_ c: Candidate) -> [(flow: Int, distance: Int64, rivals: Int)] {
    // Without the port only the time tells flows to one service apart, so it must be close.
    let limit = c.tuple == nil ? min(configuration.tolerance, 15 * 1_000_000_000) : configuration.tolerance
    typealias Best = (flow: Int, distance: Int64, fromStart: UInt64, near: Int)
    var best: [Best] = Array(repeating: (-1, .max, .max, 0), count: sensors)
    for list in possible(c) {
      for at in near(list, c, limit) {
        let fromStart = (c.time - brief[at].start).magnitude
        let distance = c.tuple == nil ? Int64(clamping: fromStart) : brief[at].distance(c.time)
        guard distance <= limit else { continue }
        let sensor = brief[at].sensor
        if fromStart <= 2_000_000_000 { best[sensor].near += 1 }
        let other = best[sensor]
        if other.flow >= 0, (other.distance, other.fromStart, other.flow) <= (distance, fromStart, at) { continue }
        best[sensor] = (at, distance, fromStart, other.near)
      }
    }
    return best.filter { $0.flow >= 0 }.map { ($0.flow, $0.distance, c.tuple == nil ? max(1, $0.near) : 1) }
      .sorted { $0.0 < $1.0 }
  }

  /// The part of a list that can be near enough in time. Flows of one tuple follow each other, so the last ones that
  /// began before are enough; a few more for several sensors.
  private func near(_ list: [Int], _ c: Candidate, _ limit: Int64) -> ArraySlice<Int> {
    func first(from: Timestamp) -> Int {
      var (low, high) = (0, list.count)
      while low < high {
        let middle = low + (high - low) / 2
        if brief[list[middle]].start < from { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let end = first(from: c.time.advanced(by: limit + 1))
    if c.tuple == nil { return list[min(first(from: c.time.advanced(by: -limit)), end)..<end] }
    return list[max(0, end - 256)..<end]
  }

  /// How sure a join is: by how far off in time, how well the clock is known, and how many flows it could be.
  func confidence(_ c: Candidate, _ distance: Int64, rivals: Int, samples: Int) -> Double {
    let seconds = Double(distance) / 1e9
    var value = seconds <= 5 ? 0.99 : seconds <= 60 ? 0.9 : 0.7
    if samples < 3, (c.time - c.observation.head.time).magnitude > UInt64(configuration.notableOffset) { value *= 0.8 }
    if c.tuple == nil { value *= 0.8 / Double(rivals) }
    if !addresses.addresses(c.host).isEmpty || c.tuple != nil { return value }
    return value * 0.5
  }
}
