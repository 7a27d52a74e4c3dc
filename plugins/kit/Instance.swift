/// What one worker has of a dissector plugin: the way to its host, its configuration, and its figures.

import PluginSupport
import VedettePluginABI

public final class Instance {
  let dissector: any Dissector.Type
  private let host: UnsafePointer<vdt_host>
  /// A JSON object, or empty.
  public private(set) var configuration: String

  /// A figure, its texts lasting as long as the instance.
  struct Metric {
    var name: vdt_str
    var kind: UInt32
    var unit: vdt_str
    var doc: vdt_str
    var value = 0.0
  }
  private(set) var metrics: [Metric]
  /// What the last save gave; the host reads it before its next call.
  private var saved = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(_ plugin: Plugin, _ host: UnsafePointer<vdt_host>) {
    // A plugin without one has no instance of this kind.
    dissector = plugin.dissector ?? NoDissector.self
    self.host = host
    configuration = ""
    let declared = (dissector as? any MeasuredDissector.Type)?.metrics ?? []
    metrics = declared.prefix(Int(VDT_MAX_METRICS)).map {
      Metric(
        name: lastingText($0.name), kind: $0.kind.rawValue, unit: lastingText($0.unit), doc: lastingText($0.doc))
    }
  }

  deinit {
    saved.deallocate()
    for metric in metrics { for text in [metric.name, metric.unit, metric.doc] { text.ptr?.deallocate() } }
  }

  public enum Level: UInt32, Sendable { case debug, info, warning, error }

  /// A line for the host's log.
  public func log(_ level: Level, _ text: String) { withText(text) { _ = host.pointee.log(host, level.rawValue, $0) } }

  /// Adds to the metric at a place of ``MeasuredDissector/metrics``.
  public func count(_ metric: Int, by amount: Double = 1) {
    if metrics.indices.contains(metric) { metrics[metric].value += amount }
  }

  /// Sets the metric at a place of ``MeasuredDissector/metrics``; a value that is not finite is no value.
  public func set(_ metric: Int, to value: Double) {
    if metrics.indices.contains(metric), value.isFinite { metrics[metric].value = value }
  }

  /// Takes a configuration over, or says why not.
  func configure(_ text: String) -> Int32 {
    if let fault = (dissector as? any ConfigurableDissector.Type)?.fault(in: text) {
      return withText(fault) { host.pointee.fail(host, VDT_E_CONFIG, $0) }
    }
    configuration = text
    return VDT_OK
  }

  /// Bytes that stay where they are until the next call of this.
  func keep(_ bytes: [UInt8]) -> vdt_bytes {
    saved.deallocate()
    saved = .allocate(byteCount: bytes.count, alignment: 8)
    saved.copyBytes(from: bytes)
    return vdt_make_bytes(saved.baseAddress, UInt64(saved.count))
  }
}
