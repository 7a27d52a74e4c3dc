/// The calls of `dissector/1`, made into calls of a ``Dissector``.
///
/// C functions carry no context, so these are not generic: an instance knows its dissector's type, and a session lies in
/// memory of its own as an existential that is opened in place. Invariant: an instance is a retained ``Instance``, a session
/// one ``DissectorSession`` that `open` allocated and `close` frees.

import PluginSupport
import VedettePluginABI

/// A session and the instance that it is of, which outlives it.
struct DissectorSession {
  var dissector: any Dissector
  let owner: Unmanaged<Instance>
}

enum DissectorCalls {
  typealias Session = UnsafeMutablePointer<DissectorSession>

  static func table() -> UnsafePointer<vdt_dissector> {
    let table = UnsafeMutablePointer<vdt_dissector>.allocate(capacity: 1)
    table.initialize(to: vdt_dissector())
    table.pointee.size = UInt32(MemoryLayout<vdt_dissector>.size)
    table.pointee.probe = { instance, flow, direction, bytes, result in
      guard let instance, let flow, let result, let direction = Direction(rawValue: direction) else {
        return VDT_E_ARGUMENT
      }
      let type = DissectorCalls.instance(instance)._withUnsafeGuaranteedRef { $0.dissector }
      let span = bytes.buffer.bytes
      switch type.probe(span, direction, of: Flow(flow.pointee)) {
      case .no: return VDT_PROBE_NO
      case .yes(let certainty, let proto):
        result.pointee.certainty = UInt32(clamping: certainty)
        result.pointee.protocol = proto
        return VDT_PROBE_YES
      case .needMore(let count):
        result.pointee.need = UInt64(clamping: count)
        return VDT_PROBE_NEED_MORE
      }
    }
    table.pointee.open = { instance, flow, out in
      guard let instance, let flow, let out else { return VDT_E_ARGUMENT }
      let owner = DissectorCalls.instance(instance)
      let dissector = owner._withUnsafeGuaranteedRef { $0.dissector.init(Flow(flow.pointee), $0) }
      out.pointee = DissectorCalls.session(dissector, owner)
      return VDT_OK
    }
    table.pointee.data = { DissectorCalls.data($0, $1, $2, $3) }
    table.pointee.datagram = { DissectorCalls.data($0, $1, $2, $3) }
    table.pointee.gap = { raw, direction, offset, length, sink, result in
      guard let raw, let sink, let result, let direction = Direction(rawValue: direction) else { return VDT_E_ARGUMENT }
      return DissectorCalls.answer(
        Session(raw).pointee.dissector.gap(direction, offset: offset, length: length, Sink(sink)), &result.pointee)
    }
    table.pointee.close = { raw, sink, reason in
      guard let raw, let sink else { return VDT_E_ARGUMENT }
      let session = Session(raw)
      session.pointee.dissector.close(CloseReason(rawValue: reason) ?? .shutdown, Sink(sink))
      session.deinitialize(count: 1)
      session.deallocate()
      return VDT_OK
    }
    return UnsafePointer(table)
  }

  static func session(_ dissector: any Dissector, _ owner: Unmanaged<Instance>) -> OpaquePointer {
    let session = Session.allocate(capacity: 1)
    session.initialize(to: DissectorSession(dissector: dissector, owner: owner))
    return OpaquePointer(session)
  }

  @inline(__always) static func instance(_ raw: OpaquePointer) -> Unmanaged<Instance> {
    .fromOpaque(UnsafeRawPointer(raw))
  }

  @inline(__always) private static func data(
    _ raw: OpaquePointer?, _ chunk: UnsafePointer<vdt_chunk>?, _ sink: UnsafePointer<vdt_sink>?,
    _ result: UnsafeMutablePointer<vdt_data_result>?
  ) -> Int32 {
    guard let raw, let chunk, let sink, let result, let direction = Direction(rawValue: chunk.pointee.direction) else {
      return VDT_E_ARGUMENT
    }
    let span = chunk.pointee.bytes.buffer.bytes
    let about = Chunk(direction: direction, offset: chunk.pointee.offset, flags: chunk.pointee.flags)
    return answer(Session(raw).pointee.dissector.data(span, about, Sink(sink)), &result.pointee)
  }

  @inline(__always) private static func answer(_ outcome: Outcome, _ result: inout vdt_data_result) -> Int32 {
    switch outcome {
    case .ok(let consumed):
      result.consumed = UInt64(clamping: consumed)
      return VDT_DATA_OK
    case .needMore(let more, let consumed):
      result.consumed = UInt64(clamping: consumed)
      result.need = UInt64(clamping: more)
      return VDT_DATA_NEED_MORE
    case .notMine: return VDT_DATA_NOT_MINE
    case .error(let anomaly, let offset, let consumed):
      result.consumed = UInt64(clamping: consumed)
      result.anomaly = anomaly
      result.offset = offset
      return VDT_DATA_ERROR
    case .done(let consumed):
      result.consumed = UInt64(clamping: consumed)
      return VDT_DATA_DONE
    case .switchProtocol(let name, let toServer, let toClient, let half, let consumed):
      result.consumed = UInt64(clamping: consumed)
      result.protocol = name.lasting
      result.switch_to_server = toServer ?? VDT_SWITCH_NOW
      result.switch_to_client = toClient ?? VDT_SWITCH_NOW
      result.switch_flags = half ? UInt32(VDT_SWITCH_HALF) : 0
      return VDT_DATA_SWITCH
    }
  }
}

extension StaticString {
  /// The text as the ABI passes it: it lies in the image. A name of one character is not kept as a pointer, and names no
  /// protocol.
  fileprivate var lasting: vdt_str {
    guard hasPointerRepresentation else { return vdt_str() }
    return vdt_str(
      ptr: UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self), len: UInt64(utf8CodeUnitCount))
  }
}

extension Flow {
  init(_ flow: vdt_flow) {
    transport = Transport(rawValue: flow.transport) ?? .tcp
    client = AddressBytes(flow.client_ip.buffer)
    server = AddressBytes(flow.server_ip.buffer)
    clientPort = flow.client_port
    serverPort = flow.server_port
    vlan = flow.vlan
    start = flow.start
    protocolID = flow.protocol
    flags = flow.flags
  }
}

/// Stands where a plugin has no dissector; never asked, for the plugin offers no table then.
struct NoDissector: Dissector {
  static let declaration = Declaration(protocols: [], records: [])
  static func probe(_ bytes: RawSpan, _ direction: Direction, of flow: Flow) -> Probe { .no }
  init(_ flow: Flow, _ instance: Instance) {}
  mutating func data(_ bytes: RawSpan, _ chunk: Chunk, _ sink: Sink) -> Outcome { .notMine }
}
