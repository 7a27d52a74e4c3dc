/// The independent streams of evidence, and what their meeting is worth.

import Catalog
import Evidence

enum Stream: String, CaseIterable, Comparable {
  case persona, network, process

  init(_ signal: Signal) {
    if signal.analytic.hasPrefix("persona.") {
      self = .persona
    } else if signal.analytic.hasPrefix("network.") {
      self = .network
    } else {
      switch signal.entity {
      case .persona, .employee, .campaign: self = .persona
      case .process, .host: self = .process
      case .flow, .hostPair: self = .network
      }
    }
  }

  static func < (a: Stream, b: Stream) -> Bool { a.rawValue < b.rawValue }
}

/// A case's score: noisy-or over streams, which are independent; within a stream signals are not, so the strongest
/// counts and other analytics add a little.
struct CaseScore {
  let byStream: [Stream: Double]
  let total: Double

  init(_ signals: [(stream: Stream, analytic: String, score: Double)]) {
    var best: [Stream: [String: Double]] = [:]
    for s in signals { best[s.stream, default: [:]][s.analytic] = max(best[s.stream]?[s.analytic] ?? 0, s.score) }
    var byStream: [Stream: Double] = [:]
    for (stream, analytics) in best {
      let sorted = analytics.values.sorted(by: >)
      var quiet = 1 - (sorted.first ?? 0)
      for score in sorted.dropFirst() { quiet *= 1 - 0.3 * score }
      byStream[stream] = 1 - quiet
    }
    self.byStream = byStream
    var quiet = 1.0
    for stream in Stream.allCases { quiet *= 1 - (byStream[stream] ?? 0) }
    total = min(0.99, ((1 - quiet) * 100).rounded() / 100)
  }

  /// High and critical only where independent streams meet (architecture.md, decision 8).
  var severity: Severity {
    let persona = byStream[.persona] ?? 0
    let process = byStream[.process] ?? 0
    let network = byStream[.network] ?? 0
    if persona >= 0.5, max(process, network) >= 0.5 {
      let all = process >= 0.5 && network >= 0.5
      return persona >= 0.9 && max(process, network) >= 0.9 || all && total >= 0.95 ? .critical : .high
    }
    if process >= 0.7, network >= 0.7 { return .high }
    let alone = max(persona, process, network)
    return alone >= (network == alone ? 0.8 : 0.6) ? .medium : .low
  }
}
