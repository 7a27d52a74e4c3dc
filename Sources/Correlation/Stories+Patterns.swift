/// One finding over many pairs of hosts is one story: a habit of a program, a device or an attack, not of each pair.

import Evidence

/// What many pairs of hosts have in common, and nothing else.
struct Pattern {
  /// What was found: anomalies, or a protocol and its port.
  var findings: [String]
  /// Each in order of address.
  var pairs: [HostPair]
  /// The address that is in all of them, if there is one.
  var common: IPAddress?

  /// Between whom, in words.
  var whom: String {
    common.map { "between \($0) and \(pairs.count) other hosts" } ?? "between \(pairs.count) pairs of hosts"
  }
}

/// Two addresses, the lower one first.
struct HostPair: Hashable, Comparable {
  let first: IPAddress
  let second: IPAddress
  init(_ a: IPAddress, _ b: IPAddress) {
    first = min(a, b)
    second = max(a, b)
  }
  static func < (a: HostPair, b: HostPair) -> Bool {
    a.first != b.first ? a.first < b.first : a.second < b.second
  }
}

extension Stories {
  private struct Finding: Hashable {
    var analytic: String
    var parts: [String]
  }

  /// Makes one story of those that only the network tells, of many pairs of hosts, with the same findings, each within
  /// the activity window of the one before. A story that a persona or a process is part of is never among them.
  func puttingPatternsTogether(_ stories: [Story]) -> [Story] {
    var alike: [Set<Finding>: [Int]] = [:]
    var pairs: [Int: HostPair] = [:]
    for at in stories.indices {
      guard let (findings, pair) = pattern(stories[at]) else { continue }
      alike[findings, default: []].append(at)
      pairs[at] = pair
    }
    var merged: [Story] = []
    var gone: Set<Int> = []
    for (findings, members) in alike where members.count >= configuration.manyPairs {
      let inTime = members.sorted { (start(stories[$0]), $0) < (start(stories[$1]), $1) }
      var run: [Int] = []
      func close() {
        let own = Set(run.compactMap { pairs[$0] }).sorted()
        guard own.count >= configuration.manyPairs else { return }
        merged.append(together(run.map { stories[$0] }, findings, own))
        gone.formUnion(run)
      }
      for at in inTime {
        if let last = run.last, start(stories[at]) - end(stories[last]) > configuration.activityWindow {
          close()
          run = []
        }
        run.append(at)
      }
      close()
    }
    return stories.indices.filter { !gone.contains($0) }.map { stories[$0] } + merged
  }

  private func together(_ stories: [Story], _ findings: Set<Finding>, _ pairs: [HostPair]) -> Story {
    var story = Story()
    story.activity = stories.flatMap(\.activity).sorted()
    for other in stories { story.hosts.formUnion(other.hosts) }
    let common = pairs.first.flatMap { first in
      [first.first, first.second].first { ip in pairs.allSatisfy { $0.first == ip || $0.second == ip } }
    }
    story.pattern = Pattern(findings: Set(findings.flatMap(\.parts)).sorted(), pairs: pairs, common: common)
    return story
  }

  private func start(_ story: Story) -> Timestamp {
    story.activity.first.map { graph.signals[$0].time } ?? Timestamp(nanoseconds: 0)
  }
  private func end(_ story: Story) -> Timestamp {
    story.activity.last.map { graph.signals[$0].time } ?? Timestamp(nanoseconds: 0)
  }

  /// What a story's strong signals find, and between whom; nil for a story that is more than that.
  private func pattern(_ story: Story) -> (findings: Set<Finding>, pair: HostPair)? {
    guard story.personas.isEmpty, story.crossings.isEmpty else { return nil }
    var findings: Set<Finding> = []
    var pair: HostPair?
    for at in story.activity {
      let signal = graph.signals[at]
      guard Stream(signal) == .network, let own = hostPair(signal), pair == nil || pair == own else { return nil }
      // Whose process it was makes it a matter of that machine.
      guard graph.flows(signal).allSatisfy({ graph.flows[$0]?.processes.isEmpty ?? true }) else { return nil }
      pair = own
      guard signal.score >= configuration.opening else { continue }
      guard !signal.parts.isEmpty else { return nil }
      findings.insert(Finding(analytic: signal.analytic, parts: signal.parts.map(\.name).sorted()))
    }
    guard let pair, !findings.isEmpty else { return nil }
    return (findings, pair)
  }

  private func hostPair(_ signal: Signal) -> HostPair? {
    switch signal.entity {
    case .hostPair(let a, let b): HostPair(a, b)
    case .flow(let id, _): graph.flows[id].map { HostPair($0.flow.sourceIP, $0.flow.destinationIP) }
    default: nil
    }
  }
}
