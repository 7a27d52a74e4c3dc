/// What a case that an analyst closed as benign teaches: which signals are of no concern, no wider than what the case stood on.

import Evidence

struct CaseLesson {
  /// Suppressions that one case teaches at most: more is no single word any more.
  static let most = 50

  /// What the case's personas do; and of a process or flow, the same finding on the same machine again.
  static func scopes(_ one: Case, _ signals: [Signal]) -> [SuppressionScope] {
    var scopes: [SuppressionScope] = one.entities.personas.map { SuppressionScope(account: .id($0.account)) }
    let addresses = Dictionary(one.entities.flows.map { ($0.id, $0.sourceIP) }, uniquingKeysWith: { first, _ in first })
    let mine = Set(one.signals)
    for signal in signals where mine.contains(signal.id) {
      switch signal.entity {
      case .process(let process):
        scopes.append(SuppressionScope(analytic: signal.analytic, host: process.host, image: process.image))
      case .hostPair(let first, _):
        scopes.append(SuppressionScope(analytic: signal.analytic, host: first.description))
      case .host(let host): scopes.append(SuppressionScope(analytic: signal.analytic, host: host))
      case .flow(let id, _):
        guard let address = addresses[id] else { continue }
        scopes.append(SuppressionScope(analytic: signal.analytic, host: address.description))
      default: continue
      }
    }
    var seen: Set<SuppressionScope> = []
    return scopes.filter { seen.insert($0).inserted }
  }
}
