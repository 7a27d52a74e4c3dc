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
    let place = Int(session.pointee.dissector)
    let call = calls[place]
    guard let function = call.datagram else { return }
    setMarks(stream, d, ByteMarks(start: packetMark, count: 1))
    chunk.pointee.direction = UInt32(d)
    chunk.pointee.flags = stream.lane(d).pointee.started ? 0 : VDT_CHUNK_START
    chunk.pointee.offset = offset
    chunk.pointee.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    result.pointee = vdt_data_result()
    result.pointee.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let began = meters[place].begin(bytes.count)
    let said = function(session.pointee.session, chunk, call.sink, result)
    meters[place].end(began)
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
      if stream.pointee.asked >= min(options.probeDatagrams, 4) || !keepDatagram(search, d, offset, bytes) {
        unrecognised(slot, stream, 0)
      }
      return
    }
    let now = packetMark.pointee
    // The search ends when the session opens; what it kept is this call's from here on.
    var kept = search.pointee.takeKept()
    if openSession(slot, stream, 0), session.pointee.phase == .open { session.pointee.otherCompared = true }
    while let datagram = kept {
      kept = datagram.pointee.next
      if session.pointee.phase == .open {
        packetMark.pointee = datagram.pointee.mark
        deliverDatagram(
          slot, stream, datagram.pointee.direction, datagram.pointee.offset,
          UnsafeRawBufferPointer(start: datagram.room, count: datagram.pointee.count))
      }
      datagram.giveBack(to: pool)
    }
    packetMark.pointee = now
    if session.pointee.phase == .open { deliverDatagram(slot, stream, d, offset, bytes) }
  }

  private func keepDatagram(
    _ search: UnsafeMutablePointer<Search>, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    guard let block = pool.take(KeptDatagram.blockSize(bytes.count)) else {
      counters.bytesOverBuffer &+= UInt64(bytes.count)
      return false
    }
    let kept = block.bindMemory(to: KeptDatagram.self, capacity: 1)
    kept.initialize(
      to: KeptDatagram(
        next: search.pointee.kept, count: bytes.count, offset: offset, mark: packetMark.pointee, direction: d))
    if let source = bytes.baseAddress, bytes.count > 0 {
      kept.room.copyMemory(from: source, byteCount: bytes.count)
    }
    search.pointee.kept = kept
    return true
  }
}
