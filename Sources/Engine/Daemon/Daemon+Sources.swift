/// The sources of the daemon: how they start, what their threads hand over, and what is not seen while they rest.

import EventLoop
import Evidence
import JSON
import PluginHost
import Store

extension Daemon {
  // MARK: starting

  /// A source that is not started yet.
  func newSource(_ order: SourceOrder) -> SourceTask {
    sourceCount &+= 1
    let plugin = sourcePlugin(order.plugin)
    let place = SourcePlace(
      name: order.name, plugin: plugin?.identity.id ?? order.plugin,
      interface: plugin.flatMap { description(of: $0, order.kind)?.interface }, file: order.file,
      parameters: order.parameters)
    return SourceTask(order, number: sourceCount, place: place)
  }

  /// A source plugin by its name or id.
  func sourcePlugin(_ name: String) -> Plugin? {
    shelf.sources().first { $0.identity.name == name || $0.identity.id == name }
  }

  /// What is said of the interface that a source of this kind is read by.
  private func description(of plugin: Plugin, _ kind: PluginInterface?) -> SourceDescription? {
    let all = plugin.description.sources
    return all.first { $0.interface == kind } ?? all.first { $0.interface == .personaSource } ?? all.first
  }

  /// Adds a source and starts its thread; false when it cannot, and then it says why.
  func start(_ task: SourceTask) -> Bool {
    sources.append(task)
    return startThread(of: task, isAdded: true)
  }

  /// Starts the thread of a source where it stopped last. One that is added takes over what it left with other parameters;
  /// one that is swapped in or resumed has its own only.
  func startThread(of task: SourceTask, isAdded: Bool = false, isOnTrial: Bool = false) -> Bool {
    let cursor: [UInt8]
    let place = task.place
    do throws(StoreError) {
      let own =
        isAdded
        ? try store.takeOver(place.key, beginning: place.beginning, name: task.name) : try store.cursor(of: place.key)
      cursor = own ?? []
    } catch {
      // Beginning anew would be no loss, but a store that cannot be read takes nothing either.
      task.state = .failed
      task.error = error.description
      return false
    }
    guard let queue = sourceQueue?.sender,
      task.start(
        shelf: shelf, cursor: cursor, services: services(of: task), queue: queue, log: log, isOnTrial: isOnTrial)
    else {
      task.state = .failed
      task.error = "the system has no thread to give"
      return false
    }
    if !isOnTrial { returns(task) }
    return true
  }

  // MARK: what threads hand over

  func take(_ message: SourceMessage) {
    if let swap = swaps.first(where: { $0.new.number == message.task }) {
      swap.new.gate.leave()
      take(message, of: swap)
      return endIfQuiet()
    }
    guard let task = sources.first(where: { $0.number == message.task }) else { return }
    task.gate.leave()
    switch message {
    case .ready: break
    case .opened(_, let interface, let blindSpots):
      if task.state == .starting { task.state = .running }
      if let gap = Investigation.blindSpots(blindSpots, of: task.name, interface) {
        // Told once, however often the source is opened.
        investigation.remove(gap)
        investigation.add(gap)
        markDirty()
      }
    case .batch(_, let batch, let isThere): take(batch, of: task, isThere: isThere)
    case .waits(_, let isLimited, let until):
      reached(task)
      if !task.isEnding { task.state = isLimited ? .limited : .idle }
      task.retryAt = until
      publish("source") { task.write(to: &$0) }
    case .interrupted(_, let words, let until):
      interrupted(task, words)
      task.retryAt = until
      publish("source") { task.write(to: &$0) }
    case .ended(_, let error, let isComplete): ended(task, error, isComplete: isComplete)
    }
    task.whenStarted.tell()
    endIfQuiet()
  }

