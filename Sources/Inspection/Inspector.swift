/// Decides which dissector sees which stream, and collects what the dissectors found.

import CPrefetch
import Catalog
import Evidence
import Flows
import PluginHost
import VedettePluginABI

/// One packet worker's inspection: instances of all dissectors of its own, fed by the worker's flow engine.
///
///     let inspector = try Inspector(plugins: shelf.dissectors, options: options)
///     let engine = FlowEngine(options: flowOptions, consumer: inspector)
///     …
///     let found = inspector.drainTransactions()
///
/// All calls come from the worker's thread. Nothing is allocated for a packet of a flow whose dissector finds nothing in it.
public final class Inspector: FlowConsumer {
  public let options: InspectionOptions
  /// The capture that records are marked with.
  public var capture: String {
    get { origin.capture }
    set { if newValue != origin.capture { origin = RecordOrigin(sensor: options.sensor, capture: newValue) } }
  }
  /// Here and below: what is used for every record lies behind a pointer, for each access to a property of a class is checked.
  var origin: RecordOrigin {
    _read { yield hot.pointee.origin }
    _modify { yield &hot.pointee.origin }
  }
  public internal(set) var counters: InspectionCounters {
    get { hot.pointee.counters }
    _modify { yield &hot.pointee.counters }
  }

  /// What the dissectors of the places are called by, without touching a reference count. Initialized where a place is, or was,
  /// in use.
  let calls: UnsafeMutablePointer<DissectorCalls>
  /// By place.
  let meters: UnsafeMutablePointer<PlaceMeter>
  var protocols: ProtocolTable {
    _read { yield hot.pointee.protocols }
    _modify { yield &hot.pointee.protocols }
  }
  let pool: BlockPool
  /// The configuration of a plugin by its id.
  let config: [String: String]
  let log: @Sendable (PluginLogLine) -> Void

  /// Invariant: initialized by `init`, deinitialized by `deinit`, reached through this inspector only, by one thread at a time.
  let hot: UnsafeMutablePointer<HotState>

  // Arguments of calls, made once.
  let chunk: UnsafeMutablePointer<vdt_chunk>
  let result: UnsafeMutablePointer<vdt_data_result>
  let probeResult: UnsafeMutablePointer<vdt_probe_result>
  let flow: UnsafeMutablePointer<vdt_flow>
  /// 32 bytes for the flow's two addresses.
  let addresses: UnsafeMutablePointer<UInt8>
  /// 255 bytes for the flow's ALPN identifier.
  let alpnText: UnsafeMutablePointer<UInt8>
  /// The mark of bytes that lie in the packet's own buffer.
  let packetMark: UnsafeMutablePointer<ByteMark>

  /// Makes an instance of each dissector. At most 64; ``refusals`` says why one is missing, ``change(to:throttled:at:)`` has others
  /// asked later.
  /// - Parameter config: the configuration (a JSON object) of a plugin by its id.
  public init(
    plugins: [Plugin], options: InspectionOptions = InspectionOptions(), config: [String: String] = [:],
    log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) {
    self.options = options
    self.config = config
    self.log = log
    calls = .allocate(capacity: Places.most)
    meters = .allocate(capacity: Places.most)
    meters.initialize(repeating: PlaceMeter(), count: Places.most)
    pool = BlockPool(capacity: options.streamBuffer)
    hot = .allocate(capacity: 1)
    hot.initialize(
      to: HotState(origin: RecordOrigin(sensor: options.sensor, capture: options.capture)))
    chunk = .allocate(capacity: 1)
    chunk.initialize(to: vdt_chunk())
    chunk.pointee.size = UInt32(MemoryLayout<vdt_chunk>.size)
    result = .allocate(capacity: 1)
    result.initialize(to: vdt_data_result())
    probeResult = .allocate(capacity: 1)
    probeResult.initialize(to: vdt_probe_result())
    flow = .allocate(capacity: 1)
    flow.initialize(to: vdt_flow())
    addresses = .allocate(capacity: 32)
    addresses.initialize(repeating: 0, count: 32)
    alpnText = .allocate(capacity: 255)
    alpnText.initialize(repeating: 0, count: 255)
    packetMark = .allocate(capacity: 1)
    packetMark.initialize(to: ByteMark(offset: 0, time: 0, packet: 0))
    super.init()
    refusals = change(to: plugins.sorted { $0.identity.id < $1.identity.id }, at: .min)
  }

