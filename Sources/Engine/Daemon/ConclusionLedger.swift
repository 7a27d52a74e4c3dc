/// What was concluded and told so far, so that only what is new, changed or no longer holds is stored and told.

import Evidence
import JSON

struct ConclusionLedger {
  /// What one conclusion brings that the ones before did not.
  struct News {
    var signals: [Signal] = []
    /// New or changed cases, and cases that ended: those are closed, with a last line that says why.
    var cases: [Case] = []
    /// Ids of signals that do not hold any more.
    var withdrawn: [String] = []
  }

  private var signals: [String: UInt64] = [:]
  private var cases: [String: (look: UInt64, last: Case)] = [:]

  /// Takes in what an earlier run of the engine stored, as its JSON.
  mutating func recall(signal id: String, json: String) { signals[id] = ConclusionLedger.look(json) }

  mutating func recall(_ one: Case, json: String) {
    guard one.status != .closed || one.closure != nil else { return }
    cases[one.id] = (ConclusionLedger.look(json), one)
  }

  /// A case as it was told last; nil for one that is not told of any more.
  func last(_ id: String) -> Case? { cases[id]?.last }

  /// Takes as told what a person made of a case.
  mutating func note(_ one: Case) {
    guard cases[one.id] != nil else { return }
    cases[one.id] = (ConclusionLedger.look { one.write(to: &$0) }, one)
  }

  /// Compares a conclusion with what was told, and takes it as told.
  /// - Parameter isWhole: whether it rests on all evidence there was. If not, what is missing may still hold.
  mutating func take(_ conclusion: Conclusion, isWhole: Bool) -> News {
    var news = News()
    var nowSignals: [String: UInt64] = [:]
    nowSignals.reserveCapacity(conclusion.signals.count)
    for signal in conclusion.signals {
      let look = ConclusionLedger.look { signal.write(to: &$0) }
      if signals[signal.id] != look { news.signals.append(signal) }
      nowSignals[signal.id] = look
    }
    if isWhole { news.withdrawn = signals.keys.filter { nowSignals[$0] == nil }.sorted() }

    var nowCases: [String: (look: UInt64, last: Case)] = [:]
    var home: [String: String] = [:]
    for one in conclusion.cases {
      let look = ConclusionLedger.look { one.write(to: &$0) }
      if cases[one.id]?.look != look { news.cases.append(one) }
      nowCases[one.id] = (look, one)
      for signal in one.signals { home[signal] = one.id }
    }
    var words: [String: Suppression] = [:]
    for signal in conclusion.signals where signal.suppression != nil { words[signal.id] = signal.suppression }
    for (id, before) in cases.sorted(by: { $0.key < $1.key }) where nowCases[id] == nil {
      // What a person closed is over already.
      if before.last.closure != nil { continue }
      if let successor = before.last.signals.lazy.compactMap({ home[$0] }).first {
        news.cases.append(closed(before.last, "This case has become part of \(successor)."))
      } else if let word = before.last.signals.lazy.compactMap({ words[$0] }).first {
        news.cases.append(closed(before.last, "Suppressed by \(word.by): \(word.reason)"))
      } else if isWhole {
        news.cases.append(closed(before.last, "With what was seen since, the signals of this case no longer hold."))
      }
    }
    signals = nowSignals
    cases = nowCases
    return news
  }

  private func closed(_ one: Case, _ why: String) -> Case {
    var one = one
    one.status = .closed
    one.timeline.append(TimelineEntry(time: one.end, stream: "case", text: why))
    return one
  }

  private static func look(_ json: String) -> UInt64 {
    var hash = StableHash()
    hash.combine(json)
    return hash.finish()
  }

  private static func look(_ write: (inout JSONWriter) -> Void) -> UInt64 {
    var w = JSONWriter(capacity: 2048)
    write(&w)
    return look(w.text)
  }
}
