/// What could not be seen, by what it concerns: coverage.report.

import Evidence
import JSON
import RPC

extension Daemon {
  func registerCoverage() {
    methods.on("coverage.report") { [unowned self] call, w in
      func time(_ name: String) throws -> Timestamp? {
        guard let text = call.params[name]?.string else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
          throw RPCError.invalidParams("\(name): '\(text)' is no time of RFC 3339")
        }
        return time
      }
      let (from, to) = (try time("from"), try time("to"))
      let (kind, subject) = (call.params["kind"]?.string, call.params["subject"]?.string)
      let gaps = lastConclusion.gaps.filter { gap in
        guard kind == nil || gap.kind == kind, subject == nil || gap.subject == subject else { return false }
        // A gap without a beginning or an end may lie anywhere.
        if let from, let end = gap.to, end < from { return false }
        if let to, let start = gap.from, start >= to { return false }
        return true
      }
      w.beginObject()
      w.member("gaps", gaps.count)
      w.objects("subjects", CoverageSubject.of(gaps)) { one, w in
        w.member("subject", one.subject)
        w.member("kinds", one.kinds)
        w.member("from", one.from)
        w.member("to", one.to)
        w.array("gaps", one.gaps) { gap, w in gap.write(to: &w) }
      }
      w.key("caps")
      w.beginObject()
      for (name, count) in statistics.caps.sorted(by: { $0.key < $1.key }) { w.member(name, count) }
      w.endObject()
      w.endObject()
    }
  }
}

/// A sensor, source, host or part of the engine, and what could not be seen of it or by it.
struct CoverageSubject {
  var subject: String
  var kinds: [String] = []
  /// The first beginning and the last end that any of the gaps has.
  var from: Timestamp?
  var to: Timestamp?
  var gaps: [VisibilityGap] = []

  /// In order of their names, those of one subject in their own order.
  static func of(_ gaps: [VisibilityGap]) -> [CoverageSubject] {
    var bySubject: [String: CoverageSubject] = [:]
    for gap in gaps {
      var one = bySubject[gap.subject] ?? CoverageSubject(subject: gap.subject)
      if !one.kinds.contains(gap.kind) { one.kinds.append(gap.kind) }
      if let from = gap.from { one.from = min(one.from ?? from, from) }
      if let to = gap.to { one.to = max(one.to ?? to, to) }
      one.gaps.append(gap)
      bySubject[gap.subject] = one
    }
    return bySubject.values.sorted { $0.subject < $1.subject }
  }
}
