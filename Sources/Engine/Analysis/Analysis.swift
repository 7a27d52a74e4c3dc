/// The whole engine on recorded evidence: `vedette analyze`.

import Catalog
import Evidence
import JSON
import PluginHost
import Store

#if canImport(Glibc)
  import Glibc
#endif

/// What a run came to.
public struct AnalysisOutcome: Sendable {
  public var conclusion: Conclusion
  public var roster: Roster
  public var refusals: Int
  public var statistics: AnalysisStatistics
}

/// Reads the evidence of a request, reasons over it and writes the records out.
///
/// Host events and personas come first, so that flows meet what is known of them; then the captures, sensor by sensor;
/// then the conclusion. The output depends on the evidence alone, but for the member `run` of the last record.
public final class Analysis {
  private let request: AnalysisRequest
  private let configuration: Configuration
  private let output: RecordWriter?
  private let refuse: (Refusal) -> Void
  private let progress: (String) -> Void

  private var refusals = 0
  private var statistics = AnalysisStatistics()
  private var store: Store?
  /// What was held to reason over: it goes with the analysis. The program ends without either going, so that nothing here may
  /// leave work to its end.
  private var investigation: Investigation?
  /// Flows that wait for the conclusion to be written with their processes.
  private var held: [FlowRecord] = []
  private static let maximumHeld = 200_000
  /// Records taken from a source at once: so few that they stay in the processor's cache and in the allocator's small
  /// sizes, or so many that one transaction is worth it.
  private static let batch = 128
  private static let storedBatch = 4096

  /// - Parameters:
  ///   - output: takes all records; nil when only the outcome is wanted.
  ///   - refuse: told of each thing that was refused, while the rest goes on.
  ///   - progress: told now and then how far it is.
  public init(
    _ request: AnalysisRequest, configuration: Configuration, output: RecordWriter?,
    refuse: @escaping (Refusal) -> Void, progress: @escaping (String) -> Void
  ) {
    self.request = request
    self.configuration = configuration
    self.output = output
    self.refuse = refuse
    self.progress = progress
  }

  public func run() throws(AnalysisError) -> AnalysisOutcome {
    let started = Timestamp.now()
    let roster = try readRoster()
    if let path = request.store {
      do throws(StoreError) { store = try Store(path: path) } catch { throw AnalysisError(error.description) }
    }
    let shelf: PluginShelf
    do throws(PluginError) { shelf = try PluginShelf.load(configuration, cache: .standard()) } catch {
      throw AnalysisError("\(error)")
    }
    for refusal in shelf.refusals { note(refusal.description) }

    let investigation = Investigation(roster: roster, configuration: configuration)
    self.investigation = investigation
    do throws(SecretError) { investigation.pseudonyms = try Pseudonyms.of(configuration, roster) } catch {
      throw AnalysisError(error.description)
    }
    for spec in request.personas { readAll(spec, .personaSource, shelf, investigation) }
    for spec in request.processes { readAll(spec, .processSource, shelf, investigation) }
    try readCaptures(shelf, investigation)

    progress("reasoning")
    let conclusion = writeConclusion(of: investigation)
    statistics.run = .init(
      started: started, seconds: Double(Timestamp.now() - started) / 1e9, peakMemory: PeakMemory.bytes,
      workers: request.workers)
    statistics.signals = UInt64(conclusion.signalCount)
    statistics.note(suppressed: conclusion)
    statistics.cases = UInt64(conclusion.cases.count)
    statistics.refusals = UInt64(refusals)
    output?.record(.stats) { statistics.write(to: &$0, gaps: conclusion.gaps) }
    output?.flush()
    // Closed here, whenever the analysis goes.
    store = nil
    return AnalysisOutcome(conclusion: conclusion, roster: roster, refusals: refusals, statistics: statistics)
  }

  private func note(_ text: String) {
    refusals += 1
    refuse(Refusal(text))
  }

  // MARK: roster

  private func readRoster() throws(AnalysisError) -> Roster {
    let files = request.rosters.isEmpty ? configuration.texts("roster") : request.rosters
    do throws(FileError) {
      return try RosterFiles.read(
        files.filter { !$0.isEmpty }, problem: { note($0) }, note: { refuse(Refusal($0)) })
    } catch {
      throw AnalysisError(error.description)
    }
  }

  // MARK: sources

