/// Takes over what a plugin emitted in another process, as if it were emitted here.

import CIsolation
import VedettePluginABI

/// Gives the log of a lane to a sink of this process, call by call: so each value meets the same checks, limits and counts as
/// that of a plugin in this process, whatever the other side wrote.
///
/// An entry is copied before it is looked at, and bytes are copied by the sink's own functions, which check the copy.
struct SinkReplay {
  let entries: UnsafePointer<SinkEntry>
  let entryCount: Int
  let arena: UnsafeRawPointer
  let arenaCount: Int

  init(entries: UnsafePointer<SinkEntry>, _ entryCount: Int, arena: UnsafeRawPointer, _ arenaCount: Int) {
    self.entries = entries
    self.entryCount = entryCount
    self.arena = arena
    self.arenaCount = arenaCount
  }

  init(_ lane: Lane, _ answer: vedette_answer) {
    self.init(
      entries: UnsafePointer(lane.entries), Int(min(answer.entries, lane.setup.entries)), arena: lane.arena,
      Int(min(answer.arena, lane.setup.arena)))
  }

  /// - Returns: how many entries were none that a sink writes; the rest was given to `sink`.
  func give(to sink: UnsafePointer<vdt_sink>) -> UInt64 {
    var odd: UInt64 = 0
    for at in 0..<entryCount where !give(entries[at], to: sink) { odd &+= 1 }
    return odd
  }

  /// False where it is nothing that a sink writes.
  private func give(_ entry: SinkEntry, to sink: UnsafePointer<vdt_sink>) -> Bool {
    let id = UInt32(entry.id)
    switch entry.kind {
    case UInt8(VDT_TYPE_U64): _ = sink.pointee.u64?(sink, id, entry.value)
    case UInt8(VDT_TYPE_I64): _ = sink.pointee.i64?(sink, id, Int64(bitPattern: entry.value))
    case UInt8(VDT_TYPE_F64): _ = sink.pointee.f64?(sink, id, Double(bitPattern: entry.value))
    case UInt8(VDT_TYPE_FLAG): _ = sink.pointee.flag?(sink, id, UInt32(clamping: entry.value))
    case UInt8(VDT_TYPE_TIME): _ = sink.pointee.time?(sink, id, Int64(bitPattern: entry.value))
    case SinkEntry.Kind.beginRecord: _ = sink.pointee.begin?(sink, id, Int64(bitPattern: entry.value))
    case SinkEntry.Kind.beginAnomaly: _ = sink.pointee.begin_anomaly?(sink, id, UInt32(entry.direction), entry.value)
    case SinkEntry.Kind.end: _ = sink.pointee.end?(sink)
    case SinkEntry.Kind.flowNumber: _ = sink.pointee.flow_u64?(sink, id, entry.value)
    default:
      guard let bytes = bytes(of: entry) else { return false }
      return give(entry, bytes, to: sink)
    }
    return true
  }

  private func give(_ entry: SinkEntry, _ bytes: UnsafeRawBufferPointer, to sink: UnsafePointer<vdt_sink>) -> Bool {
    let id = UInt32(entry.id)
    let text = vdt_make_str(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count))
    let blob = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    switch entry.kind {
    case UInt8(VDT_TYPE_TEXT): _ = sink.pointee.text?(sink, id, text)
    case UInt8(VDT_TYPE_BYTES): _ = sink.pointee.bytes?(sink, id, blob)
    case UInt8(VDT_TYPE_IP): _ = sink.pointee.ip?(sink, id, blob)
    case UInt8(VDT_TYPE_MAC): _ = sink.pointee.mac?(sink, id, blob)
    case SinkEntry.Kind.flowText: _ = sink.pointee.flow_text?(sink, id, text)
    case SinkEntry.Kind.expect: return expect(entry, Array(bytes), sink)
    case SinkEntry.Kind.child: return child(entry, Array(bytes), sink)
    case SinkEntry.Kind.reject: return reject(Array(bytes), sink)
    default: return false
    }
    return true
  }

  /// Nil where they lie outside of the arena.
  private func bytes(of entry: SinkEntry) -> UnsafeRawBufferPointer? {
    let length = UInt64(entry.length)
    guard length <= UInt64(arenaCount), entry.value <= UInt64(arenaCount) &- length else { return nil }
    return UnsafeRawBufferPointer(start: arena + Int(entry.value), count: Int(length))
  }

  // What follows is laid out as SinkTable.swift writes it.

  private func expect(_ entry: SinkEntry, _ bytes: [UInt8], _ sink: UnsafePointer<vdt_sink>) -> Bool {
    guard bytes.count > 22, bytes[16] <= 16 else { return false }
    bytes.withUnsafeBytes { all in
      let name = UnsafeRawBufferPointer(rebasing: all[22...])
      _ = sink.pointee.expect?(
        sink, vdt_make_bytes(all.baseAddress, UInt64(all[16])), entry.id, UInt32(all[17]),
        vdt_make_str(name.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(name.count)),
        all.loadUnaligned(fromByteOffset: 18, as: UInt32.self))
    }
    return true
  }

  private func child(_ entry: SinkEntry, _ bytes: [UInt8], _ sink: UnsafePointer<vdt_sink>) -> Bool {
    bytes.withUnsafeBytes { all in
      guard all.count >= 24 else { return false }
      let nameEnd = 24 + Int(all.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      let alpnEnd = nameEnd + Int(all.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
      guard alpnEnd <= all.count, let start = all.baseAddress else { return false }
      var child = vdt_child()
      child.size = UInt32(MemoryLayout<vdt_child>.size)
      child.kind = all.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      child.flags = all.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      child.direction = UInt32(entry.direction)
      child.id = all.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      child.name = vdt_make_str((start + 24).assumingMemoryBound(to: CChar.self), UInt64(nameEnd - 24))
      child.alpn = vdt_make_str((start + nameEnd).assumingMemoryBound(to: CChar.self), UInt64(alpnEnd - nameEnd))
      child.bytes = vdt_make_bytes(start + alpnEnd, UInt64(all.count - alpnEnd))
      _ = sink.pointee.child?(sink, &child)
      return true
    }
  }

  private func reject(_ bytes: [UInt8], _ sink: UnsafePointer<vdt_sink>) -> Bool {
    bytes.withUnsafeBytes { all in
      guard all.count >= 16, let start = all.baseAddress else { return false }
      _ = sink.pointee.reject?(
        sink, all.loadUnaligned(as: UInt64.self), all.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
        vdt_make_str((start + 16).assumingMemoryBound(to: CChar.self), UInt64(all.count - 16)))
      return true
    }
  }
}
