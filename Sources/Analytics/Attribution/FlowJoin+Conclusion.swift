/// What a resolution says in the end: processes told of by several logs made one, and each flow's processes.

import Evidence

extension FlowJoin {
  /// Connections that are one: the same host, side and five-tuple, at one time.
  private struct Group {
    var host: Int
    var role: FlowProcess.Role
    var members: [Int]
    var time: Timestamp
  }

  private func role(_ c: Candidate) -> FlowProcess.Role {
    let host = hosts.key(c.host)
    let initiated = connections[c.observation].initiated
    if let at = c.joined.first?.flow {
      let client = addresses.isOwn(host, brief[at].client.ip)
      let server = addresses.isOwn(host, brief[at].server.ip)
      if client != server { return client ? .client : .server }
    } else if let source = connections[c.observation].sourceIP, let port = connections[c.observation].sourcePort {
      // A name server's answers are logged from its own port outwards.
      let own = addresses.isOwn(host, source)
      let other = addresses.isOwn(host, connections[c.observation].destinationIP)
      if own, !other, initiated == false, port < 1024, connections[c.observation].destinationPort > port {
        return .server
      }
      if own != other, initiated == nil { return own ? .client : .server }
    }
    return initiated == false ? .server : .client
  }

  mutating func conclude(
    _ all: [Candidate], _ processes: [ProcessObservation], _ found: Clocks, _ logs: inout LogClocks
  ) -> Resolution {
    var (candidates, clocks, table) = (all, found, ProcessTable())
    fill(&table, processes, &clocks, &logs)
    for byGUID in [true, false] {
      for at in candidates.indices where (connections[candidates[at].observation].guid != nil) == byGUID {
        let o = connections[candidates[at].observation]
        let name = ProcessName(
          host: candidates[at].host, pid: o.pid, guid: o.guid, image: o.image, time: candidates[at].time)
        candidates[at].process = table.settle(name, shown: o.host, names) ?? -1
      }
    }
    let groups = group(candidates)
    for group in groups where group.members.count > 1 { unite(group, candidates, &table) }
    table.completeParents()
    comparisons += table.comparisons

    var resolution = Resolution()
    for group in groups { report(group, candidates, table, clocks, into: &resolution) }
    for (id, list) in resolution.processes where list.count > 1 {
      resolution.processes[id] = list.sorted(by: FlowJoin.order)
    }
    resolution.connections = FlowJoin.sorted(resolution.connections) { a, b in
      a.time != b.time ? a.time < b.time : (a.evidence.first ?? "") < (b.evidence.first ?? "")
    }
    resolution.known = table.live()
    resolution.hosts = addresses.all.map { (names.display($0.host), $0.ips) }
    tellClocks(clocks, into: &resolution)
    return resolution
  }

  /// Takes process events into the table, those with a GUID first, in order of corrected time.
  private mutating func fill(
    _ table: inout ProcessTable, _ processes: [ProcessObservation], _ clocks: inout Clocks, _ logs: inout LogClocks
  ) {
    var facts: [(at: Int, host: Int, clock: Int)] = []
    facts.reserveCapacity(processes.count)
    for at in processes.indices {
      let host = hosts.number(processes[at].host)
      let clock = logs.number(
        host, hosts.key(host), source: processes[at].head.source, byGUID: processes[at].guid != nil)
      facts.append((at, host, clock))
    }
    clocks.know(logs)
    var timed = facts.map { (fact: $0, time: processes[$0.at].head.time.advanced(by: clocks.correction($0.clock))) }
    timed.sort { a, b in
      let (x, y) = (processes[a.fact.at].guid == nil, processes[b.fact.at].guid == nil)
      if x != y { return y }
      return a.time != b.time ? a.time < b.time : processes[a.fact.at].head.id < processes[b.fact.at].head.id
    }
    for (fact, time) in timed { table.add(processes[fact.at], host: fact.host, names, time: time) }
  }

  /// Of two logs that tell of one connection one knows the process by GUID, the other by number.
  private func unite(_ group: Group, _ candidates: [Candidate], _ table: inout ProcessTable) {
    var numbered: [Int] = []
    var seen: Set<Int> = []
    for m in group.members where connections[candidates[m].observation].guid == nil {
      let process = candidates[m].process
      if process >= 0, seen.insert(process).inserted { numbered.append(process) }
    }
    guard !numbered.isEmpty else { return }
    for m in group.members where connections[candidates[m].observation].guid != nil {
      let process = candidates[m].process
      guard process >= 0, table.entries[process].process.entity.pid == nil else { continue }
      for other in numbered.prefix(FlowJoin.mostOfOneConnection) { table.unite(process, other) }
    }
  }

