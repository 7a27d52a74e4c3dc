/// What one flow carried, as the flow engine told it: kept, so that it can be told again in other ways.

import Evidence
import Flows

/// A flow's bytes by turns: a direction's bytes until the other direction speaks, something is missing or ends.
public struct Conversation: Sendable {
  public enum Event: Sendable, Hashable {
    /// Stream bytes; of a turn longer than ``turnBytes`` a part.
    case bytes(Direction, [UInt8])
    case datagram(Direction, [UInt8])
    /// Bytes that were never seen.
    case gap(Direction, UInt64)
    case end(Direction)
  }

  /// Longest run of bytes that is told at once. Well below the look-ahead that a dissector has unless it says otherwise, so
  /// that a message that fits into it does so however it is cut.
  static let turnBytes = 16_384

  public var description: FlowDescription
  public var events: [Event] = []
  /// Time and number of the packet that each event came with.
  public var marks: [PacketMark] = []

  public init(_ description: FlowDescription) { self.description = description }

  /// Bytes of all events.
  public var byteCount: Int {
    events.reduce(0) { sum, event in
      switch event {
      case .bytes(_, let bytes), .datagram(_, let bytes): sum + bytes.count
      case .gap, .end: sum
      }
    }
  }

  /// Adds an event; bytes are joined to those before them of the same direction.
  public mutating func add(_ event: Event, _ mark: PacketMark) {
    if case .bytes(let direction, let bytes) = event, case .bytes(direction, var turn)? = events.last,
      turn.count + bytes.count <= Self.turnBytes
    {
      events.removeLast()
      turn += bytes
      events.append(.bytes(direction, turn))
      return
    }
    events.append(event)
    marks.append(mark)
  }

  /// The conversation up to so many bytes.
  func limited(to limit: Int) -> Conversation {
    var out = Conversation(description)
    var left = limit
    for (event, mark) in zip(events, marks) {
      guard left > 0 else { break }
      switch event {
      case .bytes(let direction, let bytes):
        out.add(.bytes(direction, Array(bytes.prefix(left))), mark)
        left -= bytes.count
      case .datagram(_, let bytes):
        out.add(event, mark)
        left -= max(bytes.count, 1)
      case .gap, .end: out.add(event, mark)
      }
    }
    return out
  }

  /// Only what went one way; the other side was not seen.
  func oneSided(_ direction: Direction) -> Conversation {
    var out = Conversation(description)
    out.description.isOneSided = true
    for (event, mark) in zip(events, marks) {
      switch event {
      case .bytes(direction, _), .datagram(direction, _), .gap(direction, _), .end(direction): out.add(event, mark)
      default: break
      }
    }
    return out
  }
}

/// Collects the conversations of a capture: a consumer of the flow engine that reads nothing and keeps all.
public final class ConversationRecorder: FlowConsumer {
  /// Bytes of one flow, and of all, that are kept; what is over it is not.
  private let flowLimit: Int
  private let limit: Int
  private var kept = 0
  /// By conversation.
  private var bytesOfFlow: [Int] = []
  public private(set) var conversations: [Conversation] = []
  /// Flows that were left out, or cut, for want of room.
  public private(set) var cut = 0

  public init(flowLimit: Int = 256 << 10, limit: Int = 64 << 20) {
    self.flowLimit = flowLimit
    self.limit = limit
  }

  public var isFull: Bool { kept >= limit }

  public override func open(_ flow: FlowReference) -> UInt32 {
    guard flow.proto == 6 || flow.proto == 17 else { return 0 }
    guard !isFull, conversations.count < 100_000 else {
      cut += 1
      return 0
    }
    // Its other side may still come.
    var description = FlowDescription(flow)
    description.isOneSided = false
    conversations.append(Conversation(description))
    bytesOfFlow.append(0)
    return UInt32(conversations.count)
  }

  private func add(_ token: UInt32, _ event: Conversation.Event, _ count: Int, _ mark: PacketMark) -> Bool {
    let index = Int(token) - 1
    guard !isFull, bytesOfFlow[index] + count <= flowLimit else {
      cut += 1
      return false
    }
    kept += count + 64
    bytesOfFlow[index] += count
    conversations[index].add(event, mark)
    return true
  }

  public override func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool { add(token, .bytes(direction, Array(bytes)), bytes.count, packet) }

  public override func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool {
    let last = conversations[Int(token) - 1].marks.last ?? PacketMark(time: 0, number: 1)
    return add(token, .gap(direction, length), 0, last)
  }

  public override func end(_ token: UInt32, _ direction: Direction) {
    let last = conversations[Int(token) - 1].marks.last ?? PacketMark(time: 0, number: 1)
    _ = add(token, .end(direction), 0, last)
  }

  public override func datagram(
    _ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark
  ) -> Bool { add(token, .datagram(direction, Array(bytes)), bytes.count, packet) }

  public override func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {}
}
