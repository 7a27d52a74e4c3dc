/// TCP: bytes of one direction on their way to the session that reads it.

import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  /// Bytes arrived, in order. `packetMark` tells by which packet.
  func take(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
    let lane = stream.lane(d)
    var offset = offset
    var bytes = bytes
    lane.pointee.arrived = offset &+ UInt64(bytes.count)
    if offset < lane.pointee.skipUntil {
      let skipped = min(UInt64(bytes.count), lane.pointee.skipUntil &- offset)
      bytes = UnsafeRawBufferPointer(rebasing: bytes[Int(skipped)...])
      offset &+= skipped
    }
    guard bytes.count > 0 else { return }
    let session = stream.session(lane.pointee.session)
    switch session.pointee.phase {
    case .open: deliver(slot, stream, d, offset, bytes)
    case .probing: probe(slot, stream, d, offset, bytes)
    case .none, .closed: break
    }
  }

  /// Gives the open session of a direction its bytes: those that wait, and these behind them.
  func deliver(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    if !stream.session(index).pointee.otherCompared, d != stream.session(index).pointee.recognisedIn {
      compareOther(slot, stream, d, offset, bytes)
    }
    let lookahead = calls[Int(stream.session(index).pointee.dissector)].lookahead
    if lane.pointee.pending.isEmpty, bytes.count <= lookahead {
      if offset &+ UInt64(bytes.count) < lane.pointee.threshold {
        keep(slot, stream, d, offset, bytes)
        return
      }
      // Zero-copy: the bytes stay where they are, in the packet.
      setMarks(stream, d, ByteMarks(start: packetMark, count: 1))
      let status = callData(slot, stream, index, d, offset, bytes, ending: false, beforeGap: false)
      // A status other than these has left no bytes to keep.
      guard status == VDT_DATA_OK || status == VDT_DATA_NEED_MORE || status == VDT_DATA_NOT_MINE else {
        afterSwitch(slot, stream, d, status, offset, bytes)
        return
      }
      if status == VDT_DATA_NOT_MINE {
        giveToOthers(slot, stream, index, d, offset, bytes)
        return
      }
      let consumed = Int(result.pointee.consumed)
      guard stream.session(index).pointee.phase == .open, consumed < bytes.count || status == VDT_DATA_NEED_MORE else {
        lane.pointee.threshold = 0
        return
      }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
      if hasLookahead(slot, stream, d, offset &+ UInt64(consumed), rest.count, status) {
        keep(slot, stream, d, offset &+ UInt64(consumed), rest)
      } else {
        skipMessage(slot, stream, d, offset &+ UInt64(consumed), rest, status)
      }
      return
    }
    guard keep(slot, stream, d, offset, bytes) else { return }
    offer(slot, stream, d, upTo: lane.pointee.pending.end)
  }

  /// Offers the waiting bytes of a direction, as far as `limit`, if the session wants that many. Never more than the
  /// look-ahead at once: whether a message is over it does not depend on the cuts.
  func offer(_ slot: Slot, _ stream: Stream, _ d: UInt8, upTo limit: UInt64) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    while stream.session(index).pointee.phase == .open, lane.pointee.session == index {
      let start = lane.pointee.pending.offset
      guard limit > start, limit >= lane.pointee.threshold else { return }
      let lookahead = calls[Int(stream.session(index).pointee.dissector)].lookahead
      let count = Int(min(limit &- start, UInt64(min(lane.pointee.pending.count, lookahead))))
      guard count > 0 else { return }
      let bytes = UnsafeRawBufferPointer(rebasing: lane.pointee.pending.bytes[..<count])
      setMarks(stream, d, lane.pointee.pending.marks)
      let status = callData(slot, stream, index, d, start, bytes, ending: false, beforeGap: false)
      switch status {
      case VDT_DATA_OK, VDT_DATA_NEED_MORE:
        let consumed = Int(result.pointee.consumed)
        lane.pointee.drop(consumed, pool)
        if status == VDT_DATA_OK { lane.pointee.threshold = 0 }
        let rest = count - consumed
        if rest > 0 || status == VDT_DATA_NEED_MORE,
          !hasLookahead(slot, stream, d, start &+ UInt64(consumed), rest, status)
        {
          skipKept(slot, stream, d, status, rest)
          // What lies behind the skipped message is offered at once.
          continue
        }
        // So is what lies behind the bytes that were shown.
        if consumed > 0, limit > start &+ UInt64(count) { continue }
      case VDT_DATA_NOT_MINE: giveToOthers(slot, stream, index, d, start, UnsafeRawBufferPointer(start: nil, count: 0))
      case VDT_DATA_SWITCH: switched(slot, stream, d)
      default: break
      }
      return
    }
  }

  /// Calls the session. Afterwards `result` holds what it said, with `consumed` within what was offered, and the records have
  /// been collected; a session that is over has been closed. Returns the status that is left to act on.
  func callData(
    _ slot: Slot, _ stream: Stream, _ index: UInt8, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer,
    ending: Bool, beforeGap: Bool
  ) -> Int32 {
    let session = stream.session(index)
    let lane = stream.lane(d)
    let place = Int(session.pointee.dissector)
    let call = calls[place]
    var flags: UInt32 = 0
    if !lane.pointee.started { flags |= VDT_CHUNK_START }
    if lane.pointee.afterGap { flags |= VDT_CHUNK_AFTER_GAP }
    if ending { flags |= VDT_CHUNK_END }
    if beforeGap { flags |= VDT_CHUNK_BEFORE_GAP }
    chunk.pointee.direction = UInt32(d)
    chunk.pointee.flags = flags
    chunk.pointee.offset = offset
    chunk.pointee.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    result.pointee = vdt_data_result()
    result.pointee.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let began = meters[place].begin(bytes.count)
    let status = call.data(session.pointee.session, chunk, call.sink, result)
    meters[place].end(began)
    return afterCall(slot, stream, index, d, status, offered: bytes.count, offset: offset)
  }

  /// What follows each call of data, datagram or gap.
  @inline(__always)
  func afterCall(
    _ slot: Slot, _ stream: Stream, _ index: UInt8, _ d: UInt8, _ status: Int32, offered: Int, offset: UInt64
  ) -> Int32 {
    let session = stream.session(index)
    let call = calls[Int(session.pointee.dissector)]
    call.finishCall()
    if call.state.pointee.logCount != 0 {
      if status == VDT_DATA_NOT_MINE { call.state.pointee.clear() } else { collect(slot, session, offset) }
    }
    if status == VDT_DATA_OK || status == VDT_DATA_NEED_MORE, result.pointee.consumed <= UInt64(offered) {
      if result.pointee.consumed > 0 {
        session.pointee.consumedAny = true
        // The flags are said again with bytes of which nothing was taken: they are still the first.
        stream.lane(d).pointee.started = true
        stream.lane(d).pointee.afterGap = false
      }
      if status == VDT_DATA_NEED_MORE {
        let need = max(1, min(result.pointee.need, 1 << 40))
        stream.lane(d).pointee.threshold = offset &+ UInt64(offered) &+ need
      }
      return status
    }
    return endedCall(slot, stream, index, d, status, offered)
  }

  @inline(never)
  private func endedCall(
    _ slot: Slot, _ stream: Stream, _ index: UInt8, _ d: UInt8, _ status: Int32, _ offered: Int
  ) -> Int32 {
    let session = stream.session(index)
    // With not-mine, consumed is not read (dissector.h).
    guard status == VDT_DATA_NOT_MINE || result.pointee.consumed <= UInt64(offered) else {
      counters.pluginErrors &+= 1
      closeSession(slot, stream, index, VDT_CLOSE_ERROR)
      return VDT_DATA_DONE
    }
    switch status {
    case VDT_DATA_NOT_MINE, VDT_DATA_SWITCH: return status
    case VDT_DATA_DONE:
      closeSession(slot, stream, index, VDT_CLOSE_DONE)
      return VDT_DATA_DONE
    case VDT_DATA_ERROR:
      let at = result.pointee.offset
      if result.pointee.anomaly != 0 {
        raise(slot, session, id: result.pointee.anomaly, d, at)
      }
      if session.pointee.violations >= 3 {
        raise(slot, .appTooManyViolations, d, at == VDT_NO_OFFSET ? nil : at)
      }
      closeSession(slot, stream, index, VDT_CLOSE_ERROR)
      return VDT_DATA_DONE
    default:
      // An error of the plugin's own, or a status that ABI 1.0 does not know.
      counters.pluginErrors &+= 1
      closeSession(slot, stream, index, VDT_CLOSE_ERROR)
      return VDT_DATA_DONE
    }
  }

  @inline(__always) func setMarks(_ stream: Stream, _ d: UInt8, _ marks: ByteMarks) {
    let state = calls[Int(stream.session(stream.lane(d).pointee.session).pointee.dissector)].state
    let other = stream.lane(d ^ 1).pointee.pending.marks
    if d == 0 {
      state.pointee.marksToServer = marks
      state.pointee.marksToClient = other
    } else {
      state.pointee.marksToServer = other
      state.pointee.marksToClient = marks
    }
    state.pointee.newest = packetMark.pointee
  }

  /// Keeps bytes until the session has enough. False where there is no room: then the direction goes on as after a gap.
  @discardableResult
  func keep(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let lane = stream.lane(d)
    var mark = packetMark.pointee
    mark.offset = offset
    if lane.pointee.append(bytes, at: offset, mark, pool) { return true }
    let lost = UInt64(lane.pointee.pending.count) &+ UInt64(bytes.count)
    counters.bytesOverBuffer &+= lost
    let start = lane.pointee.pending.isEmpty ? offset : lane.pointee.pending.offset
    lane.pointee.dropAll(pool)
    lose(slot, stream, d, start, lost)
    return false
  }

  // MARK: Messages over the look-ahead

  /// Whether the session may have what it asks for: what waits, and what it needs more.
  private func hasLookahead(
    _ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ rest: Int, _ status: Int32
  ) -> Bool {
    let session = stream.session(stream.lane(d).pointee.session)
    let lookahead = calls[Int(session.pointee.dissector)].lookahead
    // Bytes that were left without a word wait for at least one more.
    let need = status == VDT_DATA_NEED_MORE ? max(1, min(result.pointee.need, 1 << 40)) : 1
    if UInt64(rest) &+ need <= UInt64(lookahead) { return true }
    raise(slot, .appLookaheadExceeded, d, offset)
    return false
  }

  /// How many bytes of a message over the look-ahead are skipped: all of it where its length is known, so that the cuts make no
  /// difference; else the look-ahead.
  private func skipLength(_ stream: Stream, _ d: UInt8, _ rest: Int, _ status: Int32) -> UInt64 {
    let session = stream.session(stream.lane(d).pointee.session)
    let lookahead = UInt64(calls[Int(session.pointee.dissector)].lookahead)
    let need = status == VDT_DATA_NEED_MORE ? min(result.pointee.need, 1 << 40) : 0
    return need > 1 ? UInt64(rest) &+ need : lookahead
  }

  private func skipMessage(
    _ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ rest: UnsafeRawBufferPointer, _ status: Int32
  ) {
    let length = skipLength(stream, d, rest.count, status)
    let dropped = Int(min(UInt64(rest.count), length))
    counters.bytesOverLookahead &+= length
    stream.lane(d).pointee.skipUntil = offset &+ length
    lose(slot, stream, d, offset, length)
    let behind = UnsafeRawBufferPointer(rebasing: rest[dropped...])
    if behind.count > 0 { take(slot, stream, d, offset &+ length, behind) }
  }

  private func skipKept(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ status: Int32, _ rest: Int) {
    let lane = stream.lane(d)
    let offset = lane.pointee.pending.offset
    let length = skipLength(stream, d, rest, status)
    counters.bytesOverLookahead &+= length
    lane.pointee.skipUntil = offset &+ length
    lane.pointee.drop(Int(min(length, UInt64(lane.pointee.pending.count))), pool)
    lose(slot, stream, d, offset, length)
  }

  // MARK: Gaps and ends

  func takeGap(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ length: UInt64) {
    let lane = stream.lane(d)
    lane.pointee.arrived = offset &+ length
    let session = stream.session(lane.pointee.session)
    switch session.pointee.phase {
    case .open:
      if !lane.pointee.pending.isEmpty { leftOver(slot, stream, d, ending: false) }
      lose(slot, stream, d, offset, length)
    case .probing:
      gapWhileProbing(slot, stream, d, offset, length)
    case .none, .closed: break
    }
  }

  /// Tells the session of bytes that it will never see.
  func lose(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ length: UInt64) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    let session = stream.session(index)
    lane.pointee.threshold = 0
    guard session.pointee.phase == .open else { return }
    let place = Int(session.pointee.dissector)
    let call = calls[place]
    setMarks(stream, d, ByteMarks())
    result.pointee = vdt_data_result()
    result.pointee.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let began = meters[place].begin(0)
    let said = call.gap(session.pointee.session, UInt32(d), offset, length, call.sink, result)
    meters[place].end(began)
    // Nothing is on offer: there is nothing to wait with, and the session has spoken before.
    result.pointee.consumed = 0
    let status = afterCall(slot, stream, index, d, said, offered: 0, offset: offset &+ length)
    lane.pointee.threshold = 0
    lane.pointee.started = true
    lane.pointee.afterGap = true
    switch status {
    case VDT_DATA_NOT_MINE: giveUp(slot, stream, index, VDT_CLOSE_NOT_MINE)
    case VDT_DATA_SWITCH: switched(slot, stream, d)
    default: break
    }
  }

  /// Offers what waits for the last time, before a gap or at the end; what is not consumed is dropped and counted.
  func leftOver(_ slot: Slot, _ stream: Stream, _ d: UInt8, ending: Bool) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    let start = lane.pointee.pending.isEmpty ? lane.pointee.arrived : lane.pointee.pending.offset
    let bytes = lane.pointee.pending.bytes
    setMarks(stream, d, lane.pointee.pending.marks)
    let status = callData(slot, stream, index, d, start, bytes, ending: ending, beforeGap: !ending)
    if status == VDT_DATA_SWITCH {
      switched(slot, stream, d)
      if !ending { return }
    }
    if status == VDT_DATA_NOT_MINE { giveUp(slot, stream, index, VDT_CLOSE_NOT_MINE) }
    if status == VDT_DATA_OK || status == VDT_DATA_NEED_MORE {
      counters.bytesLeftOver &+= UInt64(bytes.count) &- result.pointee.consumed
    }
    if lane.pointee.session == index { lane.pointee.dropAll(pool) }
    lane.pointee.threshold = 0
  }

  func takeEnd(_ slot: Slot, _ stream: Stream, _ d: UInt8) {
    let lane = stream.lane(d)
    guard !lane.pointee.ended else { return }
    lane.pointee.ended = true
    let index = lane.pointee.session
    switch stream.session(index).pointee.phase {
    case .open:
      // Of datagrams nothing waits: they come whole, and a session that reads them is told of no end but its own (dissector.h).
      if slot.pointee.isStream { leftOver(slot, stream, d, ending: true) }
      closeIfEnded(slot, stream, index)
    case .probing: endWhileProbing(slot, stream, d)
    case .none, .closed: break
    }
  }

  /// A session whose directions have all ended is closed.
  func closeIfEnded(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    guard stream.session(index).pointee.phase == .open else { return }
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index && !stream.lane(d).pointee.ended { return }
    closeSession(slot, stream, index, VDT_CLOSE_ENDED)
  }

  private func afterSwitch(
    _ slot: Slot, _ stream: Stream, _ d: UInt8, _ status: Int32, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) {
    guard status == VDT_DATA_SWITCH else { return }
    // What belongs to the new protocol must be kept before the old session's result is acted upon.
    let consumed = Int(result.pointee.consumed)
    let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
    if rest.count > 0 {
      var mark = packetMark.pointee
      mark.offset = offset &+ UInt64(consumed)
      if !stream.lane(d).pointee.append(rest, at: mark.offset, mark, pool) {
        counters.bytesOverBuffer &+= UInt64(rest.count)
      }
    }
    result.pointee.consumed = 0
    switched(slot, stream, d)
  }
}
