/// A conversation while it is told, piece by piece, so that several can be told in turns.

import Evidence
import Flows
import Inspection

/// Tells as the flow engine would: bytes in order, an end for each direction, then the close. One thread.
final class Telling {
  private let conversation: Conversation
  private let inspector: Inspector
  private let guarded: GuardedBytes?
  private let token: UInt32
  private var lengths: Cut.Lengths

  /// The inspector looks at it until the flow is closed.
  private let flow: DescribedFlow
  /// The event that is next, and how far it was told.
  private var event = 0
  private var at = 0
  private var sent: [UInt64] = [0, 0]
  private var afterGap = [false, false]
  private var ended = [false, false]
  private var isWanted: Bool

  init(_ conversation: Conversation, _ cut: Cut, to inspector: Inspector, guarded: GuardedBytes?) {
    self.conversation = conversation
    self.inspector = inspector
    self.guarded = guarded
    lengths = cut.lengths()
    flow = DescribedFlow(conversation.description)
    token = inspector.open(flow.reference)
    isWanted = token != 0
  }

  /// Tells one piece; false where nothing is left that anyone wants.
  func step() -> Bool {
    guard isWanted, event < conversation.events.count else { return false }
    let mark = conversation.marks[event]
    flow.saw(mark)
    switch conversation.events[event] {
    case .bytes(let direction, let bytes):
      tell(bytes, direction, mark)
      if at < bytes.count { return isWanted }
    case .datagram(let direction, let bytes):
      isWanted = bytes.withUnsafeBytes { all in
        lend(all) { inspector.datagram(token, direction, $0, packet: mark) }
      }
    case .gap(let direction, let length):
      let d = Int(direction.rawValue)
      if !ended[d] {
        isWanted = inspector.gap(token, direction, offset: sent[d], length: length)
        sent[d] &+= length
        afterGap[d] = true
      }
    case .end(let direction):
      if !ended[Int(direction.rawValue)] {
        ended[Int(direction.rawValue)] = true
        inspector.end(token, direction)
      }
    }
    event += 1
    at = 0
    return isWanted
  }

  /// The next piece of a turn.
  private func tell(_ bytes: [UInt8], _ direction: Direction, _ mark: PacketMark) {
    let d = Int(direction.rawValue)
    guard !ended[d], at < bytes.count else {
      at = bytes.count
      return
    }
    let length = lengths.next(bytes.count - at)
    isWanted = bytes.withUnsafeBytes { all in
      lend(UnsafeRawBufferPointer(rebasing: all[at..<at + length])) {
        inspector.data(token, direction, offset: sent[d], $0, afterGap: afterGap[d], packet: mark)
      }
    }
    afterGap[d] = false
    sent[d] &+= UInt64(length)
    at += length
  }

  /// Ends and closes the flow; its record says what was recognised.
  func finish() -> FlowRecord {
    let flow = conversation.description
    var record = FlowRecord(
      id: flow.id, origin: RecordOrigin(sensor: "", capture: ""), start: Timestamp(nanoseconds: flow.start),
      end: Timestamp(nanoseconds: flow.start), firstPacket: conversation.marks.first?.number ?? 1,
      sourceIP: flow.client,
      sourcePort: flow.clientPort, destinationIP: flow.server, destinationPort: flow.serverPort,
      proto: TransportProtocol(rawValue: flow.proto))
    record.toServer.payload = UInt64(conversation.byteCount)
    guard token != 0 else { return record }
    if flow.proto == 6, isWanted {
      for direction in Direction.allCases where !ended[Int(direction.rawValue)] { inspector.end(token, direction) }
    }
    inspector.close(token, reason: flow.proto == 6 ? .closed : .timeout, record: &record)
    return record
  }

  private func lend<R>(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    guard let guarded else { return body(bytes) }
    return guarded.with(bytes, body)
  }
}
