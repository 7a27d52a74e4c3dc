/// Which signals are one story.

import Analytics
import Evidence

/// A persona of a story, and whom it approached that the story is about.
struct PersonaPart {
  var account: AccountKey
  var signals: [Int]
  var risk: Double
  var employees: [(id: String, times: [Timestamp], approaches: [Approach])]
}

/// What becomes one case: positions in the graph's signals.
struct Story {
  /// What happened on machines and wires.
  var activity: [Int] = []
  var personas: [PersonaPart] = []
  /// Hosts on which it happened.
  var hosts: Set<String> = []
  /// Flows of one host into another that tie the two together.
  var crossings: [(flow: FlowID, from: String, to: String)] = []
  /// What it is, where it is the same finding over many pairs of hosts.
  var pattern: Pattern?
}

struct Stories {
  let graph: EntityGraph
  let configuration: CorrelatorConfiguration
  private let signals: [Signal]
  private let streams: [Stream]

  init(_ graph: EntityGraph, _ configuration: CorrelatorConfiguration) {
    self.graph = graph
    self.configuration = configuration
    signals = graph.signals
    streams = graph.signals.map(Stream.init)
  }

  func all() -> [Story] {
    var stories = activities()
    let personas = suspects()
    var approachers: [String: [Int]] = [:]
    for (at, persona) in personas.enumerated() {
      for employee in persona.employees { approachers[employee.id, default: []].append(at) }
    }
    var used: Set<AccountKey> = []
    for at in stories.indices {
      let near = Set(
        stories[at].hosts.flatMap { graph.owners[$0] ?? [] }.flatMap { approachers[$0.employee] ?? [] })
      stories[at].personas = closest(near.sorted().compactMap { link(personas[$0], to: stories[at]) }, stories[at])
      for persona in stories[at].personas { used.insert(persona.account) }
    }
    stories.removeAll { !worthACase($0) }
    stories = puttingPatternsTogether(stories)
    stories += campaigns(personas.filter { !used.contains($0.account) && $0.risk >= configuration.personaAlone })
    return stories
  }

  /// Personas that nothing happened after; those that a signal ties to each other are one story.
  private func campaigns(_ personas: [PersonaPart]) -> [Story] {
    var sets = DisjointSets(personas.count)
    var first: [Entity: Int] = [:]
    func names(_ at: Int) -> [Entity] {
      let own = personas[at].signals.flatMap { signals[$0].related }
      return [.persona(personas[at].account, handle: nil, displayName: nil)]
        + own.compactMap { entity in
          switch entity {
          case .persona(let account, _, _): .persona(account, handle: nil, displayName: nil)
          case .campaign: entity
          default: nil
          }
        }
    }
    for at in personas.indices {
      for name in names(at) {
        if let other = first[name] { sets.unite(at, other) } else { first[name] = at }
      }
    }
    return sets.groups().map { group in
      var story = Story()
      story.personas = group.map { personas[$0] }
      return story
    }
  }

  /// What the network says alone must say it louder; with a persona beside it, or a process, it need not.
  private func worthACase(_ story: Story) -> Bool {
    if !story.personas.isEmpty { return true }
    return story.activity.contains {
      signals[$0].score >= (streams[$0] == .network ? configuration.networkAlone : configuration.opening)
    }
  }

  // MARK: - Activity

  private func activities() -> [Story] {
    let strong = signals.indices.filter { streams[$0] != .persona && signals[$0].score >= configuration.opening }
    let weak = signals.indices.filter {
      streams[$0] != .persona && signals[$0].score < configuration.opening && signals[$0].score >= configuration.joining
    }
    let members = strong + weak
    var sets = DisjointSets(members.count)
    let isStrong = members.indices.map { $0 < strong.count }

    uniteProcesses(members, &sets)
    uniteFlows(members, &sets)
    uniteHosts(members, isStrong, &sets)
    let crossings = uniteCrossings(members, isStrong, &sets)

    var stories: [Story] = []
    var rootOf: [Int: Int] = [:]
    for group in sets.groups() where group.contains(where: { isStrong[$0] }) {
      var story = Story()
      story.activity = group.map { members[$0] }.sorted()
      for at in story.activity { story.hosts.formUnion(graph.hosts(signals[at])) }
      rootOf[sets.find(group[0])] = stories.count
      stories.append(story)
    }
    for crossing in crossings {
      if let at = rootOf[sets.find(crossing.member)] {
        stories[at].crossings.append((crossing.flow, crossing.from, crossing.to))
        stories[at].hosts.formUnion([crossing.from, crossing.to])
      }
    }
    return stories
  }

