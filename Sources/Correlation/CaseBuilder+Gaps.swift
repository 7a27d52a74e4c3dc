/// What could not be seen around a case.

import Analytics
import Evidence

extension CaseBuilder {
  /// Given gaps that touch the case, and what the case itself lacks.
  mutating func look(_ given: GivenGaps, _ hosts: Set<String>) {
    gaps.formUnion(given.general)
    if !entities.personas.isEmpty { gaps.formUnion(given.ofPersonas) }
    for host in hosts { gaps.formUnion(given.of(host)) }
    for host in hosts.sorted() where !graph.telling.contains(host) {
      let name = graph.names.display(host)
      note("no_process_events", name, "Nothing is known of the processes of \(name): no log of it was read.")
    }
    for signal in signals where signal.analytic == "process.unusual_protocol" && graph.flows(signal).isEmpty {
      guard case .process(let p) = signal.entity else { continue }
      note(
        "no_capture", p.host,
        "A connection of \(ImageName.shown(p.image)) on \(p.host) was logged by the host, but no capture saw it.")
    }
    for (key, p) in processes.sorted(by: { $0.key < $1.key }) where p.commandLine == nil && isSuspect(key) {
      note(
        "no_command_line", p.host,
        "The command line of \(ImageName.shown(p.image)) on \(p.host) is not known: its start was not logged, or without it."
      )
    }
    lookForProcesses(hosts)
  }

  /// Flows that no process is known of. Each host, or where none is known each sensor, is told of once, however many
  /// flows it concerns.
  private mutating func lookForProcesses(_ hosts: Set<String>) {
    var ofHost: [String: Int] = [:]
    var strangers: [String: Set<IPAddress>] = [:]
    for flow in entities.flows {
      guard let held = flows[flow.id], held.processes.isEmpty else { continue }
      if graph.telling.isEmpty {
        note(
          "no_process", held.sensor,
          "Which processes had the flows that \(held.sensor) saw is not known: no host told of any connection.")
      } else if let host = graph.hostOfIP[flow.sourceIP] {
        ofHost[host, default: 0] += 1
      } else {
        strangers[held.sensor, default: []].insert(flow.sourceIP)
      }
    }
    // Of a host of the case that tells nothing at all that is said already.
    for (host, count) in ofHost.sorted(by: { $0.key < $1.key })
    where graph.telling.contains(host) || !hosts.contains(host) {
      let name = graph.names.display(host)
      if graph.telling.contains(host) {
        let what = count == 1 ? "a flow" : "\(count) flows"
        note(
          "no_process", name,
          "Which process had \(what) from \(name) is not known: its log does not tell of \(count == 1 ? "it" : "them")."
        )
      } else {
        note("no_process", name, "Which processes had the flows from \(name) is not known: no log of it was read.")
      }
    }
    for (sensor, ips) in strangers.sorted(by: { $0.key < $1.key }) {
      let whose =
        ips.count == 1 ? ips.first.map(\.description) ?? "" : "\(ips.count) addresses that are no known host's"
      note(
        "no_process", sensor,
        "Which processes had the flows from \(whose) is not known: no host told of them.")
    }
  }

  private func isSuspect(_ key: ProcessKey) -> Bool {
    signals.contains { signal in
      if case .process(let p) = signal.entity { return graph.key(p) == key }
      return false
    }
  }
}
