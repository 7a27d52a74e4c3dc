/// The end of a flow: its sessions are closed, and its record learns what was found out.

import Evidence
import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  /// Ends all that is open of a flow and of those within it.
  func finish(_ token: UInt32, reason: UInt32) {
    let slot = slot(token)
    if slot.pointee.phase == .active {
      stop(slot, reason)
      if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    }
    if let there = slot.pointee.notes {
      for inner in there.inner {
        let inside = self.slot(inner.token)
        inside.pointee.transactions = slot.pointee.transactions
        finish(inner.token, reason: reason)
        slot.pointee.transactions = inside.pointee.transactions
        if let found = inside.pointee.notes { there.merge(found) }
        let first = inside.pointee.appProto
        if first != 0 { recognised(slot, first) }
        freeSlot(inner.token)
      }
      there.inner = []
    }
    finishFiles(slot)
    summariseAnomalies(slot)
  }

  /// Closes the sessions of a flow and frees what it held.
  func stop(_ slot: Slot, _ reason: UInt32) {
    guard let stream = slot.activeStream else { return }
    for index in stream.sessions {
      switch stream.session(index).pointee.phase {
      case .open: closeSession(slot, stream, index, reason)
      case .probing: abandon(slot, stream, index)
      case .none, .closed: break
      }
    }
    release(slot)
  }

  /// Ends the sessions of a flow that was never closed, before their instances are let go of. The flow itself may be gone: what
  /// they still say is about nothing.
  func discard(_ slot: Slot) {
    if let stream = slot.activeStream {
      for index in stream.sessions where stream.session(index).pointee.phase == .open {
        let place = Int(stream.session(index).pointee.dissector)
        let call = calls[place]
        meters[place].open &-= 1
        _ = call.close(stream.session(index).pointee.session, call.sink, VDT_CLOSE_SHUTDOWN)
        call.finishCall()
        call.state.pointee.clear()
      }
      release(slot)
    }
    slot.pointee.keptNotes?.release()
  }

  /// Frees what a flow needed while it was looked at.
  func release(_ slot: Slot) {
    slot.stream.pointee.release(pool)
    slot.pointee.phase = .stopped
  }

  /// A flow that ends before anybody recognised it.
  private func abandon(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    let session = stream.session(index)
    session.pointee.phase = .closed
    if slot.pointee.appProto == 0 {
      // Nothing seen is no answer: then a port may still tell.
      if let search = session.pointee.search?.pointee { slot.pointee.wasAsked = search.no.0 | search.no.1 != 0 }
      counters.unrecognised &+= 1
    }
  }

  /// Fills the application fields of a flow's record.
  func fill(_ record: inout FlowRecord, _ slot: Slot) {
    let there = slot.pointee.notes
    if let facts = there?.facts { record.facts = facts.values }
    let first = slot.pointee.appProto
    if first != 0 {
      record.appProto = protocols[first].name
      if let there, there.protocols.count > 1 {
        record.severalProtos = there.protocols.map { protocols[$0].name }
      }
      record.appProtoBy = .dissector
      return
    }
    if slot.pointee.expected != 0, record.toServer.payload &+ record.toClient.payload > 0 {
      record.appProto = protocols[slot.pointee.expected].name
      record.appProtoBy = .dissector
      return
    }
    // A port says something only of bytes that were there, and only where no dissector has denied it.
    guard record.toServer.payload &+ record.toClient.payload > 0 else { return }
    let isTCP = slot.pointee.isStream
    guard let guess = PortGuess.name(tcp: isTCP, slot.pointee.flow.serverPort) else { return }
    if slot.pointee.wasAsked, protocols.isDissected(guess, overTCP: isTCP) { return }
    record.appProto = guess
    record.appProtoBy = .port
  }

  // MARK: Inner streams

  /// Inspects the inner streams that sessions handed back, as flows of their own. Called when no call is under way.
  func followHandedBack(_ token: UInt32) {
    while !hot.pointee.handedBack.isEmpty {
      let children = hot.pointee.handedBack
      hot.pointee.handedBack = []
      for child in children { follow(child, token) }
    }
  }

  private func follow(_ child: OwnedChild, _ token: UInt32) {
    let slot = slot(token)
    let outer = slot.pointee
    guard Int(outer.depth) < options.depth else {
      counters.childrenNotFollowed &+= 1
      return
    }
    let there = noted(slot)
    let inner: UInt32
    if let known = there.inner.first(where: { $0.id == child.id && $0.version == child.version }) {
      inner = known.token
    } else {
      guard child.isStart || child.bytes.count > 0, there.inner.count < 256 else {
        counters.childrenNotFollowed &+= 1
        return
      }
      inner = takeSlot(outer.flow)
      guard inner != 0 else { return }
      let inside = self.slot(inner)
      inside.pointee.depth = outer.depth + 1
      inside.pointee.isDecrypted = child.isDecrypted || outer.isDecrypted
      inside.pointee.transactions = outer.transactions
      inside.pointee.expected = protocols.named(child.name, overTCP: true)
      if !child.alpn.isEmpty { noted(inside).alpn = Array(child.alpn.utf8) }
      there.inner.append((child.id, child.version, inner))
    }
    let direction: Direction = child.direction == 0 ? .toServer : .toClient
    let mark = PacketMark(time: packetMark.pointee.time, number: packetMark.pointee.packet)
    let inside = self.slot(inner)
    let offset = inside.activeStream?.lane(child.direction).pointee.arrived ?? 0
    // Ordinals are the outer flow's: the inner records have its id.
    inside.pointee.transactions = slot.pointee.transactions
    if child.bytes.count > 0 {
      _ = child.bytes.withUnsafeBytes { data(inner, direction, offset: offset, $0, afterGap: false, packet: mark) }
    }
    if child.isEnd { end(inner, direction) }
    slot.pointee.transactions = inside.pointee.transactions
  }
}
