/// Who belongs to whom: people, machines, addresses, processes, flows.

import Analytics
import Evidence

struct EntityGraph {
  let signals: [Signal]
  let flows: [FlowID: HeldFlow]
  let personas: [AccountKey: (time: Timestamp, handle: String, displayName: String)]
  private(set) var names = HostNames()
  private(set) var hostOfIP: [IPAddress: String] = [:]
  private(set) var ipsOfHost: [String: Set<IPAddress>] = [:]
  /// Employees by id; the machines that are theirs, and why we think so.
  private(set) var people: [String: Person] = [:]
  private(set) var owners: [String: [(employee: String, reason: String, confidence: Double)]] = [:]
  private(set) var known: [ProcessKey: KnownProcess] = [:]
  private(set) var flowsOfProcess: [ProcessKey: [FlowID]] = [:]
  private(set) var approachesOfAccount: [AccountKey: [(approach: Approach, employee: String)]] = [:]
  /// Hosts whose own logs told of processes or connections.
  private(set) var telling: Set<String> = []

  init(_ c: Correlator) {
    signals = c.signals.values.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
    flows = c.flows
    personas = c.personas
    noteNames(c)
    learnHosts(c)
    learnProcesses(c)
    learnApproaches(c)
  }

  private mutating func noteNames(_ c: Correlator) {
    for person in c.roster.people { for host in person.hosts { names.note(host) } }
    for asset in c.roster.assets { names.note(asset.host) }
    for asset in c.assets.values { names.note(asset.host) }
    for (host, _) in c.resolution.hosts { names.note(host) }
    for process in c.resolution.known { names.note(process.entity.host) }
    for flow in c.flows.values { for process in flow.processes { names.note(process.host) } }
    for signal in signals {
      if case .process(let p) = signal.entity { names.note(p.host) }
      if case .host(let name) = signal.entity { names.note(name) }
    }
  }

  private mutating func learnHosts(_ c: Correlator) {
    for person in c.roster.people {
      people[person.id] = person
      for host in person.hosts {
        owners[names.key(host), default: []].append(
          (person.id, "the roster lists \(host) among \(person.name)'s machines", 0.95))
      }
    }
    func own(_ host: String, _ ips: [IPAddress], _ owner: String?, _ reason: String, _ confidence: Double) {
      let key = names.key(host)
      for ip in ips { claim(ip, key) }
      if let owner, people[owner] != nil, owners[key]?.contains(where: { $0.employee == owner }) != true {
        owners[key, default: []].append((owner, reason, confidence))
      }
    }
    for asset in c.roster.assets {
      own(asset.host, asset.ips, asset.owner, "the roster says that \(asset.host) is theirs", 0.95)
    }
    for asset in c.assets.values.sorted(by: { ($0.head.time, $0.head.id) < ($1.head.time, $1.head.id) }) {
      own(asset.host, asset.ips, asset.owner, "the inventory says that \(asset.host) is theirs", 0.9)
    }
    for (host, ips) in c.resolution.hosts { own(host, ips, nil, "", 0) }
  }

  private mutating func claim(_ ip: IPAddress, _ key: String) {
    if hostOfIP[ip] == nil { hostOfIP[ip] = key }
    if hostOfIP[ip] == key { ipsOfHost[key, default: []].insert(ip) }
  }

  private mutating func learnProcesses(_ c: Correlator) {
    for process in c.resolution.known {
      known[self.key(process.entity)] = process
      telling.insert(names.key(process.entity.host))
    }
    for (id, held) in c.flows.sorted(by: { ($0.value.flow.start, $0.key) < ($1.value.flow.start, $1.key) }) {
      for process in held.processes {
        flowsOfProcess[key(process), default: []].append(id)
        telling.insert(names.key(process.host))
      }
    }
  }

  private mutating func learnApproaches(_ c: Correlator) {
    var byEmail: [String: String] = [:]
    var byAccount: [String: String] = [:]
    for person in c.roster.people {
      for email in person.emails { byEmail[email.lowercased()] = person.id }
      for account in person.accounts {
        if let id = account.accountID { byAccount["\(account.platform) #\(id)"] = person.id }
        if let handle = account.handle { byAccount["\(account.platform) @\(handle.lowercased())"] = person.id }
      }
    }
    var byHandle: [String: AccountKey] = [:]
    for (account, persona) in c.personas.sorted(by: { $0.key < $1.key }) {
      byHandle["\(account.platform) @\(persona.handle.lowercased())"] = account
    }
    for a in c.approaches.values.sorted(by: { ($0.time, $0.id) < ($1.time, $1.id) }) {
      let to = a.to
      let employee =
        to.employee ?? to.email.flatMap { byEmail[$0.lowercased()] }
        ?? to.accountID.flatMap { byAccount["\(a.platform) #\($0)"] }
        ?? to.handle.flatMap { byAccount["\(a.platform) @\($0.lowercased())"] }
      let account =
        a.accountID.map { AccountKey(platform: a.platform, accountID: $0) }
        ?? a.handle.flatMap { byHandle["\(a.platform) @\($0.lowercased())"] }
      guard let employee, let account else { continue }
      approachesOfAccount[account, default: []].append((a, employee))
    }
  }

  // MARK: - Look-ups

  func key(_ p: ProcessEntity) -> ProcessKey { ProcessKey(names.key(p.host), pid: p.pid, guid: p.guid, image: p.image) }
  func key(_ p: FlowProcess) -> ProcessKey { ProcessKey(names.key(p.host), pid: p.pid, guid: p.guid, image: p.image) }

  /// The process that started another, as far as it is known itself.
  func parent(_ process: ProcessKey) -> ProcessKey? {
    guard let parent = known[process]?.parent, parent.guid != nil || parent.pid != nil else { return nil }
    let key = ProcessKey(process.host, pid: parent.pid, guid: parent.guid, image: parent.image)
    return key == process ? nil : key
  }

  /// The hosts that a signal is about.
  func hosts(_ signal: Signal) -> Set<String> {
    switch signal.entity {
    case .process(let p): return [names.key(p.host)]
    case .host(let name): return [names.key(name)]
    case .hostPair(let a, let b): return Set([hostOfIP[a], hostOfIP[b]].compactMap { $0 })
    case .flow(let id, _): return flows[id].map(hosts) ?? []
    case .persona, .employee, .campaign: return []
    }
  }

  func hosts(_ held: HeldFlow) -> Set<String> {
    Set(
      [hostOfIP[held.flow.sourceIP], hostOfIP[held.flow.destinationIP]].compactMap { $0 }
        + held.processes.map { names.key($0.host) })
  }

  /// The flows that a signal speaks of, its own first.
  func flows(_ signal: Signal) -> [FlowID] {
    var ids: [FlowID] = []
    for case .flow(let id, _) in [signal.entity] + signal.related where !ids.contains(id) { ids.append(id) }
    return ids
  }

  /// Programs that start everything on a machine: what they started has nothing else in common.
  static let roots: Set<String> = [
    "services.exe", "svchost.exe", "wininit.exe", "winlogon.exe", "explorer.exe", "userinit.exe", "smss.exe", "system",
    "lsass.exe", "taskeng.exe", "systemd", "init", "cron", "crond", "sshd", "launchd", "gnome-shell", "dockerd",
    "containerd-shim", "runtimebroker.exe", "csrss.exe", "wmiprvse.exe", "",
  ]
}
