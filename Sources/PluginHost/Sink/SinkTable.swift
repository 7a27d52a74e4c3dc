/// The functions of `vdt_sink`: each finds its state in the sink's context and appends to the log.

import VedettePluginABI

private typealias State = UnsafeMutablePointer<SinkState>

@inline(__always) private func state(_ sink: UnsafePointer<vdt_sink>?) -> State {
  // The plugin hands back the pointer that it was given; it has no other sink.
  sink.unsafelyUnwrapped.pointee.context.unsafelyUnwrapped.assumingMemoryBound(to: SinkState.self)
}

/// A sink table that leads to `state`. The caller owns the memory and frees it after the instance is destroyed.
func makeSink(_ target: UnsafeMutablePointer<SinkState>) -> UnsafeMutablePointer<vdt_sink> {
  var table = vdt_sink()
  table.size = UInt32(MemoryLayout<vdt_sink>.size)
  table.context = UnsafeMutableRawPointer(target)
  fillRecords(&table)
  fillDissector(&table)
  table.reject = { sink, line, offset, text in reject(state(sink), line, offset, text) }
  let sink = UnsafeMutablePointer<vdt_sink>.allocate(capacity: 1)
  sink.initialize(to: table)
  return sink
}

private func fillRecords(_ table: inout vdt_sink) {
  table.begin = { sink, record, time in begin(state(sink), record, time) }
  table.u64 = { sink, field, value in state(sink).pointee.number(field, VDT_TYPE_U64, value) }
  table.i64 = { sink, field, value in
    state(sink).pointee.number(field, VDT_TYPE_I64, UInt64(bitPattern: value))
  }
  table.f64 = { sink, field, value in
    guard value.isFinite else {
      state(sink).pointee.refusals.wrongType &+= 1
      return VDT_E_ARGUMENT
    }
    return state(sink).pointee.number(field, VDT_TYPE_F64, value.bitPattern)
  }
  table.flag = { sink, field, value in
    guard value <= 1 else {
      state(sink).pointee.refusals.wrongType &+= 1
      return VDT_E_ARGUMENT
    }
    return state(sink).pointee.number(field, VDT_TYPE_FLAG, UInt64(value))
  }
  table.text = { sink, field, value in
    value.ptr.withUTF8Pointer { state(sink).pointee.blob(field, VDT_TYPE_TEXT, $0, value.len) }
  }
  table.bytes = { sink, field, value in
    state(sink).pointee.blob(field, VDT_TYPE_BYTES, value.ptr, value.len)
  }
  table.ip = { sink, field, value in
    guard value.len == 4 || value.len == 16 else {
      state(sink).pointee.refusals.wrongType &+= 1
      return VDT_E_ARGUMENT
    }
    return state(sink).pointee.blob(field, VDT_TYPE_IP, value.ptr, value.len)
  }
  table.mac = { sink, field, value in
    guard value.len == 6 else {
      state(sink).pointee.refusals.wrongType &+= 1
      return VDT_E_ARGUMENT
    }
    return state(sink).pointee.blob(field, VDT_TYPE_MAC, value.ptr, value.len)
  }
  table.time = { sink, field, value in
    state(sink).pointee.number(field, VDT_TYPE_TIME, UInt64(bitPattern: value))
  }
  table.end = { sink in end(state(sink)) }
  table.cancel = { sink in
    guard state(sink).pointee.openKind != 0 else {
      state(sink).pointee.refusals.misplaced &+= 1
      return VDT_E_STATE
    }
    state(sink).pointee.cancelOpen()
    return VDT_OK
  }
}

private func fillDissector(_ table: inout vdt_sink) {
  table.anomaly = { sink, id, direction, offset in
    let status = beginAnomaly(state(sink), id, direction, offset)
    return status == VDT_OK ? end(state(sink)) : status
  }
  table.begin_anomaly = { sink, id, direction, offset in beginAnomaly(state(sink), id, direction, offset) }
  table.flow_text = { sink, field, value in
    let s = state(sink)
    let verdict = flowField(s, field, VDT_TYPE_TEXT)
    guard verdict == VDT_OK else { return verdict }
    guard value.len <= UInt64(VDT_MAX_VALUE), value.len == 0 || value.ptr != nil else {
      s.pointee.refusals.overLimit &+= 1
      return VDT_E_LIMIT
    }
    return value.ptr.withUTF8Pointer {
      s.pointee.copy(
        kind: SinkEntry.Kind.flowText, direction: 0, id: UInt16(truncatingIfNeeded: field), $0, Int(value.len),
        isText: true)
    }
  }
  table.flow_u64 = { sink, field, value in
    let s = state(sink)
    let verdict = flowField(s, field, VDT_TYPE_U64)
    guard verdict == VDT_OK else { return verdict }
    return s.pointee.append(
      SinkEntry(
        kind: SinkEntry.Kind.flowNumber, direction: 0, id: UInt16(truncatingIfNeeded: field), length: 0, value: value))
  }
  table.when = { sink, direction, offset, time, packet in
    guard state(sink).pointee.role == .dissector else {
      state(sink).pointee.refusals.misplaced &+= 1
      return VDT_E_STATE
    }
    guard direction <= VDT_TO_CLIENT else {
      state(sink).pointee.refusals.wrongType &+= 1
      return VDT_E_ARGUMENT
    }
    let found = state(sink).mark(UInt8(truncatingIfNeeded: direction), offset)
    time?.pointee = found.mark.time
    packet?.pointee = found.mark.packet
    return found.exact ? VDT_OK : VDT_E_ARGUMENT
  }
  table.expect = { sink, ip, port, transport, proto, ttl in
    expect(state(sink), ip, port, transport, proto, ttl)
  }
  table.child = { sink, child in
    guard let child else { return VDT_E_ARGUMENT }
    return handBack(state(sink), child)
  }
}

