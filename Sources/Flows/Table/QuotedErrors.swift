import Packets

/// What an ICMP error said of a flow that it quotes. Trivial.
struct QuotedError: BitwiseCopyable {
  var next: UInt32
  /// The flow's number in the table.
  let flow: UInt32
  let type: UInt8
  let code: UInt8
  var count: UInt64 = 1
  let from: NetworkAddress
  let first: Int64
  var last: Int64
}

/// ICMP errors by the flow that they quote: beside the flow table, for few flows have any.
///
/// Invariant: of each flow in the table one entry, the first of its list, is in the index.
struct QuotedErrors: ~Copyable {
  /// Distinct ones that are kept of a flow: whoever sends more of them chooses what they say.
  static var mostOfOneFlow: Int { 8 }

  private var slab: Slab<QuotedError>
  private var index = HashIndex()

  init(capacity: Int) { slab = Slab(capacity: max(1, capacity)) }

  subscript(at: UInt32) -> UnsafeMutablePointer<QuotedError> { slab[at] }

  private static func hash(_ flow: UInt32) -> UInt32 { flow &* 0x9E37_79B9 }

  /// The first entry of a flow's list, `.none` where it has none.
  func first(of flow: UInt32) -> UInt32 { index.first(Self.hash(flow)) { slab[$0].pointee.flow == flow } }

  /// Counts an error that quotes a flow. False where there was no room for it.
  mutating func add(_ flow: UInt32, type: UInt8, code: UInt8, from: NetworkAddress, time: Int64) -> Bool {
    let head = first(of: flow)
    var at = head
    var last = head
    var known = 0
    while at != .none {
      let entry = slab[at]
      if entry.pointee.type == type, entry.pointee.code == code, entry.pointee.from == from {
        entry.pointee.count &+= 1
        entry.pointee.last = max(entry.pointee.last, time)
        return true
      }
      known += 1
      last = at
      at = entry.pointee.next
    }
    guard known < Self.mostOfOneFlow, let new = slab.allocate() else { return false }
    slab[new].initialize(
      to: QuotedError(next: .none, flow: flow, type: type, code: code, from: from, first: time, last: time))
    if head == .none { index.insert(Self.hash(flow), new) } else { slab[last].pointee.next = new }
    return true
  }

  /// Forgets what quoted a flow.
  mutating func remove(_ flow: UInt32) {
    var at = first(of: flow)
    guard at != .none else { return }
    index.remove(Self.hash(flow), at)
    while at != .none {
      let next = slab[at].pointee.next
      slab.release(at)
      at = next
    }
  }
}