  /// A file, or each of an archive's that a plugin knows.
  private func readAll(_ spec: String, _ kind: PluginInterface, _ shelf: PluginShelf, _ investigation: Investigation) {
    let specs: [String]
    do throws(PluginError) {
      specs = try shelf.expanded(spec, kind: kind) { refuse(Refusal("\(spec): \($0)")) }
    } catch {
      note(error.description)
      investigation.add(
        VisibilityGap(kind: "source_skipped", subject: spec, reason: "\(spec) was not read: \(error.words)"))
      return
    }
    for one in specs { read(one, kind, shelf, investigation) }
  }

  private func read(_ spec: String, _ kind: PluginInterface, _ shelf: PluginShelf, _ investigation: Investigation) {
    let source: SourceInstance
    let heard = HeardLines()
    do throws(PluginError) {
      source = try shelf.openSource(
        spec, kind: kind, services: services(heard), log: { heard.add($0) })
    } catch {
      note(error.description)
      investigation.add(
        VisibilityGap(kind: "source_skipped", subject: spec, reason: "\(spec) was not read: \(error.words)"))
      return
    }
    investigation.addBlindSpots(source.blindSpots, of: source.name, source.interface)
    defer {
      source.close()
      // What the plugin has to say is no refusal: what it read over, what it had to assume.
      for line in heard.lines where line.level != .debug { refuse(Refusal("\(spec): \(line.text)")) }
    }
    var rejected: UInt64 = 0
    var idleRounds = 0
    reading: while true {
      var batch: SourceBatch
      do throws(PluginError) {
        batch = try source.next(max: store == nil ? Analysis.batch : Analysis.storedBatch, wait: 100)
      } catch {
        note("\(spec): \(error.words)")
        break
      }
      statistics.observations &+= UInt64(batch.observations.count)
      let pseudonyms = investigation.pseudonyms
      if let pseudonyms { batch.observations = batch.observations.map { pseudonyms.entering($0) } }
      func shown(_ observation: Observation) -> Observation { pseudonyms?.shown(observation) ?? observation }
      // By place: an element that a loop takes out of its list is a copy.
      if let output, output.wantsObservations {
        for place in batch.observations.indices { output.write(shown(batch.observations[place])) }
      }
      for reject in batch.rejects {
        rejected &+= 1
        if rejected <= 5 { note("\(spec): \(reject)") }
      }
      save(batch.observations.map { StoredRow(shown($0)) }, cursor: batch.cursor.map { (source.name, $0) })
      investigation.prepare(for: batch.observations)
      // In order, each handed over and not copied.
      batch.observations.reverse()
      while let observation = batch.observations.popLast() { investigation.observe(observation) }
      progress("\(spec): \(statistics.observations) observations")
      switch batch.status {
      case .more: idleRounds = 0
      case .end: break reading
      case .idle where !source.isRemote:
        // Recorded evidence has an end: a source that stays idle has told what it has.
        idleRounds += 1
        if idleRounds > 20 { break reading }
      case .idle(let milliseconds), .limited(let milliseconds):
        guard pause(milliseconds, spec) else {
          let words = "it would have to wait for \(milliseconds / 1000) s"
          note("\(spec): \(words)")
          investigation.add(
            VisibilityGap(kind: "source_failed", subject: spec, reason: "\(spec) was read in part only: \(words)"))
          break reading
        }
      case .failed(_, let words):
        note("\(spec): \(words)")
        investigation.add(
          VisibilityGap(kind: "source_failed", subject: spec, reason: "\(spec) was read in part only: \(words)"))
        break reading
      }
    }
    statistics.rejects &+= rejected
    if rejected > 5 { note("\(spec): \(rejected) records were refused in all") }
    let lost = source.refusals
    if lost.total > 0 { note("\(spec): of what the plugin emitted, \(lost) was left out") }
  }

  /// Waits as a service asks, up to a minute at a time; false where that is too long, or the analysis is interrupted.
  private func pause(_ milliseconds: UInt64, _ spec: String) -> Bool {
    guard milliseconds <= 60_000 else { return false }
    if milliseconds >= 1000 { progress("\(spec): waits for \(milliseconds / 1000) s") }
    var left = milliseconds
    while left > 0, !Interruption.isAsked {
      let step = min(left, 100)
      usleep(UInt32(step) * 1000)
      left -= step
    }
    return !Interruption.isAsked
  }

