/// Makes a case of a story: entities, links with their reasons, the story in order of time, what could not be seen.

import Analytics
import Catalog
import Evidence

struct CaseBuilder {
  let graph: EntityGraph
  let configuration: CorrelatorConfiguration
  let story: Story
  /// The story's signals in order of time: activity and personas.
  let signals: [Signal]
  var entities = CaseEntities()
  var links: [CaseLink] = []
  var timeline: [TimelineEntry] = []
  var gaps: Set<VisibilityGap> = []
  var processes: [ProcessKey: ProcessEntity] = [:]
  var flows: [FlowID: HeldFlow] = [:]

  init(_ graph: EntityGraph, _ configuration: CorrelatorConfiguration, _ story: Story) {
    self.graph = graph
    self.configuration = configuration
    self.story = story
    let positions = Set(story.activity + story.personas.flatMap(\.signals)).sorted()
    signals = positions.map { graph.signals[$0] }
  }

  mutating func build(_ given: GivenGaps) -> Case {
    gatherProcesses()
    gatherFlows()
    let hosts = gatherHosts()
    gatherPeople(hosts)
    linkProcesses()
    linkFlows()
    if let pattern = story.pattern { linkPairs(pattern) }
    gatherIndicators()
    tell()
    look(given, hosts)

    let score = CaseScore(
      signals.filter { $0.score >= configuration.opening || Stream($0) == .persona && $0.analytic == "persona.risk" }
        .map { (Stream($0), $0.analytic, $0.score) })
    let first = timeline.first?.time ?? signals.first?.time ?? Timestamp(nanoseconds: 0)
    let last = timeline.last?.time ?? first
    var result = Case(
      id: id(), time: first, end: max(last, signals.last?.time ?? last), severity: score.severity, score: score.total,
      title: title())
    result.entities = entities
    result.signals = signals.map(\.id)
    result.links = links
    result.gaps = GapList.tidy(gaps, most: configuration.maximumEntities)
    result.attack = Set(signals.flatMap(\.attack)).sorted()
    result.timeline = timeline
    return result
  }

  /// Named after the first thing that is suspicious enough to open a case: later finds do not rename it.
  private func id() -> String {
    var hash = StableHash()
    let root = story.activity.map { graph.signals[$0] }.first { $0.score >= configuration.opening } ?? signals.first
    root?.entity.combine(into: &hash)
    hash.combine(root?.time.nanoseconds ?? 0)
    return "case-" + hash.digits
  }

  // MARK: - Entities

  private mutating func gatherProcesses() {
    for signal in signals {
      if case .process(let p) = signal.entity { processes[graph.key(p)] = p }
    }
    // Who started them, as far as that is not what starts everything.
    for key in processes.keys.sorted() {
      guard let parent = graph.parent(key), let known = graph.known[parent], processes[parent] == nil,
        !EntityGraph.roots.contains(ImageName.base(known.entity.image))
      else { continue }
      processes[parent] = known.entity
    }
  }

  private mutating func gatherFlows() {
    var remotes: Set<IPAddress> = []
    for signal in signals {
      for id in graph.flows(signal) {
        guard let held = graph.flows[id] else { continue }
        flows[id] = held
        remotes.insert(held.flow.sourceIP)
        remotes.insert(held.flow.destinationIP)
      }
    }
    for (_, flow) in flows {
      remotes.subtract([flow.flow.sourceIP].filter { graph.hostOfIP[$0].map(story.hosts.contains) == true })
    }
    // What the same processes did elsewhere belongs to the story where it went to the same places; and all of it when
    // it is little.
    for key in processes.keys.sorted() {
      let own = graph.flowsOfProcess[key] ?? []
      for id in own {
        guard let held = graph.flows[id], flows[id] == nil else { continue }
        let same = remotes.contains(held.flow.destinationIP) || remotes.contains(held.flow.sourceIP)
        let client = held.processes.contains { $0.role == .client && graph.key($0) == key }
        if client, same || own.count <= 10 { flows[id] = held }
      }
    }
    // The other end, where its host told of it: which service took the connection.
    for held in flows.values {
      for p in held.processes where p.role == .server {
        processes[graph.key(p)] =
          processes[graph.key(p)]
          ?? ProcessEntity(
            host: p.host, pid: p.pid, guid: p.guid, image: p.image ?? "", commandLine: p.commandLine, user: p.user)
      }
    }
    listFlows()
  }

