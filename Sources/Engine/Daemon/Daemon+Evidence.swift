/// What the threads of captures and sources hand over, and where it goes: store first, then reasoning and subscribers.

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
    case .progress(_, let figures): task.figures = figures
    case .gap(_, let gap):
      investigation.add(gap)
      markDirty()
    case .ended(let id, let figures, let run, let error):
      task.figures = figures
      task.ended = .now()
      task.error = error
      task.state = error == nil ? .finished : .failed
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

  // MARK: sources

  func take(_ message: SourceMessage) {
    guard let task = sources.first(where: { $0.name == message.source }) else { return }
    task.gate.leave()
    switch message {
    case .opened(let name, let interface, let blindSpots):
      if task.state == .starting { task.state = .running }
      if let gap = Investigation.blindSpots(blindSpots, of: name, interface) {
        // Told once, however often the source is opened.
        investigation.remove(gap)
        investigation.add(gap)
        markDirty()
      }
    case .batch(let name, let batch): take(batch, of: name, task)
    case .waits(_, let isLimited, let until):
      resumed(task)
      if task.state != .stopping { task.state = isLimited ? .limited : .idle }
      task.retryAt = until
      publish("source") { task.write(to: &$0) }
    case .interrupted(let name, let words, let until):
      interrupted(task, name, words)
      task.retryAt = until
      publish("source") { task.write(to: &$0) }
    case .ended(let name, let error):
      let interruption = task.interruption
      resumed(task)
      task.error = task.error ?? error ?? (task.state == .stopping ? nil : interruption?.reason)
      task.state = task.error == nil ? .finished : .failed
      if let error = task.error {
        investigation.add(VisibilityGap(kind: "source_failed", subject: name, reason: "\(name) failed: \(error)"))
        log.error("source failed", metadata: ["name": "\(name)", "error": "\(error)"])
      }
      markDirty()
      publish("source") { task.write(to: &$0) }
      task.whenOver.tell()
    }
    task.whenStarted.tell()
    endIfQuiet()
  }

  /// A source that cannot be reached is a gap for as long as it is so: what it did not tell it tells later.
  private func interrupted(_ task: SourceTask, _ name: String, _ words: String) {
    if task.state != .stopping { task.state = .retrying }
    task.error = words
    guard task.interruption == nil else { return }
    let gap = VisibilityGap(
      kind: "source_interrupted", subject: name, reason: "\(name) cannot be reached: \(words)", from: .now())
    task.interruption = gap
    investigation.add(gap)
    markDirty()
  }

  private func resumed(_ task: SourceTask) {
    task.retryAt = nil
    guard let gap = task.interruption else { return }
    task.interruption = nil
    task.error = nil
    investigation.remove(gap)
    markDirty()
  }

  private func take(_ batch: SourceBatch, of name: String, _ task: SourceTask) {
    guard !task.isCutOff else { return }
    resumed(task)
    do throws(StoreError) {
      _ = try accept(batch.observations, cursor: batch.cursor.map { (name, $0) })
    } catch {
      // Going on would store a later cursor, and what was in this batch would never be read again.
      task.isCutOff = true
      task.error = "what it told could not be stored: \(error)"
      task.stop.set()
      return
    }
    task.records &+= UInt64(batch.observations.count)
    task.rejected &+= UInt64(batch.rejects.count)
    statistics.rejects &+= UInt64(batch.rejects.count)
    task.lastRejects = Array((task.lastRejects + batch.rejects.map(\.description)).suffix(5))
    if task.state != .stopping {
      if case .idle = batch.status { task.state = .idle } else { task.state = .running }
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
