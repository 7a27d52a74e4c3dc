/// When the daemon reasons, and what becomes of what it concludes.

import EventLoop
import Evidence
import JSON
import Store

/// When to reason: once evidence pauses, or has come for a while without one. A conclusion costs in proportion to all
/// that is held, so that drawing one for each piece of evidence would be quadratic. All in the loop's milliseconds.
struct ReasoningPace {
  /// Evidence that stays away this long is worth a conclusion.
  static let pause: UInt64 = 500
  /// Evidence waits no longer than this, unless conclusions take long themselves.
  static let patience: UInt64 = 5_000

  /// When the evidence that no conclusion rests on yet began to come, and when it last came.
  private var waiting: (since: UInt64, last: UInt64)?
  /// Reasoning takes a fifth of the time at most.
  private var notBefore: UInt64 = 0

  var isWaiting: Bool { waiting != nil }

  mutating func evidenceCame(at now: UInt64) { waiting = (waiting?.since ?? now, now) }

  func isDue(at now: UInt64) -> Bool {
    guard let waiting, now >= notBefore else { return false }
    return now &- waiting.last >= ReasoningPace.pause || now &- waiting.since >= ReasoningPace.patience
  }

  /// What came while it was reasoned waits outside and is told of afterwards.
  mutating func concluded(from start: UInt64, to end: UInt64) {
    waiting = nil
    let took = end >= start ? end &- start : 0
    notBefore = end &+ min(took &* 4, 60_000)
  }
}

/// What a round of reasoning brought, on its way back to the loop.
private struct Reasoned: Sendable {
  var conclusion: Conclusion
  var news: ConclusionLedger.News
  var ledger: ConclusionLedger
  /// What the store did not take, by id.
  var unstored: [String: StoredRow]
  var failure: StoreError?
}

/// The investigation, lent to a thread that reasons.
///
/// Unchecked: an investigation has one user at a time. `Daemon.reason` lends it to libuv's thread and has it back in
/// `then`; in between `isReasoning` is set, and all that touches the investigation goes through `whenFree`, which waits
/// for that. libuv orders the accesses.
private struct Lent: @unchecked Sendable {
  let investigation: Investigation
}

extension Daemon {
  /// There is something new to reason over.
  func markDirty() { pace.evidenceCame(at: MonotonicClock.milliseconds()) }

  func reasonIfDue() {
    if !isReasoning, pace.isDue(at: MonotonicClock.milliseconds()) { reason {} }
  }

  /// Does what touches the investigation: now, or when reasoning that is under way is over, in the order of the calls.
  func whenFree(_ body: @escaping () -> Void) {
    if isReasoning { backlog.append(body) } else { body() }
  }

  /// Reasons over all that is held, off the loop, which goes on answering; stores and tells what is new or changed.
  /// Not to be called while reasoning is under way.
  func reason(then done: @escaping () -> Void) {
    let start = MonotonicClock.milliseconds()
    let (lent, before, store) = (Lent(investigation: investigation), lastConclusion.processes, store)
    let (oldLedger, oldUnstored, words) = (ledger, unstored, caseWords)
    isReasoning = true
    do throws(EventLoopError) {
      try loop.offload {
        Daemon.reason(lent, before, oldLedger, oldUnstored, words, store)
      } then: { [unowned self] (result: Reasoned) in
        take(result)
        pace.concluded(from: start, to: MonotonicClock.milliseconds())
        if result.failure != nil { markDirty() }
        isReasoning = false
        let waiting = backlog
        backlog = []
        // One of them may begin to reason again; then the others wait for that.
        for body in waiting { whenFree(body) }
        done()
      }
    } catch {
      isReasoning = false
      log.error("\(error)")
      done()
    }
  }

  /// The part that needs time: no state but what it is given.
  private static func reason(
    _ lent: Lent, _ before: [FlowID: [FlowProcess]], _ ledger: ConclusionLedger, _ unstored: [String: StoredRow],
    _ words: [String: [CaseWord]], _ store: Store
  ) -> Reasoned {
    var conclusion = lent.investigation.conclude()
    for place in conclusion.cases.indices {
      if let said = words[conclusion.cases[place].id] { conclusion.cases[place].apply(said) }
    }
    var (ledger, rows) = (ledger, unstored)
    let news = ledger.take(conclusion, isWhole: lent.investigation.isWhole)
    for signal in news.signals { rows[signal.id] = StoredRow(signal) }
    for one in news.cases { rows[one.id] = StoredRow(one) }
    for id in news.withdrawn { rows[id] = nil }
    for (id, processes) in conclusion.processes where before[id] != processes {
      guard var flow = lent.investigation.flow(id) else { continue }
      flow.processes = processes
      rows[id.description] = StoredRow(flow)
    }
    do throws(StoreError) {
      try store.update(Array(rows.values))
      rows = [:]
      try store.remove(.signal, ids: news.withdrawn)
    } catch {
      // What was not taken is tried again with the next conclusion.
      return Reasoned(conclusion: conclusion, news: news, ledger: ledger, unstored: rows, failure: error)
    }
    return Reasoned(conclusion: conclusion, news: news, ledger: ledger, unstored: [:])
  }

  private func take(_ result: Reasoned) {
    for signal in result.news.signals { publish("signal") { signal.write(to: &$0) } }
    for one in result.news.cases {
      publish("case") { one.write(to: &$0) }
      if one.status != .closed { keepPackets(of: one) }
    }
    lastConclusion = result.conclusion
    (ledger, unstored) = (result.ledger, result.unstored)
    statistics.signals = UInt64(result.conclusion.signalCount)
    statistics.note(suppressed: result.conclusion)
    statistics.cases = UInt64(result.conclusion.cases.count)
    statistics.counters["signals_withdrawn", default: 0] &+= UInt64(result.news.withdrawn.count)
    if let error = result.failure {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
    }
  }

  /// Deletes what is older than the retention, off the loop: it may be much.
  func expire() {
    let before = Timestamp.now().advanced(by: -configuration.duration("store.retention"))
    let day: Int64 = 86_400_000_000_000
    let textsBefore = Timestamp.now().advanced(by: -configuration.integer("privacy.retain_text_days") * day)
    whenFree { [unowned self] in investigation.expirePersonas(before: before) }
    let store = store
    do throws(EventLoopError) {
      try loop.offload {
        Result { () throws(StoreError) in
          let count = try store.expire(before: before)
          let texts = try store.forgetTexts(before: textsBefore)
          if texts > 0 {
            try store.audit(
              who: "daemon", what: "privacy.retain_text_days", detail: "\(texts) texts of before \(textsBefore)")
          }
          if count > 0 {
            try store.audit(who: "daemon", what: Store.expiry, detail: "\(count) records of before \(before)")
          }
          return count
        }
      } then: { [weak self] (result: Result<Int, StoreError>) in
        switch result {
        case .success(let count): if count > 0 { self?.log.info("expired", metadata: ["records": "\(count)"]) }
        case .failure(let error): self?.log.error("\(error)")
        }
      }
    } catch {
      log.error("\(error)")
    }
  }
}