  /// More processes than this are not told of as one connection's.
  private static let mostOfOneConnection = 32

  private func group(_ candidates: [Candidate]) -> [Group] {
    struct Key: Hashable {
      var host: Int
      var server: Bool
      var tuple: FiveTuple?
      var service: Service?
      var flow: Int
    }
    var groups: [Group] = []
    var open: [Key: Int] = [:]
    let order = candidates.indices.sorted {
      candidates[$0].time != candidates[$1].time ? candidates[$0].time < candidates[$1].time : $0 < $1
    }
    for at in order {
      let c = candidates[at]
      let role = role(c)
      let flow = c.joined.first?.flow ?? -1
      // Once a flow is found it says who belongs together, also for sources that told different parts of the tuple.
      var key = Key(host: c.host, server: role == .server, tuple: flow >= 0 ? nil : c.tuple, service: nil, flow: flow)
      if flow < 0, c.tuple == nil {
        let end = Endpoint(
          ip: connections[c.observation].destinationIP, port: connections[c.observation].destinationPort)
        key.service = Service(proto: connections[c.observation].proto, end: end)
      }
      if let known = open[key], flow >= 0 || c.time - groups[known].time <= 60 * 1_000_000_000 {
        groups[known].members.append(at)
        if flow < 0 { groups[known].time = c.time }
      } else {
        open[key] = groups.count
        groups.append(Group(host: c.host, role: role, members: [at], time: c.time))
      }
    }
    return groups
  }

  /// The processes that a group's members name, best known first: by exactness, by what is told of it, by time.
  private func ranked(
    _ group: Group, _ candidates: [Candidate], _ table: ProcessTable
  ) -> [(process: Int, members: [Int])] {
    var byProcess: [Int: [Int]] = [:]
    for m in group.members where candidates[m].process >= 0 {
      byProcess[table.current(candidates[m].process), default: []].append(m)
    }
    guard byProcess.count > 1 else { return byProcess.map { ($0.key, $0.value) } }
    let ranks = byProcess.map { at, members in
      let exact = members.contains { candidates[$0].tuple != nil } ? 0 : 1
      let told =
        (table.entries[at].process.entity.guid != nil ? 0 : 2) + (ImageName.unknown(table.entries[at].base) ? 4 : 0)
        + (table.entries[at].process.entity.commandLine != nil ? 0 : 1)
      let near = members.map { candidates[$0].joined.first?.distance ?? 0 }.min() ?? 0
      return (rank: (exact, told, near, at), members: members)
    }
    return ranks.sorted { $0.rank < $1.rank }.map { ($0.rank.3, $0.members) }
  }

  private func report(
    _ group: Group, _ candidates: [Candidate], _ table: ProcessTable, _ clocks: Clocks,
    into resolution: inout Resolution
  ) {
    // One process for each group, the one known best; sources without ports may leave several.
    let ranked = ranked(group, candidates, table)
    guard let first = ranked.first else { return }
    let exact = first.members.contains { candidates[$0].tuple != nil }
    let best = exact ? [first] : Array(ranked.prefix(3))

    for (at, members) in best {
      let process = table.entries[at].process
      let evidence = evidence(group, at, candidates, table)
      let lead =
        members.min {
          (candidates[$0].joined.first?.distance ?? 0, $0) < (candidates[$1].joined.first?.distance ?? 0, $1)
        } ?? members[0]
      let c = candidates[lead]
      let samples = members.map { clocks.samples(candidates[$0].clock) }.max() ?? 0
      var certainty = 1.0
      let all = c.joined.isEmpty ? [] : FlowJoin.distinct(evidence + process.evidence)
      for joined in c.joined {
        certainty = confidence(c, joined, samples: samples) / Double(best.count)
        resolution.processes[flows[joined.flow].id, default: []].append(
          FlowProcess(
            host: process.entity.host, role: group.role, pid: process.entity.pid, guid: process.entity.guid,
            image: process.entity.image.isEmpty ? nil : process.entity.image, commandLine: process.entity.commandLine,
            user: process.entity.user, confidence: (certainty * 1000).rounded() / 1000, evidence: all))
      }
      resolution.connections.append(connection(group, c, process, certainty, evidence))
    }
  }

