/// When to look at a flow again: a wheel of one-second slots, turned by capture time.
///
/// A flow is not moved at each of its packets: its slot is only where it will be looked at, and who looks puts it in
/// again if its time has moved on. What a jump of the clock costs is bounded by the number of slots.
///
/// Invariant: `heads` has `slotCount` entries; each is the head of a list of flows linked through `FlowState.timerNext`
/// and `timerPrevious`; a flow with a `timerSlot` that is not 0 is in the list of the slot before that and in no other.
struct TimerWheel: ~Copyable {
  static var slotCount: Int { 1024 }
  static let second: Int64 = 1_000_000_000

  private let heads: UnsafeMutablePointer<UInt32>
  /// The second up to which slots have been emptied.
  private(set) var now: Int64 = .min

  init() {
    heads = .allocate(capacity: Self.slotCount)
    heads.initialize(repeating: .none, count: Self.slotCount)
  }

  deinit { heads.deallocate() }

  /// Whether time has moved to a later second, so that `turn` has something to do.
  @inline(__always)
  func isDue(_ time: Int64) -> Bool { time / Self.second > now }

  /// Puts a flow that is in no slot where it will be looked at not before its deadline, unless the wheel is too short.
  mutating func schedule(_ index: UInt32, deadline: Int64, in flows: Slab<FlowState>.Elements) {
    let due = deadline / Self.second &+ 1
    let base = max(now, 0)
    let ahead = min(max(due &- base, 1), Int64(Self.slotCount - 1))
    let slot = Int((base &+ ahead) & Int64(Self.slotCount - 1))
    let flow = flows[index]
    flow.pointee.timerSlot = UInt16(slot + 1)
    flow.pointee.timerPrevious = .none
    flow.pointee.timerNext = heads[slot]
    if heads[slot] != .none { flows[heads[slot]].pointee.timerPrevious = index }
    heads[slot] = index
  }

  mutating func remove(_ index: UInt32, in flows: Slab<FlowState>.Elements) {
    let flow = flows[index]
    let slot = Int(flow.pointee.timerSlot) - 1
    guard slot >= 0 else { return }
    let next = flow.pointee.timerNext
    let previous = flow.pointee.timerPrevious
    if next != .none { flows[next].pointee.timerPrevious = previous }
    if previous != .none { flows[previous].pointee.timerNext = next } else { heads[slot] = next }
    flow.pointee.timerSlot = 0
  }

  /// The slots that have come due, as a range of seconds to hand to `take`; the wheel's time moves on.
  mutating func turn(to time: Int64) -> ClosedRange<Int64>? {
    let second = max(time, 0) / Self.second
    guard second > now else { return nil }
    let from = max(now &+ 1, second &- Int64(Self.slotCount - 1))
    now = second
    return max(from, 0)...second
  }

  /// Empties the slot of that second and returns the head of its list. The caller walks the list by `timerNext`.
  mutating func take(_ second: Int64) -> UInt32 {
    let slot = Int(second & Int64(Self.slotCount - 1))
    let head = heads[slot]
    heads[slot] = .none
    return head
  }

  /// Forgets all flows; whoever calls this has marked each as being in no slot.
  mutating func clear() { heads.update(repeating: .none, count: Self.slotCount) }

  /// The flow that is nearest to being looked at, for giving one up when the table is full.
  func nearest() -> UInt32 {
    let base = max(now, 0)
    for ahead in 1...Int64(Self.slotCount) {
      let head = heads[Int((base &+ ahead) & Int64(Self.slotCount - 1))]
      if head != .none { return head }
    }
    return .none
  }
}