  /// The flows in order of time; where they are too many, one to each other end before a second to any.
  private mutating func listFlows() {
    let all = flows.values.map(\.flow).sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    entities.flows = all
    guard all.count > configuration.maximumEntities else { return }
    struct End: Hashable {
      var client: IPAddress
      var server: IPAddress
      var port: UInt16?
    }
    var seen: [End: Int] = [:]
    let ranked = all.indices.map { at -> (rank: Int, at: Int) in
      let end = End(client: all[at].sourceIP, server: all[at].destinationIP, port: all[at].destinationPort)
      seen[end, default: 0] += 1
      return (seen[end] ?? 0, at)
    }
    entities.flows = ranked.sorted { $0 < $1 }.prefix(configuration.maximumEntities).map(\.at).sorted().map { all[$0] }
    note(
      "limit_reached", CaseBuilder.ownSubject,
      "\(all.count - configuration.maximumEntities) further flows belong to this case.")
  }

  private mutating func gatherHosts() -> Set<String> {
    var hosts = story.hosts
    for p in processes.values { hosts.insert(graph.names.key(p.host)) }
    entities.hosts = hosts.sorted().map { key in
      CaseHost(host: graph.names.display(key), ips: (graph.ipsOfHost[key] ?? []).sorted())
    }
    entities.processes = processes.sorted { $0.key < $1.key }.map(\.value)
    if entities.processes.count > configuration.maximumEntities {
      note(
        "limit_reached", CaseBuilder.ownSubject,
        "\(entities.processes.count - configuration.maximumEntities) further processes belong to this case.")
      entities.processes.removeLast(entities.processes.count - configuration.maximumEntities)
    }
    return hosts
  }

  private mutating func gatherPeople(_ hosts: Set<String>) {
    var employees: [String: CaseEmployee] = [:]
    for part in story.personas {
      let persona = casePersona(part)
      entities.personas.append(persona)
      let from = Entity.persona(part.account, handle: persona.handle, displayName: persona.displayName)
      for target in part.employees {
        let person = graph.people[target.id]
        employees[target.id] = CaseEmployee(id: target.id, name: person?.name ?? target.id)
        let to = Entity.employee(id: target.id, name: person?.name)
        links.append(
          CaseLink(
            from: from, to: to, reason: approached(target),
            confidence: min(0.99, part.risk) * answered(target.approaches)))
        guard !story.activity.isEmpty else { continue }
        for host in hosts.sorted() {
          for owner in graph.owners[host] ?? [] where owner.employee == target.id {
            let link = CaseLink(
              from: to, to: .host(graph.names.display(host)), reason: owner.reason, confidence: owner.confidence)
            if !links.contains(where: { $0.from == link.from && $0.to == link.to }) { links.append(link) }
          }
        }
      }
    }
    // Whose machines they are, though nobody approached them.
    for host in hosts.sorted() {
      for owner in graph.owners[host] ?? [] where employees[owner.employee] == nil {
        employees[owner.employee] = CaseEmployee(
          id: owner.employee, name: graph.people[owner.employee]?.name ?? owner.employee)
      }
    }
    entities.employees = employees.sorted { $0.key < $1.key }.map(\.value)
  }

  /// An approach that was turned away leads to less than one that was taken up or left open.
  private func answered(_ approaches: [Approach]) -> Double {
    let away: Set<OutreachObservation.Outcome> = [.ignored, .declined, .reported]
    return !approaches.isEmpty && approaches.allSatisfy { $0.outcome.map(away.contains) == true } ? 0.8 : 1
  }

  private func casePersona(_ part: PersonaPart) -> CasePersona {
    var handle = graph.personas[part.account]?.handle
    var name = graph.personas[part.account]?.displayName
    for at in part.signals {
      if case .persona(_, let h, let n) = graph.signals[at].entity {
        handle = handle ?? h
        name = name ?? n
      }
    }
    return CasePersona(account: part.account, handle: handle ?? "", displayName: name ?? "")
  }