  /// What stands behind a join: what was told of the process, and what another log says of the same connection.
  private func evidence(
    _ group: Group, _ process: Int, _ candidates: [Candidate], _ table: ProcessTable
  ) -> [String] {
    let base = table.entries[process].base
    var ids: [String] = []
    for m in group.members {
      let other = candidates[m].process < 0 ? -1 : table.current(candidates[m].process)
      if other < 0 || other == process || ImageName.agree(table.entries[other].base, base) {
        ids.append(connections[candidates[m].observation].head.id)
      }
    }
    return ids.count > 1 ? ids.sorted() : ids
  }

  private static func distinct(_ ids: [String]) -> [String] {
    var result: [String] = []
    result.reserveCapacity(ids.count)
    for id in ids.sorted() where result.last != id { result.append(id) }
    return result
  }

  /// Sorts places instead of values, for these are large.
  static func sorted<Value>(_ values: [Value], by isBefore: (Value, Value) -> Bool) -> [Value] {
    values.indices.sorted { isBefore(values[$0], values[$1]) }.map { values[$0] }
  }

  private func connection(
    _ group: Group, _ c: Candidate, _ process: KnownProcess, _ certainty: Double, _ evidence: [String]
  ) -> ProcessConnection {
    let o = connections[c.observation]
    if let at = c.joined.first?.flow {
      let flow = flows[at]
      var result = ProcessConnection(
        process: process, role: group.role, time: flow.start, proto: flow.proto, clientIP: flow.client.ip,
        clientPort: flow.client.port, serverIP: flow.server.ip, serverPort: flow.server.port, confidence: certainty,
        evidence: evidence)
      result.flows = c.joined.map { flows[$0.flow].id }
      result.communityID = flow.communityID
      result.appProto = c.joined.lazy.compactMap { flows[$0.flow].appProto }.first
      result.serverName = o.destinationName
      return result
    }
    var client: Endpoint? = o.sourceIP.map { Endpoint(ip: $0, port: o.sourcePort ?? 0) }
    var server = Endpoint(ip: o.destinationIP, port: o.destinationPort)
    if group.role == .server, let source = client, addresses.isOwn(hosts.key(c.host), source.ip),
      !addresses.isOwn(hosts.key(c.host), server.ip)
    {
      (client, server) = (server, source)
    }
    var result = ProcessConnection(
      process: process, role: group.role, time: c.time, proto: o.proto, clientIP: client?.ip,
      clientPort: o.sourcePort == nil ? nil : client?.port, serverIP: server.ip, serverPort: server.port,
      evidence: evidence)
    result.serverName = o.destinationName
    return result
  }

  private func tellClocks(_ clocks: Clocks, into resolution: inout Resolution) {
    for found in clocks.found {
      let clock = found.clock
      let host = names.display(clock.host)
      resolution.offsets.append(
        ClockOffset(
          host: host, source: clock.source, byGUID: clock.byGUID, correction: found.correction, samples: found.samples))
      guard found.correction.magnitude >= UInt64(configuration.notableOffset) else { continue }
      let log =
        clock.byGUID
        ? "The log of \(host) that names processes by GUID" : "The log of \(host) that names processes by number"
      let times = found.samples == 1 ? "one connection" : "\(found.samples) connections"
      resolution.gaps.append(
        VisibilityGap(
          kind: "clock_offset", subject: host,
          reason:
            "\(log) is \(FlowJoin.span(found.correction)) \(found.correction > 0 ? "behind" : "ahead of") the capture, as \(times) show; its times were corrected."
        ))
    }
  }

  static func span(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds.magnitude / 1_000_000_000
    if seconds >= 3600 {
      let minutes = (seconds + 30) / 60
      return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }
    return seconds >= 60 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds) s"
  }

  private static func order(_ a: FlowProcess, _ b: FlowProcess) -> Bool {
    if a.role != b.role { return a.role == .client }
    if a.host != b.host { return a.host < b.host }
    if a.confidence != b.confidence { return a.confidence > b.confidence }
    return (a.guid ?? "", a.pid ?? -1, a.image ?? "") < (b.guid ?? "", b.pid ?? -1, b.image ?? "")
  }
}
