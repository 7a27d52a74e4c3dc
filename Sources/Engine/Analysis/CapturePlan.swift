/// Which captures are one sensor's and which are different sensors'.

import Capture

/// The captures of one sensor, in the order in which they are read; with `interleaved`, by the times of their frames.
struct SensorPlan: Equatable {
  var name: String
  var paths: [String]
  var interleaved = false
}

/// interfaces.md: captures whose times do not overlap are one sensor's, continued; those that overlap are different
/// sensors, named after the file; `--merge` and `--sensor` say it outright.
struct CapturePlan {
  private(set) var sensors: [SensorPlan] = []

  init(_ request: AnalysisRequest, refuse: (String) -> Void) {
    if !request.captures.isEmpty {
      if request.merge {
        sensors.append(
          SensorPlan(name: CapturePlan.name(of: request.captures[0]), paths: request.captures, interleaved: true))
      } else if request.captures.count == 1 {
        sensors.append(SensorPlan(name: CapturePlan.name(of: request.captures[0]), paths: request.captures))
      } else {
        planByTime(request.captures, refuse)
      }
    }
    for (name, path) in request.sensors {
      if let known = sensors.firstIndex(where: { $0.name == name }) {
        sensors[known].paths.append(path)
      } else {
        sensors.append(SensorPlan(name: name, paths: [path]))
      }
    }
  }

  private mutating func planByTime(_ captures: [String], _ refuse: (String) -> Void) {
    var ranges: [(path: String, range: CaptureTimeRange)] = []
    for path in captures {
      if !CaptureFile.canBeReadTwice(path) {
        // Standard input and pipes can be read only once: their times are not known before.
        sensors.append(SensorPlan(name: CapturePlan.name(of: path), paths: [path]))
        continue
      }
      do throws(CaptureError) {
        if let range = try CaptureFile.timeRange(path) { ranges.append((path, range)) }
      } catch {
        refuse(error.description)
      }
    }
    // Stable: captures that begin at the same time stay in the order given.
    let ordered = ranges.enumerated().sorted { a, b in
      (a.element.range.first, a.offset) < (b.element.range.first, b.offset)
    }.map(\.element)
    let overlapping = ordered.indices.contains { i in
      ordered.indices.contains { $0 != i && ordered[$0].range.overlaps(ordered[i].range) }
    }
    guard overlapping else {
      if let first = ordered.first {
        sensors.append(SensorPlan(name: CapturePlan.name(of: first.path), paths: ordered.map(\.path)))
      }
      return
    }
    // Each capture goes on the sensor whose last one ended before it began; else it is a sensor of its own.
    var ends: [(sensor: Int, last: Int64)] = []
    for (path, range) in ordered {
      let overlapsAny = ordered.contains { $0.path != path && $0.range.overlaps(range) }
      if !overlapsAny, let i = ends.firstIndex(where: { $0.last <= range.first }) {
        sensors[ends[i].sensor].paths.append(path)
        ends[i].last = range.last
      } else {
        var name = CapturePlan.name(of: path)
        if sensors.contains(where: { $0.name == name }) { name += "-\(sensors.count + 1)" }
        sensors.append(SensorPlan(name: name, paths: [path]))
        ends.append((sensors.count - 1, range.last))
      }
    }
  }

  /// The file's name without folders and without what says how it is written.
  static func name(of path: String) -> String {
    guard path != "-" else { return "stdin" }
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".gz", ".zst", ".pcap", ".pcapng", ".cap", ".dmp"] where name.hasSuffix(ending) && name != ending {
      name.removeLast(ending.count)
    }
    return name
  }
}
