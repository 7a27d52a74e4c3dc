// Fuzz target: what a host reads of a lane whose other side writes what it likes.

import CIsolation
import VedettePluginABI

/// A plugin that declares a field of each type, a list, an anomaly with a detail, and facts of the flow.
private let fields: [FieldDescription] = [FieldType.u64, .i64, .f64, .flag, .text, .bytes, .ip, .mac, .time].map { type in
  FieldDescription(
    id: UInt32(type.rawValue), name: type.name, type: type, isKey: false, isSensitive: false, isList: type == .text,
    unit: "", doc: "", ecs: "")
}
private let records = ShapeTable([(1, "record", fields), (7, "other", [fields[0]])])
private let anomalies = ShapeTable([(2, "anomaly", fields)])
private let facts = ShapeTable(flowFields: [
  FlowFieldDescription(id: 1, name: "host", type: .text), FlowFieldDescription(id: 2, name: "weight", type: .u64),
])

private func require(_ condition: Bool, _ promise: StaticString) {
  guard condition else { fatalError("\(promise)") }
}

/// The first byte chooses the sink; two say how many entries there are, 16 bytes each; what follows them is the arena.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 3 else { return 0 }
  let isSource = start[0] & 1 != 0
  let bytes = UnsafeRawBufferPointer(start: start + 3, count: count - 3)
  let entryCount = min((Int(start[1]) << 8 | Int(start[2])) & 511, bytes.count / 16)
  let entries = UnsafeMutablePointer<SinkEntry>.allocate(capacity: entryCount + 1)
  defer { entries.deallocate() }
  UnsafeMutableRawBufferPointer(start: entries, count: entryCount * 16).copyMemory(
    from: UnsafeRawBufferPointer(rebasing: bytes[..<(entryCount * 16)]))
  // Exactly as large as it says, so that a step beyond it shows.
  let arenaCount = bytes.count - entryCount * 16
  let arena = UnsafeMutableRawPointer.allocate(byteCount: max(arenaCount, 1), alignment: 1)
  defer { arena.deallocate() }
  UnsafeMutableRawBufferPointer(start: arena, count: arenaCount).copyMemory(
    from: UnsafeRawBufferPointer(rebasing: bytes[(entryCount * 16)...]))

  let state = UnsafeMutablePointer<SinkState>.allocate(capacity: 1)
  state.initialize(
    to: SinkState(role: isSource ? .source : .dissector, records: records, anomalies: anomalies, flowFields: facts))
  let sink = makeSink(state)
  defer {
    sink.deallocate()
    state.pointee.destroy()
    state.deallocate()
  }
  let odd = SinkReplay(entries: entries, entryCount, arena: arena, arenaCount).give(to: sink)
  require(odd <= UInt64(entryCount), "what is none of a sink's entries is counted once")
  state.pointee.finishCall()
  check(state)

  // Lines come the same way.
  var lines = 0
  LaneLines.read(arena, arenaCount) { _, text in
    lines += 1
    require(text.utf8.count <= 3 * Int(VDT_MAX_WORDS), "lines are bounded")
  }
  require(lines <= arenaCount / 8, "each line has its head")
  return 0
}

/// Reads what was taken as the house does.
private func check(_ state: UnsafeMutablePointer<SinkState>) {
  var reader = RecordReader(table: records)
  var details = RecordReader(table: anomalies)
  var at = 0
  while at < state.pointee.logCount {
    let entry = state.pointee.entry(at)
    switch entry.kind {
    case SinkEntry.Kind.beginRecord, SinkEntry.Kind.beginAnomaly:
      let end = RecordReader.end(of: at, in: state)
      require(end < state.pointee.logCount, "what is begun is ended")
      let isRecord = entry.kind == SinkEntry.Kind.beginRecord
      require(isRecord ? entry.id == 1 || entry.id == 7 : entry.id == 2, "only what is declared is begun")
      let values = isRecord ? reader.fields(at, end, in: state) : details.fields(at, end, in: state)
      for case .f64(let number) in values.map(\.value) { require(number.isFinite, "numbers are finite") }
      for index in (at + 1)..<end {
        let value = state.pointee.entry(index)
        if value.kind == UInt8(VDT_TYPE_TEXT) {
          let bytes = state.pointee.bytes(value)
          require(String(validating: bytes, as: UTF8.self) != nil, "text is UTF-8")
        }
        if value.kind == UInt8(VDT_TYPE_IP) { require([4, 16].contains(value.length), "an address is one") }
        if value.kind == UInt8(VDT_TYPE_MAC) { require(value.length == 6, "an address is one") }
      }
      at = end
    case SinkEntry.Kind.flowText:
      require(String(validating: state.pointee.bytes(entry), as: UTF8.self) != nil, "facts are UTF-8")
    case SinkEntry.Kind.expect: require(ExpectedFlow(entry, in: state) != nil, "what is expected can be read")
    case SinkEntry.Kind.child: require(HandedBack(entry, in: state) != nil, "what is handed back can be read")
    case SinkEntry.Kind.reject: require(state.pointee.bytes(entry).count >= 16, "a reject has its head")
    case SinkEntry.Kind.flowNumber: break
    default: fatalError("only what a sink writes is taken")
    }
    at += 1
  }
}
