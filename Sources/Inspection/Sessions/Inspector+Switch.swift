/// A flow that goes on with another protocol: STARTTLS, CONNECT, Upgrade.

import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  /// Acts on the switch in `result`, said about direction `d`; the bytes that were offered are kept in its lane.
  func switched(_ slot: Slot, _ stream: Stream, _ d: UInt8) {
    let said = result.pointee
    let index = stream.lane(d).pointee.session
    stream.lane(d).pointee.drop(Int(said.consumed), pool)
    counters.switches &+= 1
    stream.pointee.switches &+= 1
    guard stream.pointee.switches <= options.switchesPerFlow else {
      giveUp(slot, stream, index, VDT_CLOSE_LIMIT)
      return
    }
    let isTCP = slot.pointee.isStream
    let announced = protocols.named(said.protocol.name ?? "", overTCP: isTCP)
    let isHalf = said.switch_flags & VDT_SWITCH_HALF != 0
    let other = index ^ 1
    // The session that a direction goes to: the other slot where a half switch has already begun there.
    let joins = stream.session(other).pointee.phase == .open || stream.session(other).pointee.phase == .probing

    var moving: [UInt8] = []
    for l: UInt8 in 0...1 where stream.lane(l).pointee.session == index && (!isHalf || l == d) { moving.append(l) }
    let staysBehind = isHalf && stream.lane(d ^ 1).pointee.session == index && !stream.lane(d ^ 1).pointee.ended
    if !staysBehind { closeSession(slot, stream, index, VDT_CLOSE_SWITCHED) }

    let target: UInt8 = joins || staysBehind ? other : index
    if !joins {
      let next = stream.session(target)
      next.pointee.endSearch(pool)
      next.pointee = SessionSlot(probing: announced)
      stream.excludeNone(target)
      next.pointee.switched = true
    }
    slot.pointee.phase = .active
    for l in moving {
      let lane = stream.lane(l)
      let wanted = l == 0 ? said.switch_to_server : said.switch_to_client
      forgetHead(stream, l)
      move(lane, to: target, from: wanted == VDT_SWITCH_NOW ? lane.pointee.arrived : wanted)
    }
    switch stream.session(target).pointee.phase {
    case .probing:
      probeKept(slot, stream, target)
      for l in moving where stream.lane(l).pointee.ended { endWhileProbing(slot, stream, l) }
    case .open:
      for l in moving { offer(slot, stream, l, upTo: stream.lane(l).pointee.pending.end) }
      for l in moving where stream.lane(l).pointee.ended && stream.session(target).pointee.phase == .open {
        leftOver(slot, stream, l, ending: true)
      }
    case .none, .closed: break
    }
  }

  private func forgetHead(_ stream: Stream, _ d: UInt8) {
    if d == 0 { stream.heads?.pointee.counts.0 = 0 } else { stream.heads?.pointee.counts.1 = 0 }
  }

  /// Lets a direction feed another session from an offset on.
  private func move(_ lane: UnsafeMutablePointer<Lane>, to target: UInt8, from offset: UInt64) {
    lane.pointee.session = target
    lane.pointee.started = false
    lane.pointee.afterGap = false
    lane.pointee.threshold = 0
    lane.pointee.holeLength = 0
    if offset > lane.pointee.pending.offset, !lane.pointee.pending.isEmpty {
      let skipped = min(offset &- lane.pointee.pending.offset, UInt64(lane.pointee.pending.count))
      lane.pointee.drop(Int(skipped), pool)
    }
    lane.pointee.skipUntil = max(lane.pointee.skipUntil, offset)
  }
}

extension vdt_str {
  /// A protocol's name as a plugin gives it, or nil.
  fileprivate var name: String? {
    guard let ptr, len > 0, len <= UInt64(VDT_MAX_NAME) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: ptr, count: Int(len))
    guard bytes.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F })
    else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
