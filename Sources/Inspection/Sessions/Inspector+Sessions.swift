/// The ends of sessions: closed, given up, or given to others.

import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  /// Closes an open session and takes what it still emits.
  func closeSession(_ slot: Slot, _ stream: Stream, _ index: UInt8, _ reason: UInt32) {
    let session = stream.session(index)
    guard session.pointee.phase == .open, let handle = session.pointee.session else { return }
    session.pointee.phase = .closed
    session.pointee.session = nil
    let place = Int(session.pointee.dissector)
    let call = calls[place]
    call.state.pointee.marksToServer = ByteMarks()
    call.state.pointee.marksToClient = ByteMarks()
    call.state.pointee.newest = packetMark.pointee
    meters[place].open &-= 1
    let began = meters[place].begin(0)
    _ = call.close(handle, call.sink, reason)
    meters[place].end(began)
    call.finishCall()
    if call.state.pointee.logCount != 0 {
      if reason == VDT_CLOSE_NOT_MINE { call.state.pointee.clear() } else { collect(slot, session, 0) }
    }
    for d: UInt8 in 0...1
    where stream.lane(d).pointee.session == index && reason != VDT_CLOSE_SWITCHED && reason != VDT_CLOSE_NOT_MINE {
      stream.lane(d).pointee.dropAll(pool)
    }
    stopIfIdle(slot, stream)
  }

  /// Ends a session that cannot go on, and the inspection of its directions.
  func giveUp(_ slot: Slot, _ stream: Stream, _ index: UInt8, _ reason: UInt32) {
    if reason == VDT_CLOSE_NOT_MINE { counters.sessionsNotMine &+= 1 }
    closeSession(slot, stream, index, reason)
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index { stream.lane(d).pointee.dropAll(pool) }
    stream.session(index).pointee.endSearch(pool)
    stream.session(index).pointee.phase = .closed
    stopIfIdle(slot, stream)
  }

  /// A flow that feeds no session any more is looked at no more.
  func stopIfIdle(_ slot: Slot, _ stream: Stream) {
    for d: UInt8 in 0...1 {
      switch stream.session(stream.lane(d).pointee.session).pointee.phase {
      case .open, .probing: return
      case .none, .closed: break
      }
    }
    slot.pointee.phase = .stopped
  }

  /// The session said not-mine with its first bytes: others are asked.
  func giveToOthers(
    _ slot: Slot, _ stream: Stream, _ index: UInt8, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) {
    let session = stream.session(index)
    guard !session.pointee.consumedAny else {
      // The first bytes are gone, so nobody else can begin.
      giveUp(slot, stream, index, VDT_CLOSE_NOT_MINE)
      return
    }
    counters.sessionsNotMine &+= 1
    let dissector = session.pointee.dissector
    closeSession(slot, stream, index, VDT_CLOSE_NOT_MINE)
    slot.pointee.phase = .active
    forget(slot, session.pointee.proto)
    stream.exclude(dissector, index)
    let announced = session.pointee.announced
    let wasSwitched = session.pointee.switched
    session.pointee.endSearch(pool)
    session.pointee = SessionSlot(probing: announced)
    session.pointee.switched = wasSwitched
    for l: UInt8 in 0...1 where stream.lane(l).pointee.session == index { stream.lane(l).pointee.threshold = 0 }
    if !slot.pointee.isStream { return }
    if bytes.count > 0, !keep(slot, stream, d, offset, bytes) { return }
    probeKept(slot, stream, index)
  }
}
