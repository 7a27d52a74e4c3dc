/// Turns what a session emitted during a call into records.

import Catalog
import Evidence
import Flows
import PluginHost
import VedettePluginABI

/// A part of an inner stream that a session handed back, copied, for it is followed after the call's log was read.
struct OwnedChild {
  /// Which version handed it back.
  var version: UInt16
  var isStart: Bool
  var isEnd: Bool
  var isDecrypted: Bool
  var direction: UInt8
  var id: UInt64
  var name: String
  var alpn: String
  var bytes: [UInt8]
}

extension Inspector {
  /// Reads and clears the log of a session's dissector. `offset`: where the bytes of the call began.
  @inline(never)
  func collect(_ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ offset: UInt64) {
    let index = Int(session.pointee.dissector)
    let state = calls[index].state
    guard let dissector = hot.pointee.places[index]?.dissector else { return state.pointee.clear() }
    meters[index].use.emitted &+= UInt64(state.pointee.emittedBytes)
    let proto = protocols[session.pointee.proto].name
    var at = 0
    while at < state.pointee.logCount {
      let entry = state.pointee.entry(at)
      switch entry.kind {
      case SinkEntry.Kind.beginRecord:
        let end = RecordReader.end(of: at, in: state)
        defer {
          slot.pointee.transactions &+= 1
          counters.transactions &+= 1
          meters[index].use.records &+= 1
          at = end
        }
        guard options.keepsTransactions else { break }
        let said = Int64(bitPattern: entry.value)
        hot.pointee.transactions.append(
          TransactionRecord(
            flow: slot.pointee.flow.id, origin: origin,
            time: Timestamp(nanoseconds: said == VDT_TIME_UNKNOWN ? state.pointee.newest.time : said), appProto: proto,
            record: dissector.reader.name(of: entry), fields: dissector.reader.fields(at, end, in: state),
            ordinal: slot.pointee.transactions))
      case SinkEntry.Kind.beginAnomaly:
        let end = RecordReader.end(of: at, in: state)
        session.pointee.countViolation()
        raise(
          slot, session, id: UInt32(entry.id), entry.direction, entry.value,
          detail: end > at + 1 ? dissector.anomalyReader.fields(at, end, in: state) : [])
        at = end
      case SinkEntry.Kind.flowText:
        if let field = dissector.plugin.description.flowFields.first(where: { $0.id == UInt32(entry.id) }) {
          noted(slot).take(field.name, state.text(entry))
        }
      case SinkEntry.Kind.expect:
        if let expected = ExpectedFlow(entry, in: state),
          !hot.pointee.expectations.add(expected, now: state.pointee.newest.time, limit: options.expectedFlows)
        {
          counters.expectationsDropped &+= 1
        }
      case SinkEntry.Kind.child:
        if let child = HandedBack(entry, in: state) { handBack(slot, session, child, state.pointee.newest) }
      default: break
      }
      at += 1
    }
    state.pointee.clear()
  }

  private func handBack(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ child: HandedBack, _ newest: ByteMark
  ) {
    let version = hot.pointee.places[Int(session.pointee.dissector)]?.version ?? 0
    switch child.kind {
    case .packet: takeInnerPacket(slot, child, newest)
    case .file: takeFile(slot, session, version, child, newest)
    case .stream:
      hot.pointee.handedBack.append(
        OwnedChild(
          version: version, isStart: child.isStart, isEnd: child.isEnd,
          isDecrypted: child.isDecrypted, direction: child.direction, id: child.id, name: child.name,
          alpn: child.alpn, bytes: Array(child.bytes)))
    }
  }

  // MARK: Anomalies

  /// An anomaly that a plugin declared.
  func raise(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, id: UInt32, _ d: UInt8, _ offset: UInt64,
    detail: [(name: String, value: FieldValue)] = []
  ) {
    let index = Int(session.pointee.dissector)
    guard let plugin = hot.pointee.places[index]?.dissector.plugin,
      let declared = plugin.description.anomalies.first(where: { $0.id == id })
    else { return }
    let state = calls[Int(session.pointee.dissector)].state
    let name: AnomalyName
    let key: AnomalyKey
    if let kind = declared.kind {
      name = .catalog(kind)
      key = AnomalyKey(kind)
    } else {
      name = .plugin(id: declared.reportedID, severity: declared.severity)
      key = AnomalyKey(version: hot.pointee.places[index]?.version ?? 0, id: id)
    }
    var offset = offset
    if d < 2, offset != VDT_NO_OFFSET, let lane = slot.activeStream?.lane(d),
      offset > max(lane.pointee.arrived, lane.pointee.skipUntil)
    {
      state.pointee.refuseOffset()
      offset = VDT_NO_OFFSET
    }
    let mark = d < 2 && offset != VDT_NO_OFFSET ? state.mark(d, offset).mark : state.pointee.newest
    raise(slot, name, key, d, offset == VDT_NO_OFFSET ? nil : offset, mark, detail)
  }

  /// An anomaly that the host itself sees.
  func raise(_ slot: Slot, _ kind: AnomalyKind, _ d: UInt8, _ offset: UInt64?) {
    raise(slot, .catalog(kind), AnomalyKey(kind), d, offset, packetMark.pointee, [])
  }

  private func raise(
    _ slot: Slot, _ name: AnomalyName, _ key: AnomalyKey, _ d: UInt8, _ offset: UInt64?, _ mark: ByteMark,
    _ detail: [(name: String, value: FieldValue)]
  ) {
    guard tally(slot, key, mark) else { return }
    var record = anomalyRecord(slot, name, mark, d)
    record.offset = offset
    record.detail = detail
    hot.pointee.anomalies.append(consume record)
  }

  func anomalyRecord(_ slot: Slot, _ name: AnomalyName, _ mark: ByteMark, _ d: UInt8) -> AnomalyRecord {
    let flow = slot.pointee.flow
    var record = AnomalyRecord(
      name: name, time: Timestamp(nanoseconds: mark.time), origin: origin, packet: mark.packet, flow: flow.id)
    let isToClient = d == 1
    record.sourceIP = isToClient ? flow.server : flow.client
    record.destinationIP = isToClient ? flow.client : flow.server
    record.sourcePort = isToClient ? flow.serverPort : flow.clientPort
    record.destinationPort = isToClient ? flow.clientPort : flow.serverPort
    record.proto = TransportProtocol(rawValue: slot.pointee.proto)
    return record
  }
}