// MARK: The longer ones

private func begin(_ s: State, _ record: UInt32, _ time: Int64) -> Int32 {
  guard s.pointee.openKind == 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  guard Int(record) < s.pointee.records.count, s.pointee.records[Int(record)].declared else {
    s.pointee.refusals.unknownID &+= 1
    return VDT_E_UNKNOWN
  }
  guard s.pointee.recordCount < 2 &* min(s.pointee.softRecords, 1 << 20) else {
    s.pointee.refusals.overLimit &+= 1
    return VDT_E_LIMIT
  }
  return open(
    s, SinkEntry.Kind.beginRecord, s.pointee.records[Int(record)], record, VDT_TO_SERVER, UInt64(bitPattern: time))
}

private func open(
  _ s: State, _ kind: UInt8, _ shape: ShapeTable.Entry, _ id: UInt32, _ direction: UInt32, _ value: UInt64
) -> Int32 {
  let entry = s.pointee.logCount
  let status = s.pointee.append(
    SinkEntry(
      kind: kind, direction: UInt8(truncatingIfNeeded: direction), id: UInt16(truncatingIfNeeded: id), length: 0,
      value: value))
  guard status == VDT_OK else { return status }
  s.pointee.openEntry = entry
  s.pointee.openArena = s.pointee.arenaCount
  s.pointee.openLimit = entry &+ 1 &+ Int(VDT_MAX_VALUES)
  s.pointee.openKind = kind
  s.pointee.openTypes = shape.types
  s.pointee.openFieldCount = shape.fieldCount
  return isFull(s) ? VDT_SINK_FULL : VDT_OK
}

private func isFull(_ s: State) -> Bool {
  s.pointee.recordCount >= s.pointee.softRecords || s.pointee.arenaCount >= Int(VDT_MAX_EMITTED)
}

private func end(_ s: State) -> Int32 {
  guard s.pointee.openKind != 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  let isRecord = s.pointee.openKind == SinkEntry.Kind.beginRecord
  let status = s.pointee.append(SinkEntry(kind: SinkEntry.Kind.end, direction: 0, id: 0, length: 0, value: 0))
  guard status == VDT_OK else {
    s.pointee.cancelOpen()
    return status
  }
  s.pointee.openKind = 0
  s.pointee.openFieldCount = 0
  if isRecord {
    s.pointee.recordCount &+= 1
    if isFull(s) { return VDT_SINK_FULL }
  }
  return VDT_OK
}

private func beginAnomaly(_ s: State, _ id: UInt32, _ direction: UInt32, _ offset: UInt64) -> Int32 {
  guard s.pointee.role == .dissector, s.pointee.openKind == 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  guard Int(id) < s.pointee.anomalies.count, s.pointee.anomalies[Int(id)].declared, direction <= VDT_NO_DIRECTION else {
    s.pointee.refusals.unknownID &+= 1
    return VDT_E_UNKNOWN
  }
  return open(s, SinkEntry.Kind.beginAnomaly, s.pointee.anomalies[Int(id)], id, direction, offset) < 0
    ? VDT_E_LIMIT : VDT_OK
}

private func flowField(_ s: State, _ field: UInt32, _ type: UInt32) -> Int32 {
  guard s.pointee.role == .dissector, s.pointee.openKind == 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  guard Int(field) < s.pointee.flowFields.count, s.pointee.flowFields[Int(field)].declared else {
    s.pointee.refusals.unknownID &+= 1
    return VDT_E_UNKNOWN
  }
  // A flow field's shape is one byte: its type.
  guard s.pointee.flowFields[Int(field)].fieldCount == type else {
    s.pointee.refusals.wrongType &+= 1
    return VDT_E_TYPE
  }
  return VDT_OK
}

