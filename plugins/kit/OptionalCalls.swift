/// What a dissector may offer besides: `state/1`, `metrics/1`, `reconfigure/1` and `selftest/1`, made from the protocols that its
/// type conforms to.

import VedettePluginABI

/// Its sessions go on in another version of the plugin.
public protocol ResumableDissector: Dissector {
  /// What the session knows, at most 16 MiB. The bytes should begin with a version of their own.
  func save() -> [UInt8]

  /// Goes on where the saved one was, in place of `init`. Nil where the state is of a version that it does not know: then the
  /// session goes on in the old plugin.
  init?(_ flow: Flow, _ instance: Instance, resuming state: RawSpan)
}

/// It counts; the host shows the figures beside its own.
public protocol MeasuredDissector: Dissector {
  /// At most 256; ``Instance/count(_:by:)`` and ``Instance/set(_:to:)`` name them by their place here.
  static var metrics: [DeclaredMetric] { get }
}

public struct DeclaredMetric: Sendable {
  /// A counter grows only, a gauge goes up and down. Raw values are the ABI's.
  public enum Kind: UInt32, Sendable {
    case counter = 1
    case gauge
  }
  public var name: String
  public var kind: Kind
  /// "bytes", "requests", …; empty where there is none.
  public var unit: String
  public var doc: String

  public init(_ name: String, _ kind: Kind, _ doc: String, unit: String = "") {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.doc = doc
  }
}

/// It can be given another configuration while it runs. Sessions that begin afterwards find it in
/// ``Instance/configuration``.
public protocol ConfigurableDissector: Dissector {
  /// Why a configuration (a JSON object, or empty) cannot be used, in words for who wrote it; nil where it can. Asked at
  /// create, too.
  static func fault(in configuration: String) -> String?
}

/// It can test itself, without data or network, within ten seconds.
public protocol SelfTestingDissector: Dissector {
  /// What failed, in words; nil where nothing did.
  static func selfTest() -> String?
}

enum OptionalCalls {
  /// The tables of what a dissector's type offers, by their ids. They last as long as the image.
  static func tables(_ type: any Dissector.Type) -> [(id: String, table: UnsafeRawPointer)] {
    var tables: [(id: String, table: UnsafeRawPointer)] = []
    if type is any ResumableDissector.Type { tables.append((VDT_STATE_ID, lasting(state))) }
    if type is any MeasuredDissector.Type { tables.append((VDT_METRICS_ID, lasting(metrics))) }
    if type is any ConfigurableDissector.Type { tables.append((VDT_RECONFIGURE_ID, lasting(reconfigure))) }
    if type is any SelfTestingDissector.Type { tables.append((VDT_SELFTEST_ID, lasting(selftest))) }
    return tables
  }

  private static func lasting<Table>(_ table: Table) -> UnsafeRawPointer {
    let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    memory.initialize(to: table)
    return UnsafeRawPointer(memory)
  }

  private static func owner(_ raw: OpaquePointer) -> Instance { DissectorCalls.instance(raw).takeUnretainedValue() }

  private static var state: vdt_state {
    var table = vdt_state()
    table.size = UInt32(MemoryLayout<vdt_state>.size)
    table.save_session = { raw, out in
      guard let raw, let out else { return VDT_E_ARGUMENT }
      let session = DissectorCalls.Session(raw)
      guard let resumable = session.pointee.dissector as? any ResumableDissector else { return VDT_E_UNSUPPORTED }
      out.pointee = session.pointee.owner.takeUnretainedValue().keep(resumable.save())
      return VDT_OK
    }
    table.load_session = { instance, flow, state, out in
      guard let instance, let flow, let out else { return VDT_E_ARGUMENT }
      let owner = OptionalCalls.owner(instance)
      guard let type = owner.dissector as? any ResumableDissector.Type,
        let session = type.init(Flow(flow.pointee), owner, resuming: state.buffer.bytes)
      else { return VDT_E_UNSUPPORTED }
      out.pointee = DissectorCalls.session(session, DissectorCalls.instance(instance))
      return VDT_OK
    }
    return table
  }

  private static var metrics: vdt_metrics {
    var table = vdt_metrics()
    table.size = UInt32(MemoryLayout<vdt_metrics>.size)
    table.count = { instance, count in
      guard let instance, let count else { return VDT_E_ARGUMENT }
      count.pointee = UInt32(OptionalCalls.owner(instance).metrics.count)
      return VDT_OK
    }
    table.get = { instance, index, out in
      guard let instance, let out else { return VDT_E_ARGUMENT }
      let owner = OptionalCalls.owner(instance)
      guard owner.metrics.indices.contains(Int(index)) else { return VDT_E_ARGUMENT }
      let metric = owner.metrics[Int(index)]
      out.pointee.kind = metric.kind
      out.pointee.name = metric.name
      out.pointee.unit = metric.unit
      out.pointee.doc = metric.doc
      out.pointee.value = metric.value
      return VDT_OK
    }
    return table
  }

  private static var reconfigure: vdt_reconfigure {
    var table = vdt_reconfigure()
    table.size = UInt32(MemoryLayout<vdt_reconfigure>.size)
    table.reconfigure = { instance, config in
      guard let instance else { return VDT_E_ARGUMENT }
      return OptionalCalls.owner(instance).configure(String(decoding: config.buffer, as: UTF8.self))
    }
    return table
  }

  private static var selftest: vdt_selftest {
    var table = vdt_selftest()
    table.size = UInt32(MemoryLayout<vdt_selftest>.size)
    table.run = { _, report in
      guard let type = Plugin.here?.dissector as? any SelfTestingDissector.Type else { return VDT_E_UNSUPPORTED }
      let words = type.selfTest()
      // Said once in the life of a process that runs it.
      report?.pointee = lastingText(words ?? "passed")
      return words == nil ? VDT_OK : VDT_E_INTERNAL
    }
    return table
  }
}