  deinit {
    var next = hot.pointee.slots.number(from: 0)
    while let number = next {
      next = hot.pointee.slots.number(from: number &+ 1)
      if hot.pointee.slots[number].pointee.phase != .free { discard(hot.pointee.slots[number]) }
    }
    calls.deallocate()
    meters.deallocate()
    hot.deinitialize(count: 1)
    hot.deallocate()
    chunk.deallocate()
    result.deallocate()
    probeResult.deallocate()
    flow.deallocate()
    addresses.deallocate()
    alpnText.deallocate()
    packetMark.deallocate()
  }

  /// Why a dissector is not taking part.
  public private(set) var refusals: [PluginError] = []

  /// The transactions since the last call, in the order in which they were told.
  public func drainTransactions() -> [TransactionRecord] {
    var out: [TransactionRecord] = []
    swap(&out, &hot.pointee.transactions)
    return out
  }

  /// The anomalies since the last call.
  public func drainAnomalies() -> [AnomalyRecord] {
    var out: [AnomalyRecord] = []
    swap(&out, &hot.pointee.anomalies)
    return out
  }

  /// As ``drainTransactions()`` and ``drainAnomalies()``, for whoever drains often: transactions in exchange for an empty list,
  /// anomalies behind those that are there, and the room of both lists is used on.
  public func exchange(transactions: inout [TransactionRecord], adding anomalies: inout [AnomalyRecord]) {
    swap(&transactions, &hot.pointee.transactions)
    anomalies += hot.pointee.anomalies
    hot.pointee.anomalies.removeAll(keepingCapacity: true)
  }

  /// What each plugin emitted and was not taken, by its id.
  public var sinkRefusals: [(plugin: String, refusals: SinkRefusals)] {
    hot.pointee.places.compactMap { place in
      place.map { ($0.dissector.plugin.identity.id, $0.dissector.refusals) }
    }
  }

  /// What became of the processes of those plugins that have one of their own and lost it.
  public var interruptions: [(plugin: String, interruptions: PluginInterruptions)] {
    hot.pointee.goneInterruptions
      + dissectors.map { ($0.plugin.identity.id, $0.interruptions) }.filter { $0.1.times > 0 }
  }

  /// Bytes held for dissectors that need more.
  public var bufferedBytes: Int { pool.used }

  /// What each packet looks at: outside the object, where no access has to be guarded at run time.
  struct HotState: ~Copyable {
    /// By number; nil where nobody is.
    var places = [Place?](repeating: nil, count: Places.most)
    /// Those that were ever in use.
    var usedPlaces: UInt64 = 0
    /// Every version that was ever here, by its number.
    var versions: [Plugin] = []
    /// What those did that are gone.
    var gone: [DissectorFigures] = []
    /// And what became of their processes.
    var goneInterruptions: [(plugin: String, interruptions: PluginInterruptions)] = []
    /// Some place waits for its last sessions.
    var isDraining = false
    /// Places that are asked, by transport.
    var overTCP: UInt64 = 0
    var overUDP: UInt64 = 0
    /// Those of them that are asked about every other flow only.
    var throttled: UInt64 = 0
    /// By place: those whose ids are smaller, which win where both are as sure.
    var ahead = InlineArray<64, UInt64>(repeating: 0)
    var hints = ProbeHints([])
    /// What is inspected: the flow engine's token is the number here plus one.
    var slots = Slab<InspectedFlow>(capacity: 1 << 24)
    /// What was counted of anomalies, as lists that begin in the slots.
    var tallies = AnomalyTallies(capacity: 1 << 24)
    var counters = InspectionCounters()
    /// What the records of the capture share.
    var origin: RecordOrigin
    var protocols = ProtocolTable()
    var transactions: [TransactionRecord] = []
    var anomalies: [AnomalyRecord] = []
    var expectations = Expectations()
    /// What sessions handed back in the call whose log is being read.
    var handedBack: [OwnedChild] = []
    var innerPackets: [InnerPacket] = []
    var hasInnerPackets = false

    init(origin: RecordOrigin) { self.origin = origin }
  }

  // MARK: Slots

  /// The slot of a token. Slots never move, so the pointer holds until the slot is freed.
  @inline(__always) func slot(_ token: UInt32) -> Slot { hot.pointee.slots[token &- 1] }

  /// A new slot's token, 0 when there are too many.
  func takeSlot(_ flow: FlowReference) -> UInt32 {
    guard let number = hot.pointee.slots.allocate() else {
      counters.flowsNotInspected &+= 1
      return 0
    }
    let slot = hot.pointee.slots[number]
    slot.initialize(to: InspectedFlow(flow, token: number + 1))
    slot.pointee.phase = .fresh
    return number + 1
  }

  func freeSlot(_ token: UInt32) {
    let slot = slot(token)
    slot.pointee.phase = .free
    slot.pointee.keptNotes?.release()
    slot.pointee.keptNotes = nil
    hot.pointee.slots.release(token &- 1)
  }

