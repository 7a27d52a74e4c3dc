/// When the daemon reasons, and what becomes of what it concludes.

import EventLoop
import Evidence
import JSON
import Store

#if canImport(Glibc)
  import Glibc
#endif

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

  mutating func concluded(from start: UInt64, to end: UInt64) {
    waiting = nil
    let took = end >= start ? end &- start : 0
    notBefore = end &+ min(took &* 4, 60_000)
  }
}

extension Daemon {
  /// There is something new to reason over.
  func markDirty() { pace.evidenceCame(at: Daemon.milliseconds()) }

  func concludeIfDue() {
    if pace.isDue(at: Daemon.milliseconds()) { conclude() }
  }

  /// Reasons over all that is held, stores and tells what is new or changed.
  func conclude() {
    let start = Daemon.milliseconds()
    let conclusion = investigation.conclude()
    let news = ledger.take(conclusion, isWhole: investigation.isWhole)
    for signal in news.signals {
      unstored[signal.id] = StoredRow(signal)
      publish("signal") { signal.write(to: &$0) }
    }
    for one in news.cases {
      unstored[one.id] = StoredRow(one)
      publish("case") { one.write(to: &$0) }
    }
    for id in news.withdrawn { unstored[id] = nil }
    for (id, processes) in conclusion.processes where lastConclusion.processes[id] != processes {
      guard var flow = investigation.flow(id) else { continue }
      flow.processes = processes
      unstored[id.description] = StoredRow(flow)
    }
    lastConclusion = conclusion
    statistics.signals = UInt64(conclusion.signals.count)
    statistics.cases = UInt64(conclusion.cases.count)
    statistics.counters["signals_withdrawn", default: 0] &+= UInt64(news.withdrawn.count)
    pace.concluded(from: start, to: Daemon.milliseconds())
    store(news.withdrawn)
    for one in news.cases where one.status != .closed { keepPackets(of: one) }
  }

  /// Brings the store up to what was concluded. What it does not take is tried again with the next conclusion.
  private func store(_ withdrawn: [String]) {
    do throws(StoreError) {
      try store.update(Array(unstored.values))
      unstored = [:]
      try store.remove(.signal, ids: withdrawn)
    } catch {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
      markDirty()
    }
  }

  /// Deletes what is older than the retention, off the loop: it may be much.
  func expire() {
    let before = Timestamp.now().advanced(by: -configuration.duration("store.retention"))
    let store = store
    do throws(EventLoopError) {
      try loop.offload {
        Result { () throws(StoreError) in
          let count = try store.expire(before: before)
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

  /// A clock that only goes forward and, unlike the loop's, also within a turn.
  static func milliseconds() -> UInt64 {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return UInt64(t.tv_sec) &* 1_000 &+ UInt64(t.tv_nsec) / 1_000_000
  }
}
