/// Reads the captures of a sensor through its packet pipeline.

import Capture
import Evidence
import Flows
import Inspection
import Packets
import PluginHost

/// What reading a sensor's captures counted.
struct SensorRun {
  var frames: UInt64 = 0
  var bytes: UInt64 = 0
  var counters: [String: UInt64] = [:]
  var caps: [String: UInt64] = [:]
  var gaps: [VisibilityGap] = []
}

struct CaptureReading {
  let plan: CapturePlan
  let configuration: Configuration
  let shelf: PluginShelf
  let workers: Int
  /// The last capture of the last sensor goes on as it grows.
  let follow: Bool
  /// Whether anybody reads transactions.
  let keepsTransactions: Bool
  /// Whether reading is to come to an end: asked between batches.
  let shouldStop: () -> Bool
  /// Called when nothing more has come for the moment, so that what there is can be shown.
  let idle: () -> Void

  func read(
    _ sensor: SensorPlan, refuse: @escaping (String) -> Void, progress: (String) -> Void, take: (WireBatch) -> Void
  ) -> SensorRun {
    var run = SensorRun()
    let pipeline = PacketPipeline(
      sensor: sensor.name, workers: workers, configuration: configuration,
      dissectors: DissectorSetting.Value(plugins: shelf.dissectors),
      keepsTransactions: keepsTransactions, refuse: refuse)
    func trouble(_ path: String, _ error: CaptureError) {
      refuse(error.description)
      run.gaps.append(
        VisibilityGap(
          kind: "capture_incomplete", subject: path, reason: "\(path) was not read to its end: \(error.text)"))
    }
    if sensor.interleaved, sensor.paths.count > 1 {
      let files = MergedCaptures(sensor.paths, trouble: trouble)
      files.read(trouble: trouble) { name, frames in
        pipeline.setCapture(name)
        pipeline.process(frames, take: take)
        return !shouldStop()
      }
      for file in files.files { run.note(file) { refuse($0.description) } }
    } else {
      for path in sensor.paths where !shouldStop() {
        pipeline.setCapture(path)
        let isFollowed = follow && sensor.name == plan.sensors.last?.name && path == sensor.paths.last
        let file: CaptureFile
        do throws(CaptureError) {
          file = try CaptureFile(path, follow: isFollowed, buffers: PacketPipeline.buffers(workers: workers))
          pipeline.lend(file)
        } catch {
          refuse(error.description)
          run.gaps.append(
            VisibilityGap(kind: "source_skipped", subject: path, reason: "\(path) was not read: \(error.text)"))
          continue
        }
        do throws(CaptureError) {
          try read(file, isFollowed: isFollowed, pipeline, progress, take)
        } catch {
          trouble(path, error)
        }
        // Before the file goes, and its frames with it.
        pipeline.settle()
        run.note(file) { refuse($0.description) }
      }
    }
    pipeline.finish(take: take)
    run.frames = pipeline.frames
    run.bytes = pipeline.bytes
    pipeline.count(into: &run, sensor: sensor.name)
    for (plugin, lost) in pipeline.interruptions { refuse(lost.sentence(of: plugin)) }
    return run
  }

  private func read(
    _ file: CaptureFile, isFollowed: Bool, _ pipeline: PacketPipeline, _ progress: (String) -> Void,
    _ take: (WireBatch) -> Void
  ) throws(CaptureError) {
    var batch: [FrameView] = []
    var lastFrame = Int64.min
    var cameAt = Timestamp.now()
    while true {
      let state = try file.nextBatch(&batch, frameLimit: 1024)
      switch state {
      case .end: return
      case .frames:
        pipeline.process(batch[...], areKept: file.keepsFrames, take: take)
        if isFollowed, let last = batch.last {
          lastFrame = last.time
          cameAt = .now()
        }
      case .idle:
        // A file that is followed is being captured now: its clock goes on while nothing comes, so that what times out is
        // told. A pipe may have been held up by its other end, which says nothing of time.
        var now = Int64.min
        if isFollowed, lastFrame > .min {
          let moved = lastFrame.addingReportingOverflow(max(0, Timestamp.now() - cameAt - 1_000_000_000))
          if !moved.overflow { now = moved.partialValue }
        }
        pipeline.gatherNow(now, take: take)
        idle()
      }
      progress("\(file.name): \(pipeline.frames) packets")
      if shouldStop() { return }
    }
  }
}

extension SensorRun {
  /// Takes in what was wrong with a capture that was read to its end.
  mutating func note(_ file: CaptureFile, refuse: (CaptureError) -> Void) {
    for problem in file.problems {
      refuse(problem)
      gaps.append(
        VisibilityGap(kind: "capture_incomplete", subject: file.name, reason: "\(file.name): \(problem.text)"))
    }
    let lost = file.counters
    if lost.dropped &+ lost.interfaceDropped > 0 {
      gaps.append(
        VisibilityGap(
          kind: "capture_loss", subject: file.name,
          reason:
            "\(file.name) says that its capture lost \(lost.dropped) packets, and its interfaces \(lost.interfaceDropped)"
        ))
    }
    let annotations = file.annotations
    for (name, count) in [
      ("unsupported_frames", lost.unsupported), ("capture_dropped", lost.dropped),
      ("interface_dropped", lost.interfaceDropped), ("capture_names", UInt64(annotations.names.count)),
      ("capture_secrets", UInt64(annotations.secrets.count)), ("capture_annotations_left_out", annotations.leftOut),
    ] where count > 0 {
      counters[name, default: 0] &+= count
    }
  }
}