  private func ended(_ task: SourceTask, _ error: String?, isComplete: Bool) {
    // What cannot be reached when it is paused is not seen from then on.
    let absence = task.absence
    task.wasStopped = task.isEnding && !isComplete && error == nil
    let isPaused = task.state == .pausing && task.wasStopped && !task.isCutOff
    reached(task)
    if isPaused {
      task.error = nil
      task.state = .paused
      rests(task, "is paused", since: absence?.gap.from)
    } else {
      task.error = task.error ?? error ?? (task.isEnding ? nil : absence?.gap.reason)
      task.state = task.error == nil ? .finished : .failed
    }
    if let error = task.error {
      investigation.add(
        VisibilityGap(kind: "source_failed", subject: task.name, reason: "\(task.name) failed: \(error)"))
      log.error("source failed", metadata: ["name": "\(task.name)", "error": "\(error)"])
    }
    markDirty()
    publish("source") { task.write(to: &$0) }
    task.whenOver.tell()
  }

  private func take(_ batch: SourceBatch, of task: SourceTask, isThere: Bool) {
    guard !task.isCutOff else { return }
    if isThere { reached(task) }
    do throws(StoreError) {
      _ = try accept(batch.observations, cursor: batch.cursor.map { (task.place.key, $0) })
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
    if isThere, !task.isEnding {
      if case .idle = batch.status { task.state = .idle } else { task.state = .running }
    }
  }

  // MARK: what is not seen

  /// A source that cannot be reached is a gap for as long as it is so: what it did not tell it tells later.
  private func interrupted(_ task: SourceTask, _ words: String) {
    if !task.isEnding { task.state = .retrying }
    task.error = words
    guard task.absence == nil else { return }
    let reason = "\(task.name) cannot be reached: \(words)"
    note(task, SourceAbsence(gap: gap(task.name, reason, .now()), isMadeUpFor: true))
  }

  /// A source that is told to rest is a gap if there is something to see meanwhile: it asks a service, holds a
  /// connection, reads again and again, or reads a pipe.
  func rests(_ task: SourceTask, _ words: String, since: Timestamp? = nil) {
    let about = sourcePlugin(task.order.plugin).flatMap { description(of: $0, task.order.kind) }
    let asks = about?.polls == true || task.order.every > 0
    let readsPipe = task.order.readsPipe
    // What may be a file or a connection is what it was given.
    let streams = about?.streams == true && task.order.file == nil
    guard asks || streams || readsPipe else { return }
    // A connection that has a place goes on there; a pipe has none.
    var hasCursor = false
    do throws(StoreError) { hasCursor = try store.cursor(of: task.place.key) != nil } catch { log.error("\(error)") }
    note(
      task,
      SourceAbsence(
        gap: gap(task.name, "\(task.name) (\(task.order.summary)) \(words).", since ?? .now()),
        isMadeUpFor: !readsPipe && (asks || hasCursor)))
  }

  private func gap(_ name: String, _ reason: String, _ since: Timestamp) -> VisibilityGap {
    VisibilityGap(kind: "source_interrupted", subject: name, reason: reason, from: since)
  }

  private func note(_ task: SourceTask, _ absence: SourceAbsence) {
    task.absence = absence
    investigation.add(absence.gap)
    markDirty()
  }

  /// The source has told something: it is there.
  private func reached(_ task: SourceTask) {
    task.retryAt = nil
    guard let absence = task.absence else { return }
    task.absence = nil
    task.error = nil
    investigation.remove(absence.gap)
    if let rest = absence.rest(at: .now()) { investigation.add(rest) }
    markDirty()
  }

  /// The source goes, and its gap stays until it is there again.
  func leaves(_ task: SourceTask) {
    guard let absence = task.absence else { return }
    task.absence = nil
    // More than a lab ever has; what does not fit stays a gap.
    if absences.count < 1000 { absences[task.place] = absence }
  }

  /// The source is there again; its gap ends with the first that it tells.
  func returns(_ task: SourceTask) {
    if let absence = absences.removeValue(forKey: task.place) { task.absence = absence }
  }
}