  private func approached(_ target: (id: String, times: [Timestamp], approaches: [Approach])) -> String {
    guard let first = target.approaches.first, let last = target.approaches.last else { return "approached" }
    let kinds = Set(target.approaches.map { $0.kind.rawValue.replacing("_", with: " ") }).sorted().joined(
      separator: ", ")
    let count =
      switch target.approaches.count {
      case 1: "once"
      case 2: "twice"
      default: "\(target.approaches.count) times"
      }
    let span =
      first.time == last.time ? "on \(Day.text(first.time))" : "from \(Day.text(first.time)) to \(Day.text(last.time))"
    return "approached \(count) \(span): \(kinds)"
  }

  private mutating func gatherIndicators() {
    var found: Set<String> = []
    for held in flows.values {
      for ip in [held.flow.sourceIP, held.flow.destinationIP] where graph.hostOfIP[ip] == nil && !ip.isMulticast {
        found.insert(ip.description)
      }
      if let name = held.flow.serverName, !name.isEmpty, graph.hostOfIP[held.flow.destinationIP] == nil {
        found.insert(name)
      }
    }
    for persona in entities.personas where !persona.handle.isEmpty {
      found.insert("\(persona.account.platform):\(persona.handle)")
    }
    entities.indicators = Array(found.sorted().prefix(configuration.maximumEntities))
  }

  // MARK: - Links

  private mutating func linkProcesses() {
    for (key, entity) in processes.sorted(by: { $0.key < $1.key }) {
      links.append(
        CaseLink(
          from: .host(graph.names.display(key.host)), to: .process(entity), reason: "the host's own log tells of it",
          confidence: 0.99))
      guard let parent = graph.parent(key), let started = processes[parent] else { continue }
      links.append(
        CaseLink(
          from: .process(started), to: .process(entity),
          reason: "\(ImageName.shown(started.image)) started \(ImageName.shown(entity.image))", confidence: 0.97))
    }
  }

  private mutating func linkFlows() {
    for flow in entities.flows {
      guard let held = flows[flow.id] else { continue }
      let to = Entity.flow(flow.id, communityID: flow.communityID)
      for p in held.processes {
        guard let entity = processes[graph.key(p)] else { continue }
        let reason =
          "\(ImageName.shown(p.image ?? "")) on \(p.host) \(p.role == .client ? "opened" : "accepted") it: five-tuple, host and time agree"
        links.append(CaseLink(from: .process(entity), to: to, reason: reason, confidence: p.confidence))
      }
      guard let host = graph.hostOfIP[flow.destinationIP], !held.processes.contains(where: { $0.role == .server }),
        entities.hosts.contains(where: { graph.names.key($0.host) == host })
      else { continue }
      links.append(
        CaseLink(
          from: to, to: .host(graph.names.display(host)),
          reason: "\(flow.destinationIP) is an address of \(graph.names.display(host))",
          confidence: 0.85))
    }
  }

  /// The pairs of a pattern, each to the first.
  private mutating func linkPairs(_ pattern: Pattern) {
    guard let first = pattern.pairs.first else { return }
    for pair in pattern.pairs.dropFirst().prefix(configuration.maximumEntities) {
      links.append(
        CaseLink(
          from: .hostPair(first: first.first, second: first.second),
          to: .hostPair(first: pair.first, second: pair.second),
          reason: "the wire shows the same between both, and not much else ties them", confidence: 0.5))
    }
    let further = pattern.pairs.count - 1 - configuration.maximumEntities
    if further > 0 {
      note("limit_reached", CaseBuilder.ownSubject, "\(further) further pairs of hosts are not linked.")
    }
  }

  /// The subject of gaps that say what a case leaves out of itself.
  static let ownSubject = "case"

  mutating func note(_ kind: String, _ subject: String, _ reason: String) {
    gaps.insert(VisibilityGap(kind: kind, subject: subject, reason: reason))
  }
}