  /// The same process, one that started another, and two that the same program started.
  private func uniteProcesses(_ members: [Int], _ sets: inout DisjointSets) {
    var first: [ProcessKey: Int] = [:]
    for (at, member) in members.enumerated() {
      guard case .process(let entity) = signals[member].entity else { continue }
      let key = graph.key(entity)
      if let other = first[key] { sets.unite(at, other) } else { first[key] = at }
    }
    for (key, at) in first.sorted(by: { $0.key < $1.key }) {
      var child = key
      // A chain longer than this is a loop of reused numbers.
      for _ in 0..<16 {
        guard let parent = graph.parent(child) else { break }
        if let entity = graph.known[parent]?.entity, EntityGraph.roots.contains(ImageName.base(entity.image)) { break }
        guard graph.known[parent] != nil else { break }
        if let other = first[parent] { sets.unite(at, other) } else { first[parent] = at }
        child = parent
      }
    }
  }

  private func uniteFlows(_ members: [Int], _ sets: inout DisjointSets) {
    var first: [FlowID: Int] = [:]
    var pairs: [String: (at: Int, time: Timestamp)] = [:]
    for (at, member) in members.enumerated() {
      for flow in graph.flows(signals[member]) {
        if let other = first[flow] { sets.unite(at, other) } else { first[flow] = at }
      }
      guard streams[member] == .network else { continue }
      // What the wire says of one pair of addresses is one matter.
      let name: String? =
        switch signals[member].entity {
        case .hostPair(let a, let b): "\(a) \(b)"
        case .flow(let id, _):
          graph.flows[id].map {
            "\(min($0.flow.sourceIP, $0.flow.destinationIP)) \(max($0.flow.sourceIP, $0.flow.destinationIP))"
          }
        default: nil
        }
      guard let name else { continue }
      if let other = pairs[name], (signals[member].time - other.time).magnitude <= UInt64(configuration.activityWindow)
      {
        sets.unite(at, other.at)
      }
      pairs[name] = (at, signals[member].time)
    }
  }

  /// Strong signals of processes on one machine, not far apart in time.
  private func uniteHosts(_ members: [Int], _ strong: [Bool], _ sets: inout DisjointSets) {
    var last: [String: (at: Int, time: Timestamp)] = [:]
    let inTime = members.indices.filter { strong[$0] }.sorted { members[$0] < members[$1] }
    for at in inTime where streams[members[at]] == .process {
      let signal = signals[members[at]]
      for host in graph.hosts(signal).sorted() {
        if let other = last[host], signal.time - other.time <= configuration.activityWindow { sets.unite(at, other.at) }
        last[host] = (at, signal.time)
      }
    }
  }

  /// A suspicious flow into a machine, and what is suspicious there soon after; and one outside address that
  /// suspicious processes of several machines speak to. Whatever else flows between machines ties nothing together:
  /// everybody speaks to the controller of the domain.
  private func uniteCrossings(
    _ members: [Int], _ strong: [Bool], _ sets: inout DisjointSets
  ) -> [(member: Int, flow: FlowID, from: String, to: String)] {
    var onHost: [String: [Int]] = [:]
    for at in members.indices where strong[at] && streams[members[at]] == .process {
      for host in graph.hosts(signals[members[at]]) { onHost[host, default: []].append(at) }
    }
    let spokenTo = popularity()
    var outside: [IPAddress: (at: Int, time: Timestamp)] = [:]
    var crossings: [(member: Int, flow: FlowID, from: String, to: String)] = []
    var tied: [String: [Int: Int]] = [:]
    for at in members.indices where strong[at] && streams[members[at]] == .process {
      let signal = signals[members[at]]
      guard case .process(let entity) = signal.entity else { continue }
      let from = graph.names.key(entity.host)
      for id in graph.flows(signal) {
        guard let flow = graph.flows[id]?.flow else { continue }
        let remote = graph.hostOfIP[flow.sourceIP] == from ? flow.destinationIP : flow.sourceIP
        if let to = graph.hostOfIP[remote], to != from {
          crossings.append((at, id, from, to))
          follow(at, flow.start, on: onHost[to] ?? [], members, &tied[to, default: [:]], &sets)
        } else if graph.hostOfIP[remote] == nil, (spokenTo[remote] ?? 0) <= 8 {
          if let other = outside[remote], (signal.time - other.time).magnitude <= UInt64(configuration.activityWindow) {
            sets.unite(at, other.at)
          }
          outside[remote] = (at, signal.time)
        }
      }
    }
    return crossings
  }