  /// The notes of a flow, made if there are none.
  func noted(_ slot: Slot) -> FlowNotes {
    if let there = slot.pointee.notes { return there }
    let made = FlowNotes()
    slot.pointee.keptNotes = .passRetained(made)
    return made
  }

  // MARK: FlowConsumer

  public override func open(_ flow: FlowReference) -> UInt32 {
    guard flow.proto == UInt8(VDT_TCP) || flow.proto == UInt8(VDT_UDP) else { return 0 }
    let token = takeSlot(flow)
    guard token != 0 else { return 0 }
    counters.flows &+= 1
    if !hot.pointee.expectations.isEmpty, let name = hot.pointee.expectations.take(flow) {
      let slot = slot(token)
      slot.pointee.expected = protocols.named(name, overTCP: flow.proto == UInt8(VDT_TCP))
      slot.pointee.wasExpected = slot.pointee.expected != 0
    }
    return token
  }

  public override func prefetch(_ token: UInt32) {
    guard hot.pointee.slots.numbers.contains(token &- 1) else { return }
    let slot = UnsafeRawPointer(slot(token))
    vedette_prefetch(slot)
    vedette_prefetch(slot + 64)
  }

  public override func prefetchMore(_ token: UInt32) {
    guard hot.pointee.slots.numbers.contains(token &- 1) else { return }
    // It may be another flow's by now, or the session be gone: then nothing comes of it.
    guard let target = slot(token).stream.firstTarget else { return }
    vedette_prefetch(target)
    // Of what a session has, what it looks at first is near its beginning.
    vedette_prefetch(target + 64)
  }

  public override func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool {
    let slot = slot(token)
    guard let stream = slot.activeStream ?? begin(slot) else { return false }
    let d = direction.rawValue
    packetMark.pointee = ByteMark(offset: offset, time: packet.time, packet: packet.number)
    if stream.pointee.firstSpeaker > 1 { stream.pointee.firstSpeaker = d }
    take(slot, stream, d, offset, bytes)
    if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    return isWanted(token)
  }

  public override func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool {
    let slot = slot(token)
    guard let stream = slot.activeStream ?? begin(slot) else { return false }
    markLatest(of: slot)
    takeGap(slot, stream, direction.rawValue, offset, length)
    if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    return isWanted(token)
  }

  public override func end(_ token: UInt32, _ direction: Direction) {
    let slot = slot(token)
    guard let stream = slot.activeStream else { return }
    markLatest(of: slot)
    takeEnd(slot, stream, direction.rawValue)
    if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    _ = isWanted(token)
  }

  public override func datagram(
    _ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark
  ) -> Bool {
    let slot = slot(token)
    guard let stream = slot.activeStream ?? begin(slot) else { return false }
    packetMark.pointee = ByteMark(offset: 0, time: packet.time, packet: packet.number)
    if stream.pointee.firstSpeaker > 1 { stream.pointee.firstSpeaker = direction.rawValue }
    takeDatagram(slot, stream, direction.rawValue, bytes)
    if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    return isWanted(token)
  }

  public override func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {
    markLatest(of: slot(token))
    finish(
      token, reason: reason == .timeout ? VDT_CLOSE_TIMEOUT : reason == .closed ? VDT_CLOSE_ENDED : VDT_CLOSE_SHUTDOWN)
    fill(&record, slot(token))
    freeSlot(token)
  }

  /// What is told without bytes is told by the flow's own latest packet: that of another one would depend on which flows share
  /// a worker.
  private func markLatest(of slot: Slot) {
    let latest = slot.pointee.flow.latest
    packetMark.pointee.time = latest.time
    packetMark.pointee.packet = latest.number
  }

  /// Whether more of a flow is wanted; what one that is stopped held is freed. The table may have grown since the
  /// call began, so the slot is looked up anew.
  @inline(__always) private func isWanted(_ token: UInt32) -> Bool {
    let slot = slot(token)
    if slot.pointee.phase == .active { return true }
    release(slot)
    return false
  }

  /// Starts to look at a flow; nil where nobody would.
  private func begin(_ slot: Slot) -> Stream? {
    guard slot.pointee.phase == .fresh else { return nil }
    let isTCP = slot.pointee.isStream
    guard isTCP ? hot.pointee.overTCP != 0 : hot.pointee.overUDP != 0 else {
      slot.pointee.phase = .stopped
      return nil
    }
    if hot.pointee.throttled != 0, isSpared(slot) { counters.flowsThrottled &+= 1 }
    slot.pointee.phase = .active
    slot.stream.session(0).pointee = SessionSlot(probing: slot.pointee.expected)
    return slot.stream
  }
}
