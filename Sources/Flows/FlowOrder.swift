import Evidence

/// Where a flow stands among all: by its first packet's time and number, then by its id. The same for any number of engines
/// that share a capture.
public struct FlowOrder: Comparable, Sendable, BitwiseCopyable {
  private let start: Int64
  private let firstPacket: UInt64
  private let id: UInt64

  init(_ flow: FlowState) {
    start = flow.start
    firstPacket = flow.firstPacket
    id = flow.id
  }

  private init(start: Int64, firstPacket: UInt64, id: UInt64) {
    self.start = start
    self.firstPacket = firstPacket
    self.id = id
  }

  /// Behind every flow.
  public static let last = FlowOrder(start: .max, firstPacket: .max, id: .max)

  public static func < (a: FlowOrder, b: FlowOrder) -> Bool {
    if a.start != b.start { return a.start < b.start }
    return a.firstPacket != b.firstPacket ? a.firstPacket < b.firstPacket : a.id < b.id
  }
}