  /// Unites a member with those of a host, in order of time, that follow a moment. `tied` holds, for
  /// places, up to where all that follows is one already, so that many flows into one host cost no more than one.
  private func follow(
    _ at: Int, _ moment: Timestamp, on host: [Int], _ members: [Int], _ tied: inout [Int: Int],
    _ sets: inout DisjointSets
  ) {
    let from = moment.advanced(by: -120_000_000_000)
    let to = moment.advanced(by: configuration.consequenceWindow)
    var (low, high) = (0, host.count)
    while low < high {
      let middle = low + (high - low) / 2
      if signals[members[host[middle]]].time < from { low = middle + 1 } else { high = middle }
    }
    var (end, last) = (low, host.count)
    while end < last {
      let middle = end + (last - end) / 2
      if signals[members[host[middle]]].time <= to { end = middle + 1 } else { last = middle }
    }
    guard low < end else { return }
    sets.unite(at, host[low])
    var place = low
    while place + 1 < end {
      if let reach = tied[place], reach > place {
        place = reach
        continue
      }
      sets.unite(host[place], host[place + 1])
      // All from here to the window's end is about to be one: no later window walks here again.
      tied[place] = end - 1
      place += 1
    }
  }

  /// By how many processes each address is spoken to: many, and it says nothing that two of them do.
  private func popularity() -> [IPAddress: Int] {
    var who: [IPAddress: Set<ProcessKey>] = [:]
    for held in graph.flows.values {
      for process in held.processes where process.role == .client {
        who[held.flow.destinationIP, default: []].insert(graph.key(process))
      }
    }
    return who.mapValues(\.count)
  }

  // MARK: - Personas

  private func suspects() -> [PersonaPart] {
    var byAccount: [AccountKey: [Int]] = [:]
    for at in signals.indices {
      if case .persona(let account, _, _) = signals[at].entity { byAccount[account, default: []].append(at) }
    }
    return byAccount.sorted { $0.key < $1.key }.compactMap { account, own in
      let risks = own.filter { signals[$0].analytic == "persona.risk" }
      let risk = (risks.isEmpty ? own : risks).map { signals[$0].score }.max() ?? 0
      guard risk >= configuration.persona else { return nil }
      var employees: [String: (times: [Timestamp], approaches: [Approach])] = [:]
      for (approach, employee) in graph.approachesOfAccount[account] ?? [] {
        employees[employee, default: ([], [])].times.append(approach.time)
        employees[employee, default: ([], [])].approaches.append(approach)
      }
      for at in own {
        for case .employee(let id, _) in signals[at].related where employees[id] == nil {
          employees[id] = ([signals[at].time], [])
        }
      }
      let listed = employees.sorted { $0.key < $1.key }.map {
        (id: $0.key, times: $0.value.times, approaches: $0.value.approaches)
      }
      return PersonaPart(account: account, signals: own, risk: risk, employees: listed)
    }
  }

  /// Without those who did less, or long before: somebody who followed a person last week is a matter of its own where
  /// another wrote to them today.
  private func closest(_ parts: [PersonaPart], _ story: Story) -> [PersonaPart] {
    guard parts.count > 1 else { return parts }
    let begin = story.activity.map { signals[$0].time }.min() ?? Timestamp(nanoseconds: 0)
    let day: Int64 = 86_400 * 1_000_000_000
    func nearness(_ part: PersonaPart) -> Double {
      part.employees.flatMap(\.approaches).map { approach in
        let reach: Double =
          switch approach.kind {
          case .follow: 0.5
          case .mention: 0.6
          default: 1
          }
        let before = begin - approach.time
        return reach * (before <= 2 * day ? 1 : before <= 7 * day ? 0.85 : 0.7)
      }.max() ?? 1
    }
    let near = parts.map(nearness)
    let best = near.max() ?? 0
    return zip(parts, near).filter { $0.1 >= 0.45 * best }.map(\.0)
  }

  /// The persona's part in a story, if it approached the owner of one of the machines before something happened there.
  private func link(_ persona: PersonaPart, to story: Story) -> PersonaPart? {
    var part = persona
    part.employees = persona.employees.compactMap { employee in
      let machines = story.hosts.filter { graph.owners[$0]?.contains { $0.employee == employee.id } == true }
      guard !machines.isEmpty else { return nil }
      // What happened on these machines, or over flows into them.
      let moments =
        story.activity.filter { !graph.hosts(signals[$0]).isDisjoint(with: machines) }.map { signals[$0].time }
        + story.crossings.filter { machines.contains($0.to) }.compactMap { graph.flows[$0.flow]?.flow.start }
      guard let last = moments.max() else { return nil }
      let before = employee.times.filter { time in
        // Something that came after the last sign on the machine did not lead to it; an hour's grace for clocks.
        time <= last.advanced(by: 3_600_000_000_000) && moments.contains { $0 - time <= configuration.approachWindow }
      }
      guard !before.isEmpty else { return nil }
      let set = Set(before)
      return (employee.id, before, employee.approaches.filter { set.contains($0.time) })
    }
    return part.employees.isEmpty ? nil : part
  }
}
