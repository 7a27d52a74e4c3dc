/// UDP: datagrams on their way to a session, the first ones kept until it is known whose they are.

import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  func takeDatagram(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ bytes: UnsafeRawBufferPointer) {
    let lane = stream.lane(d)
    let offset = lane.pointee.arrived
    lane.pointee.arrived &+= UInt64(bytes.count)
    packetMark.pointee.offset = offset
    let session = stream.session(0)
    switch session.pointee.phase {
    case .open: deliverDatagram(slot, stream, d, offset, bytes)
    case .probing: probeDatagram(slot, stream, d, offset, bytes)
    case .none, .closed: break
    }
  }

  private func deliverDatagram(
    _ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) {
    let session = stream.session(0)
    let call = calls[Int(session.pointee.dissector)]
    guard let function = call.datagram else { return }
    setMarks(stream, d, ByteMarks(start: packetMark, count: 1))
    chunk.pointee.direction = UInt32(d)
    chunk.pointee.flags = stream.lane(d).pointee.started ? 0 : VDT_CHUNK_START
    chunk.pointee.offset = offset
    chunk.pointee.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    result.pointee = vdt_data_result()
    result.pointee.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let said = function(session.pointee.session, chunk, call.sink, result)
    let status = afterCall(slot, stream, 0, d, said, offered: bytes.count, offset: offset)
    stream.lane(d).pointee.started = true
    session.pointee.consumedAny = session.pointee.consumedAny || said >= 0 && said != VDT_DATA_NOT_MINE
    switch status {
    case VDT_DATA_NOT_MINE:
      giveToOthers(slot, stream, 0, d, offset, bytes)
      if session.pointee.phase == .probing { probeDatagram(slot, stream, d, offset, bytes) }
    case VDT_DATA_SWITCH:
      result.pointee.consumed = 0
      stream.pointee.asked = 0
      switched(slot, stream, d)
    default: break
    }
  }

  private func probeDatagram(
    _ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) {
    let session = stream.session(0)
    guard let search = session.pointee.search else { return }
    search.pointee.no = (0, 0)
    ask(slot, stream, 0, d, bytes, isAll: true)
    stream.pointee.asked += 1
    guard search.pointee.bestCertainty > 0 else {
      if stream.pointee.asked >= min(options.probeDatagrams, 4) || !keepDatagram(stream, d, offset, bytes) {
        dropKept(stream)
        unrecognised(slot, stream, 0)
      }
      return
    }
    let now = packetMark.pointee
    guard openSession(slot, stream, 0), session.pointee.phase == .open else {
      dropKept(stream)
      return
    }
    session.pointee.otherCompared = true
    for at in 0..<(stream.kept?.pointee.count ?? 0) where session.pointee.phase == .open {
      guard let kept = stream.kept?.pointee.items[at] else { break }
      packetMark.pointee = kept.mark
      deliverDatagram(
        slot, stream, kept.direction, kept.offset, UnsafeRawBufferPointer(start: kept.block, count: kept.count))
    }
    dropKept(stream)
    packetMark.pointee = now
    if session.pointee.phase == .open { deliverDatagram(slot, stream, d, offset, bytes) }
  }

  private func keepDatagram(_ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard stream.kept?.pointee.count ?? 0 < 4, let block = pool.take(max(1, bytes.count)) else {
      counters.bytesOverBuffer &+= UInt64(bytes.count)
      return false
    }
    if let source = bytes.baseAddress, bytes.count > 0 { block.copyMemory(from: source, byteCount: bytes.count) }
    let kept = stream.kept ?? .allocate(capacity: 1)
    if stream.kept == nil {
      kept.initialize(to: KeptDatagrams())
      stream.kept = kept
    }
    kept.pointee.items[kept.pointee.count] = KeptDatagram(
      block: block, count: bytes.count, offset: offset, direction: d, mark: packetMark.pointee)
    kept.pointee.count += 1
    return true
  }

  func dropKept(_ stream: Stream) {
    guard let kept = stream.kept else { return }
    for at in 0..<kept.pointee.count {
      let datagram = kept.pointee.items[at]
      if let block = datagram.block { pool.give(block, max(1, datagram.count)) }
    }
    kept.deallocate()
    stream.kept = nil
  }
}