  private func services(_ heard: HeardLines) -> HostServices {
    let secrets = Secrets(configuration)
    return HostServices(secret: { name in
      do throws(SecretError) { return try secrets.value(of: name).map { Array($0.utf8) } } catch {
        heard.add(PluginLogLine(plugin: "", level: .error, text: error.description))
        return nil
      }
    })
  }

  // MARK: captures

  private func readCaptures(_ shelf: PluginShelf, _ investigation: Investigation) throws(AnalysisError) {
    let plan = CapturePlan(request, refuse: { self.note($0) })
    let reader = CaptureReading(
      plan: plan, configuration: configuration, shelf: shelf, workers: request.workers, follow: request.follow,
      keepsTransactions: store != nil || output?.wants(.transaction) == true,
      shouldStop: { Interruption.isAsked || self.output?.isBroken == true }, idle: { self.output?.flush() })
    for sensor in plan.sensors where !Interruption.isAsked {
      let run = reader.read(
        sensor, refuse: { self.note($0) }, progress: progress,
        take: { self.take($0, investigation) })
      statistics.add(run)
      for gap in run.gaps { investigation.add(gap) }
    }
    // Of a capture that is followed this is how it ends.
    if Interruption.isAsked, !request.follow {
      note("interrupted: the captures were not read to their end; what was read counts")
      investigation.add(
        VisibilityGap(kind: "capture_incomplete", subject: "engine", reason: "the analysis was interrupted"))
    }
  }

  /// Anomalies first: which flows are kept depends on them.
  private func take(_ batch: WireBatch, _ investigation: Investigation) {
    investigation.observe(batch.anomalies)
    if let output, output.wants(.anomaly) { for anomaly in batch.anomalies { output.write(anomaly) } }
    for transaction in batch.transactions { output?.write(transaction) }
    investigation.observe(batch.flows)
    // Of these attribution may find processes.
    let kept = investigation.hasConnections ? batch.flows.prefix(max(0, Analysis.maximumHeld - held.count)) : []
    held += kept
    let over = batch.flows.dropFirst(kept.count)
    if let output, output.wants(.flow) { for flow in over { output.write(flow) } }
    if store != nil { save(over.map(StoredRow.init)) }
    statistics.flows &+= UInt64(batch.flows.count)
    statistics.transactions &+= batch.transactionCount
    // By place: an element that a loop takes out of its list is a copy.
    for place in batch.anomalies.indices { statistics.anomalies &+= batch.anomalies[place].count }
    if store != nil { save(batch.anomalies.map(StoredRow.init) + batch.transactions.map(StoredRow.init)) }
  }

  // MARK: output

  /// Concludes, and writes what is concluded: flows with their processes, then signals, then cases.
  private func writeConclusion(of investigation: Investigation) -> Conclusion {
    // Signals are written as they are made, and come after the flows that wait for their processes: what those came to is
    // known first.
    var waiting = true
    var rows: [StoredRow] = []
    let wantsSignals = store != nil || output?.wants(.signal) == true
    let use: SignalUse =
      wantsSignals
      ? .given { [self] signal in
        if waiting { writeHeld(investigation.processes) }
        waiting = false
        output?.write(signal)
        guard store != nil else { return }
        rows.append(StoredRow(signal))
        guard rows.count >= 4096 else { return }
        conclude(rows)
        rows.removeAll(keepingCapacity: true)
      } : .counted
    let conclusion = investigation.conclude(use, isLast: true)
    if waiting { writeHeld(investigation.processes) }
    conclude(rows)
    for one in conclusion.cases { output?.write(one) }
    if store != nil { conclude(conclusion.cases.map(StoredRow.init)) }
    return conclusion
  }

  private func writeHeld(_ processes: [FlowID: [FlowProcess]]) {
    for i in held.indices {
      held[i].processes = processes[held[i].id] ?? []
      output?.write(held[i])
    }
    if store != nil { conclude(held.map(StoredRow.init)) }
    held = []
  }

  private func save(_ rows: @autoclosure () -> [StoredRow], cursor: (source: String, value: [UInt8])? = nil) {
    guard let store else { return }
    do throws(StoreError) { try store.write(rows(), cursor: cursor) } catch { note(error.description) }
  }

  /// Stores what a later run on more evidence may conclude otherwise.
  private func conclude(_ rows: [StoredRow]) {
    guard !rows.isEmpty else { return }
    do throws(StoreError) { try store?.update(rows) } catch { note(error.description) }
  }
}
