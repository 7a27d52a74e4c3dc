/// What runs on a capture's threads: frames through the packet pipeline, what they bring to light to the loop.

import Capture
import EventLoop
import Evidence
import Flows
import PluginHost

/// One thread of a capture. A file and an interface have one, an interface with several workers one a worker, each with a
/// member of the fanout group and a flow table of its own.
struct CaptureThread: Sendable {
  let order: CaptureOrder
  let configuration: Configuration
  let dissectors: DissectorSetting
  let loop: GatedSender<CaptureMessage>
  let stop: StopFlag
  let filter: FilterSetting
  let members: CaptureMembers

  /// Hands a reader over to the thread that will use it.
  private struct Transfer: @unchecked Sendable {  // the giver keeps no reference: one thread at a time
    let reader: any CaptureReader
  }

  /// The first thread: opens the capture and starts the other members'.
  func run() {
    do throws(CaptureError) {
      var others = try open()
      guard !others.isEmpty else { return }
      let first = others.removeFirst()
      let pipelineWorkers = others.isEmpty ? order.workers : 1
      _ = loop.send(.opened(id: order.id))
      while let reader = others.popLast() {
        let member = members.add()
        let transfer = Transfer(reader: reader)
        guard !startThread({ self.run(transfer.reader, member: member, pipelineWorkers: 1) }) else { continue }
        // Its share of the frames goes to the others: nobody holds its reader any longer, which closes its socket.
        var nothing = SensorRun()
        nothing.gaps = [gap("capture_loss", "a worker's thread could not be started")]
        end(member, CaptureFigures(), error: nil, nothing)
      }
      run(first, member: 0, pipelineWorkers: pipelineWorkers)
    } catch {
      var nothing = SensorRun()
      nothing.gaps = [ended(early: error)]
      end(0, CaptureFigures(), error: error.description, nothing)
    }
  }

  private func open() throws(CaptureError) -> [any CaptureReader] {
    switch order.input {
    case .file(let path):
      let file = try CaptureFile(path, buffers: PacketPipeline.buffers(workers: order.workers))
      if let expression = filter.current.expression { try file.setFilter(expression) }
      return [file]
    case .interface(let name):
      var options = LiveOptions()
      options.snapLength = order.snapLength
      options.bufferSize = order.bufferSize
      options.filter = filter.current.expression
      return try LiveCapture.group(name, options: options, members: order.workers)
    }
  }

  private func run(_ reader: any CaptureReader, member: Int, pipelineWorkers: Int) {
    var figures = CaptureFigures()
    var run = SensorRun()
    var failure: String?
    var notes: [String] = []
    let dissectors = dissectors.current
    figures.dissectorVersion = dissectors.version
    let pipeline = PacketPipeline(
      sensor: order.sensor, workers: pipelineWorkers, configuration: configuration, dissectors: dissectors,
      refuse: { notes.append($0) })
    pipeline.setCapture(reader.name)
    if let file = reader as? CaptureFile { pipeline.lend(file) }
    var recorder: PacketRecorder?
    do throws(CaptureError) { recorder = try makeRecorder(member) } catch { notes.append(error.description) }
    do throws(CaptureError) {
      try read(reader, member, pipeline, recorder, &figures)
    } catch {
      failure = error.description
      run.gaps.append(ended(early: error))
    }
    recorder?.flush()
    pipeline.finish { hand(over: $0, &figures, mustWait: true) }
    take(reader, pipeline, &figures)
    takeDissectors(pipeline, &figures)
    if let recorder, recorder.lost > 0 {
      run.gaps.append(
        gap(
          "packets_not_recorded",
          "\(recorder.lost) packets were not recorded: \(recorder.problem ?? "the disk was full")"))
    }
    if let file = reader as? CaptureFile {
      run.note(file) { figures.problems.append($0.description) }
    } else if figures.dropped &+ figures.interfaceDropped > 0 {
      run.gaps.append(
        gap(
          "capture_loss",
          "\(figures.dropped) packets were dropped by the kernel, \(figures.interfaceDropped) by the interface"))
    }
    for absence in (reader as? LiveCapture)?.absences ?? [] where absence.to == nil {
      run.gaps.append(gap(absence))
    }
    pipeline.count(into: &run, sensor: order.sensor)
    for note in notes { run.gaps.append(gap("capture_degraded", note)) }
    run.frames = figures.packets
    run.bytes = figures.bytes
    run.counters["capture_dropped"] = figures.dropped
    run.counters["records_dropped"] = figures.recordsDropped
    end(member, figures, error: failure, run)
  }

  /// Packets that come once, from an interface or a pipe, are recorded for cases if the configuration says where.
  private func makeRecorder(_ member: Int) throws(CaptureError) -> PacketRecorder? {
    if case .file(let path) = order.input, CaptureFile.canBeReadTwice(path) { return nil }
    guard let archive = PacketArchive(configuration) else { return nil }
    let limit = Int(configuration.size("limits.packets"))
    return try PacketRecorder(
      folder: archive.recorderFolder(sensor: order.sensor, member: member), limit: limit / max(1, order.workers))
  }