private func expect(
  _ s: State, _ ip: vdt_bytes, _ port: UInt16, _ transport: UInt32, _ proto: vdt_str, _ ttl: UInt32
) -> Int32 {
  guard s.pointee.role == .dissector, s.pointee.openKind == 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  guard ip.len == 4 || ip.len == 16, transport == VDT_TCP || transport == VDT_UDP, proto.protocolName != nil,
    proto.len > 0, let address = ip.ptr, let name = proto.ptr
  else {
    s.pointee.refusals.wrongType &+= 1
    return VDT_E_ARGUMENT
  }
  // Address, transport, life and name, one after the other, as ExpectedFlow reads them.
  let length = 16 + 1 + 1 + 4 + Int(proto.len)
  guard let room = s.pointee.room(length) else { return VDT_E_LIMIT }
  room.initializeMemory(as: UInt8.self, repeating: 0, count: length)
  room.copyMemory(from: address, byteCount: Int(ip.len))
  room.storeBytes(of: UInt8(ip.len), toByteOffset: 16, as: UInt8.self)
  room.storeBytes(of: UInt8(truncatingIfNeeded: transport), toByteOffset: 17, as: UInt8.self)
  room.storeBytes(of: min(ttl, 600_000), toByteOffset: 18, as: UInt32.self)
  (room + 22).copyMemory(from: name, byteCount: Int(proto.len))
  let status = s.pointee.append(
    SinkEntry(
      kind: SinkEntry.Kind.expect, direction: 0, id: port, length: UInt32(length), value: UInt64(s.pointee.arenaCount)))
  if status == VDT_OK { s.pointee.arenaCount &+= length }
  return status
}

private func handBack(_ s: State, _ child: UnsafePointer<vdt_child>) -> Int32 {
  guard s.pointee.role == .dissector, s.pointee.openKind == 0 else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  let known = VDT_CHILD_START | VDT_CHILD_END | VDT_CHILD_DECRYPTED
  guard let c = received(child, into: vdt_child(), atLeast: ABI10.child),
    (VDT_CHILD_PACKET...VDT_CHILD_FILE).contains(c.kind),
    c.flags & ~known == 0,
    c.direction <= VDT_TO_CLIENT, c.bytes.len <= UInt64(VDT_MAX_VALUE), c.bytes.len == 0 || c.bytes.ptr != nil,
    let name = c.name.text(atMost: UInt64(VDT_MAX_WORDS)), c.alpn.len <= 255, let alpn = c.alpn.text(atMost: 255)
  else {
    s.pointee.refusals.wrongType &+= 1
    return VDT_E_ARGUMENT
  }
  // Kind, flags, id, the lengths of name and ALPN, name, ALPN, bytes: as HandedBack reads them.
  let head = 4 + 4 + 8 + 4 + 4
  let length = head + name.utf8.count + alpn.utf8.count + Int(c.bytes.len)
  guard let room = s.pointee.room(length) else { return VDT_E_LIMIT }
  room.storeBytes(of: c.kind, toByteOffset: 0, as: UInt32.self)
  room.storeBytes(of: c.flags, toByteOffset: 4, as: UInt32.self)
  room.storeBytes(of: c.id, toByteOffset: 8, as: UInt64.self)
  room.storeBytes(of: UInt32(name.utf8.count), toByteOffset: 16, as: UInt32.self)
  room.storeBytes(of: UInt32(alpn.utf8.count), toByteOffset: 20, as: UInt32.self)
  var at = head
  for part in [name, alpn] {
    for byte in part.utf8 {
      room.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
      at += 1
    }
  }
  if let bytes = c.bytes.ptr, c.bytes.len > 0 { (room + at).copyMemory(from: bytes, byteCount: Int(c.bytes.len)) }
  let status = s.pointee.append(
    SinkEntry(
      kind: SinkEntry.Kind.child, direction: UInt8(truncatingIfNeeded: c.direction), id: 0, length: UInt32(length),
      value: UInt64(s.pointee.arenaCount)))
  if status == VDT_OK { s.pointee.arenaCount &+= length }
  return status
}

private func reject(_ s: State, _ line: UInt64, _ offset: UInt64, _ text: vdt_str) -> Int32 {
  guard s.pointee.role == .source else {
    s.pointee.refusals.misplaced &+= 1
    return VDT_E_STATE
  }
  if s.pointee.openKind != 0 { s.pointee.cancelOpen() }
  let words = text.words
  let length = 8 + 8 + words.utf8.count
  guard let room = s.pointee.room(length) else { return VDT_E_LIMIT }
  room.storeBytes(of: line, toByteOffset: 0, as: UInt64.self)
  room.storeBytes(of: offset, toByteOffset: 8, as: UInt64.self)
  var at = 16
  for byte in words.utf8 {
    room.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
    at += 1
  }
  let status = s.pointee.append(
    SinkEntry(
      kind: SinkEntry.Kind.reject, direction: 0, id: 0, length: UInt32(length), value: UInt64(s.pointee.arenaCount)))
  if status == VDT_OK { s.pointee.arenaCount &+= length }
  return status
}

extension Optional where Wrapped == UnsafePointer<CChar> {
  /// C's `char` is signed on one of our machines and unsigned on the other; UTF-8 is neither.
  @inline(__always) fileprivate func withUTF8Pointer(_ body: (UnsafePointer<UInt8>?) -> Int32) -> Int32 {
    guard let pointer = self else { return body(nil) }
    return body(UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self))
  }
}
