/// What the threads of captures hand over, and where evidence goes: store first, then reasoning and subscribers.

import EventLoop
import Evidence
import Inspection
import JSON
import PluginHost
import Store

extension Daemon {
  // MARK: captures

  func take(_ message: CaptureMessage) {
    guard let task = captures.first(where: { $0.order.id == message.capture }) else { return }
    task.gate.leave()
    if task.state == .starting { task.state = .running }
    switch message {
    case .opened: break
    case .batch(_, let batch): take(batch)
    case .progress(_, let figures):
      task.figures = figures
      capturesMoved()
    case .gap(_, let gap):
      investigation.add(gap)
      markDirty()
    case .ended(let id, let figures, let run, let error):
      task.figures = figures
      task.ended = .now()
      task.error = error
      task.state = error == nil ? .finished : .failed
      keepFigures(of: task)
      capturesMoved()
      statistics.add(run)
      for gap in run.gaps { investigation.add(gap) }
      markDirty()
      publish("capture") { task.write(to: &$0) }
      log.info("capture ended", metadata: ["id": "\(id)", "error": "\(error ?? "none")"])
    }
    task.whenStarted.tell()
    endIfQuiet()
  }

  /// The same capture may be read twice, or go on after a crash: what is stored already is not reasoned over again.
  /// Anomalies come first: which flows matter depends on them.
  private func take(_ batch: WireBatch) {
    let anomalies = keep(batch.anomalies, StoredRow.init)
    let transactions = keep(batch.transactions, StoredRow.init)
    let flows = keep(batch.flows, StoredRow.init)
    investigation.observe(anomalies)
    for anomaly in anomalies {
      statistics.anomalies &+= anomaly.count
      publish("anomaly") { anomaly.write(to: &$0) }
    }
    for transaction in transactions { publish("transaction") { transaction.write(to: &$0) } }
    investigation.observe(flows)
    for flow in flows { publish("flow") { flow.write(to: &$0) } }
    statistics.flows &+= UInt64(flows.count)
    statistics.transactions &+= UInt64(transactions.count)
    let known =
      batch.anomalies.count &+ batch.transactions.count &+ batch.flows.count
      &- anomalies.count &- transactions.count &- flows.count
    if known > 0 { statistics.counters["records_known", default: 0] &+= UInt64(known) }
    markDirty()
  }

  /// Stores wire records and returns those that are new. What cannot be stored is reasoned over all the same, and counted.
  private func keep<Record>(_ records: [Record], _ row: (Record) -> StoredRow) -> [Record] {
    guard !records.isEmpty else { return [] }
    do throws(StoreError) {
      return zip(records, try store.write(records.map(row))).filter { $0.1 }.map { $0.0 }
    } catch {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
      statistics.counters["records_not_stored", default: 0] &+= UInt64(records.count)
      return records
    }
  }

  /// Stores observations and reasons over those that are new.
  /// - Returns: for each whether it was new.
  /// - Throws: when the store does not take them; then none was taken.
  @discardableResult
  func accept(
    _ observations: [Observation], cursor: (source: String, value: [UInt8])? = nil
  ) throws(StoreError) -> [Bool] {
    guard !observations.isEmpty || cursor != nil else { return [] }
    let new: [Bool]
    do throws(StoreError) {
      new = try store.write(observations.map(StoredRow.init), cursor: cursor)
    } catch {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
      throw error
    }
    for (observation, isNew) in zip(observations, new) where isNew {
      investigation.observe(observation)
      publish(observation.kind.rawValue) { observation.write(to: &$0) }
      statistics.observations &+= 1
      markDirty()
    }
    return new
  }
}