  private func end(_ member: Int, _ figures: CaptureFigures, error: String?, _ run: SensorRun) {
    guard var all = members.end(member, figures, error: error, run) else { return }
    // All members of a group see the same interface.
    all.run.counters["interface_dropped"] = all.figures.interfaceDropped
    _ = loop.send(.ended(id: order.id, all.figures, all.run, error: all.error))
  }

  // MARK: reading

  private func read(
    _ reader: any CaptureReader, _ member: Int, _ pipeline: PacketPipeline, _ recorder: PacketRecorder?,
    _ figures: inout CaptureFigures
  ) throws(CaptureError) {
    var batch: [FrameView] = []
    var absencesTold = 0
    var gathered = MonotonicClock.milliseconds()
    var reported = gathered
    var figured = gathered
    while !stop.isSet {
      let setting = filter.current
      if setting.version != figures.filterVersion {
        figures.filterVersion = setting.version
        try reader.setFilter(setting.expression)
      }
      let asked = dissectors.current
      if asked.version != figures.dissectorVersion {
        figures.dissectorVersion = asked.version
        for refusal in pipeline.change(to: asked) {
          _ = loop.send(.gap(id: order.id, gap("capture_degraded", refusal.description)))
        }
        // Who waits for the change hears of it at once.
        reported = 0
        figured = 0
      }
      let state = try reader.nextBatch(&batch, frameLimit: 1024)
      if state == .end { return }
      recorder?.record(batch)
      pipeline.process(batch[...], areKept: reader.keepsFrames) { hand(over: $0, &figures, mustWait: !order.isLive) }
      let now = MonotonicClock.milliseconds()
      if order.isLive, now &- gathered >= 100 {
        // On an interface time passes without packets too: what timed out is due. A second of grace, for packets still
        // in the kernel's buffer.
        gathered = now
        pipeline.gatherNow(Timestamp.now().nanoseconds - 1_000_000_000) { hand(over: $0, &figures, mustWait: false) }
      } else if state == .idle {
        // A pipe that is silent: what it brought so far is not kept waiting for the next frames.
        pipeline.gatherNow(.min) { hand(over: $0, &figures, mustWait: true) }
      }
      guard now &- reported >= 250 else { continue }
      reported = now
      recorder?.flush()
      take(reader, pipeline, &figures)
      if now &- figured >= pipeline.figuresEvery {
        figured = now
        takeDissectors(pipeline, &figures)
      }
      if member == 0, let live = reader as? LiveCapture { tell(of: live, &absencesTold) }
      // Only for those who ask how far it is: where the loop is behind, the next one will do.
      _ = loop.trySend(.progress(id: order.id, members.update(member, figures)))
    }
  }

  private func take(_ reader: any CaptureReader, _ pipeline: PacketPipeline, _ figures: inout CaptureFigures) {
    reader.updateDrops()
    figures.packets = pipeline.frames
    figures.bytes = pipeline.bytes
    figures.dropped = reader.counters.dropped
    figures.interfaceDropped = reader.counters.interfaceDropped
    figures.isWaiting = (reader as? LiveCapture)?.isPresent == false
  }

  private func takeDissectors(_ pipeline: PacketPipeline, _ figures: inout CaptureFigures) {
    figures.dissectors = pipeline.dissectorFigures
    figures.problems = pipeline.interruptions.map { $0.interruptions.sentence(of: $0.plugin) }
  }

  /// A file waits until there is room; an interface cannot, and what there is no room for is counted.
  private func hand(over batch: WireBatch, _ figures: inout CaptureFigures, mustWait: Bool) {
    guard !batch.isEmpty else { return }
    let message = CaptureMessage.batch(id: order.id, batch)
    guard mustWait ? loop.send(message) : loop.trySend(message) else {
      figures.recordsDropped &+= UInt64(batch.flows.count + batch.transactions.count + batch.anomalies.count)
      return
    }
  }

  // MARK: gaps

  /// Tells of the times that the interface was away, once each, when it is back.
  private func tell(of live: LiveCapture, _ told: inout Int) {
    let over = live.absences.filter { $0.to != nil }
    guard over.count > told else {
      told = over.count
      return
    }
    for absence in over.suffix(over.count - told) { _ = loop.send(.gap(id: order.id, gap(absence))) }
    told = over.count
  }

  private func gap(_ absence: InterfaceAbsence) -> VisibilityGap {
    VisibilityGap(
      kind: "capture_interrupted", subject: order.sensor, reason: absence.reason,
      from: Timestamp(nanoseconds: absence.from), to: absence.to.map { Timestamp(nanoseconds: $0) })
  }

  private func gap(_ kind: String, _ reason: String) -> VisibilityGap {
    VisibilityGap(kind: kind, subject: order.sensor, reason: reason)
  }

  private func ended(early error: CaptureError) -> VisibilityGap {
    gap("capture_incomplete", "the capture ended early: \(error.text)")
  }
}
