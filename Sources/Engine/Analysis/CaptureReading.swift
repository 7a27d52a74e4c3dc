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
  let follow: Bool
  /// Whether anybody reads transactions.
  let keepsTransactions: Bool

  func read(
    _ sensor: SensorPlan, refuse: @escaping (String) -> Void, progress: (String) -> Void, take: (WireBatch) -> Void
  ) -> SensorRun {
    var run = SensorRun()
    let pipeline = PacketPipeline(
      sensor: sensor.name, workers: workers, configuration: configuration, shelf: shelf,
      keepsTransactions: keepsTransactions, refuse: refuse)
    func trouble(_ path: String, _ error: CaptureError) {
      refuse(error.description)
      run.gaps.append(
        VisibilityGap(
          kind: "capture_incomplete", subject: path, reason: "\(path) was not read to its end: \(error.text)"))
    }
    if sensor.interleaved, sensor.paths.count > 1 {
      readInterleaved(sensor, pipeline, &run, trouble, take)
    } else {
      for path in sensor.paths {
        pipeline.setCapture(path)
        let file: CaptureFile
        do throws(CaptureError) {
          file = try CaptureFile(path, follow: follow && path == sensor.paths.last)
        } catch {
          refuse(error.description)
          run.gaps.append(
            VisibilityGap(kind: "source_skipped", subject: path, reason: "\(path) was not read: \(error.text)"))
          continue
        }
        do throws(CaptureError) {
          try read(file, pipeline, progress, take)
          note(file, &run, refuse)
        } catch {
          trouble(path, error)
        }
      }
    }
    pipeline.finish(take: take)
    run.frames = pipeline.frames
    run.bytes = pipeline.bytes
    pipeline.count(into: &run, sensor: sensor.name)
    return run
  }

  private func read(
    _ file: CaptureFile, _ pipeline: PacketPipeline, _ progress: (String) -> Void, _ take: (WireBatch) -> Void
  ) throws(CaptureError) {
    var batch: [FrameView] = []
    while true {
      let state = try file.nextBatch(&batch, frameLimit: 1024)
      if state == .end { return }
      pipeline.process(batch[...], take: take)
      progress("\(file.name): \(pipeline.frames) packets")
    }
  }

  /// Several captures as one, by the times of their frames: from the reader whose next frame is the earliest, all up to
  /// the next reader's.
  private func readInterleaved(
    _ sensor: SensorPlan, _ pipeline: PacketPipeline, _ run: inout SensorRun,
    _ trouble: (String, CaptureError) -> Void, _ take: (WireBatch) -> Void
  ) {
    final class Head {
      let file: CaptureFile
      var batch: [FrameView] = []
      var at = 0
      init(_ file: CaptureFile) { self.file = file }
      var time: Int64? { at < batch.count ? batch[at].time : nil }
      /// Makes sure that there is a next frame, if there will be any.
      func fill() throws(CaptureError) {
        while at >= batch.count {
          at = 0
          if try file.nextBatch(&batch, frameLimit: 1024) == .end {
            batch.removeAll()
            return
          }
        }
      }
    }
    var heads: [Head] = []
    for path in sensor.paths {
      do throws(CaptureError) {
        let head = Head(try CaptureFile(path))
        try head.fill()
        heads.append(head)
      } catch {
        trouble(path, error)
      }
    }
    while true {
      let waiting = heads.filter { $0.time != nil }
      guard let next = waiting.min(by: { ($0.time ?? .max) < ($1.time ?? .max) }) else { return }
      let bound = waiting.filter { $0 !== next }.compactMap(\.time).min() ?? .max
      var end = next.at
      while end < next.batch.count, next.batch[end].time <= bound { end += 1 }
      // The earliest frame goes in any case, also where clocks run backwards within a file.
      end = max(end, next.at + 1)
      pipeline.setCapture(next.file.name)
      pipeline.process(next.batch[next.at..<end], take: take)
      next.at = end
      do throws(CaptureError) {
        try next.fill()
      } catch {
        trouble(next.file.name, error)
        next.batch.removeAll()
        next.at = 0
      }
    }
  }

  private func note(_ file: CaptureFile, _ run: inout SensorRun, _ refuse: (String) -> Void) {
    for problem in file.problems {
      refuse(problem.description)
      run.gaps.append(
        VisibilityGap(kind: "capture_incomplete", subject: file.name, reason: "\(file.name): \(problem.text)"))
    }
    if file.counters.unsupported > 0 { run.counters["unsupported_frames", default: 0] &+= file.counters.unsupported }
  }
}
