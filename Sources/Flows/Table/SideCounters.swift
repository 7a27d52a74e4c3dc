/// What the sides of a flow sent: small numbers in the flow itself, which most flows never outgrow, and large ones beside it.

import Packets

/// What one side of a flow sent, as far as 32 bits hold it; the rest, once ``FlowMarks/large`` is set, is in ``LargeTotals``.
struct SideCounters: BitwiseCopyable {
  var packets: UInt32 = 0
  var bytes: UInt32 = 0
  var ipBytes: UInt32 = 0
  /// Datagram bytes. For TCP, payload follows from sequence numbers; this then counts the bytes never seen.
  var payloadOrMissed: UInt32 = 0

  /// From here on a number is carried over.
  private static var full: UInt32 { 1 << 31 }
  /// What stays of one that is carried over: enough that whether there were few packets or none shows here.
  private static var rest: UInt32 { 1 << 20 }

  @inline(__always)
  var isFull: Bool { (packets | bytes | ipBytes | payloadOrMissed) >= Self.full }

  /// Adds packets where there is room for so many.
  mutating func addPackets(_ more: UInt64) -> Bool {
    guard more < UInt64(Self.full - packets) else { return false }
    packets += UInt32(more)
    return true
  }

  /// Takes away as much as there is, and returns what there was not.
  mutating func subtract(_ less: SideTotals) -> SideTotals {
    func subtract(_ less: UInt64, from number: inout UInt32) -> UInt64 {
      let taken = UInt32(min(less, UInt64(number)))
      number -= taken
      return less - UInt64(taken)
    }
    return SideTotals(
      packets: subtract(less.packets, from: &packets), bytes: subtract(less.bytes, from: &bytes),
      ipBytes: subtract(less.ipBytes, from: &ipBytes),
      payloadOrMissed: subtract(less.payloadOrMissed, from: &payloadOrMissed))
  }

  /// Takes away what is too much of each number, and returns it.
  mutating func carry() -> SideTotals {
    func carry(_ number: inout UInt32) -> UInt64 {
      guard number >= Self.full else { return 0 }
      defer { number = Self.rest }
      return UInt64(number - Self.rest)
    }
    return SideTotals(
      packets: carry(&packets), bytes: carry(&bytes), ipBytes: carry(&ipBytes), payloadOrMissed: carry(&payloadOrMissed)
    )
  }
}

/// The same in numbers that hold everything.
struct SideTotals: BitwiseCopyable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var ipBytes: UInt64 = 0
  var payloadOrMissed: UInt64 = 0

  static func + (a: SideTotals, b: SideTotals) -> SideTotals {
    SideTotals(
      packets: a.packets &+ b.packets, bytes: a.bytes &+ b.bytes, ipBytes: a.ipBytes &+ b.ipBytes,
      payloadOrMissed: a.payloadOrMissed &+ b.payloadOrMissed)
  }

  mutating func subtract(_ less: SideTotals) {
    packets -= min(less.packets, packets)
    bytes -= min(less.bytes, bytes)
    ipBytes -= min(less.ipBytes, ipBytes)
    payloadOrMissed -= min(less.payloadOrMissed, payloadOrMissed)
  }

  /// Whether 32 bits hold it together with what is there.
  @inline(__always)
  fileprivate var isSmall: Bool { packets | bytes | ipBytes | payloadOrMissed < 1 << 31 }
}

extension SideTotals {
  fileprivate init(_ small: SideCounters) {
    self.init(
      packets: UInt64(small.packets), bytes: UInt64(small.bytes), ipBytes: UInt64(small.ipBytes),
      payloadOrMissed: UInt64(small.payloadOrMissed))
  }
}

/// What the sides of flows sent beyond their counters: of a flow that carries gigabytes, or of one whose capture claims so.
struct LargeTotals {
  /// By the flow's address: entries of the table never move.
  private var sides: [UnsafeMutablePointer<FlowState>: (toServer: SideTotals, toClient: SideTotals)] = [:]

  /// Flows that have any.
  var flows: Int { sides.count }

  subscript(flow: UnsafeMutablePointer<FlowState>, direction: Direction) -> SideTotals {
    get {
      guard let both = sides[flow] else { return SideTotals() }
      return direction == .toServer ? both.toServer : both.toClient
    }
    set {
      var both = sides[flow] ?? (SideTotals(), SideTotals())
      if direction == .toServer { both.toServer = newValue } else { both.toClient = newValue }
      sides[flow] = both
    }
  }

  /// All that a side of a flow sent.
  @inline(__always)
  func all(_ flow: UnsafeMutablePointer<FlowState>, _ direction: Direction) -> SideTotals {
    let small = SideTotals(flow.side(direction).pointee)
    return flow.pointee.marks.contains(.large) ? small + self[flow, direction] : small
  }

  mutating func turnAbout(_ flow: UnsafeMutablePointer<FlowState>) {
    if let both = sides[flow] { sides[flow] = (both.toClient, both.toServer) }
  }

  mutating func forget(_ flow: UnsafeMutablePointer<FlowState>) {
    sides[flow] = nil
    // A dictionary keeps its room otherwise.
    if sides.isEmpty { sides = [:] }
  }
}

extension FlowCore {
  /// Adds to what a side of a flow sent.
  @inline(__always)
  mutating func add(_ more: SideTotals, to flow: UnsafeMutablePointer<FlowState>, _ direction: Direction) {
    guard more.isSmall else { return addLarge(more, to: flow, direction) }
    let side = flow.side(direction)
    side.pointee.packets &+= UInt32(truncatingIfNeeded: more.packets)
    side.pointee.bytes &+= UInt32(truncatingIfNeeded: more.bytes)
    side.pointee.ipBytes &+= UInt32(truncatingIfNeeded: more.ipBytes)
    side.pointee.payloadOrMissed &+= UInt32(truncatingIfNeeded: more.payloadOrMissed)
    if side.pointee.isFull { addLarge(side.pointee.carry(), to: flow, direction) }
  }

  /// Adds what is too much for the flow's own counters to what is beside them. Packets are few even then.
  @inline(never)
  private mutating func addLarge(
    _ more: SideTotals, to flow: UnsafeMutablePointer<FlowState>, _ direction: Direction
  ) {
    flow.pointee.marks.insert(.large)
    var more = more
    let side = flow.side(direction)
    if side.pointee.addPackets(more.packets) { more.packets = 0 }
    largeTotals[flow, direction] = largeTotals[flow, direction] + more
  }

  /// Takes back what was added to a side of a flow before.
  mutating func takeBack(_ less: SideTotals, from flow: UnsafeMutablePointer<FlowState>, _ direction: Direction) {
    let side = flow.side(direction)
    let missing = side.pointee.subtract(less)
    if flow.pointee.marks.contains(.large) { largeTotals[flow, direction].subtract(missing) }
  }

  /// Turns what the sides of a flow sent about.
  mutating func turnCountersAbout(_ flow: UnsafeMutablePointer<FlowState>) {
    swap(&flow.pointee.toServer, &flow.pointee.toClient)
    if flow.pointee.marks.contains(.large) { largeTotals.turnAbout(flow) }
  }
}
