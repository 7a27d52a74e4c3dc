/// Reads STIX bundles of any size, and STIX objects one a line.

import JSON
import PluginSupport
import STIXObjects

/// The objects of a bundle are held until it ends (or the collector is full), for they refer to each other.
public final class STIXInterpreter: DocumentInterpreter {
  private var cutter = JSONCutter(
    paths: [[.member("objects"), .element], [.element, .member("objects"), .element], [.element]], limit: 16 << 20)
  private let collector = STIXCollector()
  private let observedAt: Int64?
  /// The text at hand is a bundle, or a list: what it holds belongs together.
  private var isTogether = false
  private var warning: String?

  /// - Parameter observedAt: when accounts were seen that nothing dates.
  public init(observedAt: Int64?) { self.observedAt = observedAt }

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    cutter.take(bytes, at: place) { take($0, into: &queue) }
  }

  public func end(at place: Place, into queue: inout OutputQueue) {
    cutter.end { take($0, into: &queue) }
    resolve(into: &queue)
  }

  private func take(_ event: JSONCutter.Event, into queue: inout OutputQueue) {
    switch event {
    case .value(let bytes, let place, let path):
      isTogether = isTogether || path != JSONCutter.whole
      for rejection in collector.add(bytes, at: place) { queue.add(rejection) }
      guard collector.isFull else { return }
      warning =
        "more than \(STIXCollector.mostObjects) objects or \(STIXCollector.mostBytes) bytes belong together: references across that point are not followed"
      resolve(into: &queue)
    case .tooLong(let place): queue.reject(place, "the object is longer than 16 MiB")
    case .broken(let place, let reason): queue.reject(place, "bad JSON: \(reason); reading goes on at the next text")
    case .textEnded(let place):
      if isTogether { resolve(into: &queue) }
      isTogether = false
      // Objects that are still held would be missing after a restart from here.
      if collector.isEmpty { queue.restart(at: place) }
    }
  }

  private func resolve(into queue: inout OutputQueue) {
    for output in collector.resolve(observedAt: observedAt) { queue.add(output) }
  }

  public func takeEffort() -> Int { collector.takeEffort() }
  public var skipped: [(kind: String, count: UInt64)] { collector.skipped }

  public func takeWarning() -> String? {
    defer { warning = nil }
    return warning
  }
}
