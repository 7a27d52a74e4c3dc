/// What a resolution says in the end: processes told of by several logs made one, and each flow's processes.

import Evidence

extension FlowJoin {
  /// Connections that are one: the same host, side and five-tuple, at one time.
  private struct Group {
    var host: String
    var role: FlowProcess.Role
    var members: [Int]
    var time: Timestamp
  }

  private func role(_ c: Candidate) -> FlowProcess.Role {
    let o = c.observation
    if let at = c.joined.first?.flow {
      let flow = flows[at]
      let client = addresses.isOwn(c.host, flow.client.ip)
      let server = addresses.isOwn(c.host, flow.server.ip)
      if client != server { return client ? .client : .server }
    } else if let source = o.sourceIP, let port = o.sourcePort {
      // A name server's answers are logged from its own port outwards.
      let own = addresses.isOwn(c.host, source)
      let other = addresses.isOwn(c.host, o.destinationIP)
      if own, !other, o.initiated == false, port < 1024, o.destinationPort > port { return .server }
      if own != other, o.initiated == nil { return own ? .client : .server }
    }
    return o.initiated == false ? .server : .client
  }

  mutating func conclude(_ all: [Candidate], _ processes: [ProcessObservation], _ clocks: Clocks) -> Resolution {
    var candidates = all
    var table = ProcessTable()
    var facts = processes.map { o in
      let host = names.key(o.host)
      let clock = LogClock(host: host, source: o.head.source, byGUID: o.guid != nil)
      return (o: o, host: host, time: o.head.time.advanced(by: clocks.correction(clock)))
    }
    facts.sort { a, b in
      if (a.o.guid == nil) != (b.o.guid == nil) { return a.o.guid != nil }
      return a.time != b.time ? a.time < b.time : a.o.head.id < b.o.head.id
    }
    for fact in facts { table.add(fact.o, host: fact.host, shown: names.display(fact.o.host), time: fact.time) }
    for byGUID in [true, false] {
      for at in candidates.indices where (candidates[at].observation.guid != nil) == byGUID {
        let o = candidates[at].observation
        let name = ProcessName(
          host: candidates[at].host, pid: o.pid, guid: o.guid, image: o.image, time: candidates[at].time)
        candidates[at].process = table.settle(name, shown: names.display(o.host)) ?? -1
      }
    }
    let groups = group(candidates)
    for group in groups {
      for a in group.members where candidates[a].observation.guid != nil {
        for b in group.members where candidates[b].observation.guid == nil {
          if candidates[a].process >= 0, candidates[b].process >= 0 {
            table.unite(candidates[a].process, candidates[b].process)
          }
        }
      }
    }
    table.completeParents()

    var resolution = Resolution()
    for group in groups { report(group, candidates, table, clocks, into: &resolution) }
    for id in Array(resolution.processes.keys) { resolution.processes[id]?.sort(by: FlowJoin.order) }
    resolution.connections.sort {
      $0.time != $1.time ? $0.time < $1.time : ($0.evidence.first ?? "") < ($1.evidence.first ?? "")
    }
    let live = table.entries.indices.filter { table.current($0) == $0 }.map { table.entries[$0] }
    resolution.known = live.map { entry in
      var process = entry.process
      process.evidence = Array(Set(process.evidence)).sorted()
      return process
    }.sorted { FlowJoin.before($0, $1) }
    resolution.hosts = addresses.all.map { (names.display($0.host), $0.ips) }
    tellClocks(clocks, into: &resolution)
    return resolution
  }

  private func group(_ candidates: [Candidate]) -> [Group] {
    struct Key: Hashable {
      var host: String
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
      let o = c.observation
      let flow = c.joined.first?.flow ?? -1
      let service = Service(proto: o.proto, end: Endpoint(ip: o.destinationIP, port: o.destinationPort))
      // Once a flow is found it says who belongs together, also for sources that told different parts of the tuple.
      let key = Key(
        host: c.host, server: role == .server, tuple: flow >= 0 ? nil : c.tuple,
        service: flow >= 0 || c.tuple != nil ? nil : service, flow: flow)
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

  private func report(
    _ group: Group, _ candidates: [Candidate], _ table: ProcessTable, _ clocks: Clocks,
    into resolution: inout Resolution
  ) {
    // One process for each group, the one known best; sources without ports may leave several.
    var byProcess: [Int: [Int]] = [:]
    for m in group.members where candidates[m].process >= 0 {
      byProcess[table.current(candidates[m].process), default: []].append(m)
    }
    func rank(_ at: Int, _ members: [Int]) -> (Int, Int, UInt64, Int) {
      let entity = table.entries[at].process.entity
      let exact = members.contains { candidates[$0].tuple != nil } ? 0 : 1
      let told =
        (entity.guid != nil ? 0 : 2) + (ImageName.unknown(table.entries[at].base) ? 4 : 0)
        + (entity.commandLine != nil ? 0 : 1)
      let near = members.map { UInt64(candidates[$0].joined.first?.distance ?? 0) }.min() ?? 0
      return (exact, told, near, at)
    }
    let ranked = byProcess.sorted { rank($0.key, $0.value) < rank($1.key, $1.value) }
    guard let first = ranked.first else { return }
    let exact = first.value.contains { candidates[$0].tuple != nil }
    let best = exact ? [first] : Array(ranked.prefix(3))

    for (at, members) in best {
      // What another log says of the same connection stands behind the join too.
      let process = table.entries[at].process
      let base = table.entries[at].base
      let backing =
        members
        + group.members.filter { m in
          let other = candidates[m].process
          return other < 0 || !members.contains(m) && ImageName.agree(table.entries[table.current(other)].base, base)
        }
      let evidence = backing.map { candidates[$0].observation.head.id }.sorted()
      let lead =
        members.min {
          (candidates[$0].joined.first?.distance ?? 0, $0) < (candidates[$1].joined.first?.distance ?? 0, $1)
        } ?? members[0]
      let c = candidates[lead]
      let samples = members.map { clocks.samples(candidates[$0].clock) }.max() ?? 0
      var certainty = 1.0
      for joined in c.joined {
        let flow = flows[joined.flow]
        certainty = confidence(c, joined.distance, rivals: joined.rivals, samples: samples) / Double(best.count)
        resolution.processes[flow.id, default: []].append(
          FlowProcess(
            host: process.entity.host, role: group.role, pid: process.entity.pid, guid: process.entity.guid,
            image: process.entity.image.isEmpty ? nil : process.entity.image, commandLine: process.entity.commandLine,
            user: process.entity.user, confidence: (certainty * 1000).rounded() / 1000,
            evidence: Array(Set(evidence + process.evidence)).sorted()))
      }
      resolution.connections.append(connection(group, c, process, certainty, evidence))
    }
  }

  private func connection(
    _ group: Group, _ c: Candidate, _ process: KnownProcess, _ certainty: Double, _ evidence: [String]
  ) -> ProcessConnection {
    let o = c.observation
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
    if group.role == .server, let source = client, addresses.isOwn(c.host, source.ip),
      !addresses.isOwn(c.host, server.ip)
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
    for (clock, found) in clocks.known.sorted(by: { $0.key < $1.key }) {
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

  private static func before(_ a: KnownProcess, _ b: KnownProcess) -> Bool {
    let (x, y) = (a.entity, b.entity)
    if x.host != y.host { return x.host < y.host }
    let (s, t) = (a.start?.nanoseconds ?? .min, b.start?.nanoseconds ?? .min)
    if s != t { return s < t }
    return (x.pid ?? -1, x.guid ?? "", x.image) < (y.pid ?? -1, y.guid ?? "", y.image)
  }
}
