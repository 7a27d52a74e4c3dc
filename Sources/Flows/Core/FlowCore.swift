import Catalog
import Evidence
import Packets

/// What the engine is made of. A struct of one owner: inside it the compiler proves exclusive access once and for all, so the
/// packet path checks nothing at run time and counts no references.
///
/// Its parts are extended by subject: `FlowCore+Process`, `+Flows`, `+TCP…`, `+Streams`, `+Fragments`, `+Neighbours`,
/// `+Anomalies`, `+Prefetch`, `+Relief`; what sides of flows sent is added up beside their counters (SideCounters.swift).
struct FlowCore: ~Copyable {
  let options: FlowRules
  let overlapTargets: OverlapTargets
  let sensor: String
  private let consumerOwner: FlowConsumer?
  /// What `consumerOwner` is.
  let consumer: BorrowedConsumer?

  var flows: Slab<FlowState>
  var longAddresses: Slab<LongAddresses>
  var largeTotals = LargeTotals()
  var sessions: Slab<TCPState>
  let freshSession = FreshSession()
  var spares: Slab<SpareSYN>
  var index: HashIndex
  var wheel = TimerWheel()
  var buffers: StreamBuffers
  var tallies: AnomalyTallies
  var quotedErrors: QuotedErrors
  var datagrams: DatagramTable
  var pairs: HostPairTable
  var neighbours: NeighbourTable
  var decoder: PacketDecoder

  /// The latest capture time seen.
  var clock: Int64 = .min
  /// By capture: what records of it share.
  var origins: [RecordOrigin]
  var capture: UInt16 = 0
  /// Differs from run to run, so that nobody can aim for collisions; no output depends on it.
  let seed = UInt64.random(in: .min ... .max)
  /// What a table that is nearly full does about it.
  var relief: Relief
  /// FNV-1a over the sensor's name: where every flow id begins.
  let idBasis: UInt64

  /// The flows that `finish` has still to close; empty while packets come.
  var closing = ClosingList()
  var counters = FlowCounters()
  var reachedCaps: [ReachedCap] = []
  var flowRecords: [FlowRecord] = []
  var anomalyRecords: [AnomalyRecord] = []

  init(options: FlowOptions, consumer: FlowConsumer?) {
    self.options = FlowRules(options)
    overlapTargets = OverlapTargets(options.overlapTargets, fallback: options.overlap)
    sensor = options.sensor
    origins = [RecordOrigin(sensor: options.sensor, capture: "")]
    consumerOwner = consumer
    self.consumer = consumer.map(BorrowedConsumer.init)
    let limits = options.limits
    flows = Slab(capacity: limits.flows)
    longAddresses = Slab(capacity: limits.flows)
    sessions = Slab(capacity: limits.flows)
    spares = Slab(capacity: 4096)
    index = HashIndex()
    buffers = StreamBuffers(capacity: limits.streamBuffer)
    tallies = AnomalyTallies(capacity: max(1 << 16, limits.flows))
    quotedErrors = QuotedErrors(capacity: limits.quotedErrors)
    datagrams = DatagramTable(limits: limits)
    pairs = HostPairTable(capacity: limits.hostPairs)
    neighbours = NeighbourTable(capacity: limits.neighbours)
    decoder = PacketDecoder(options: options.decoder)
    relief = Relief(limits)
    var h: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in options.sensor.utf8 { h = (h ^ UInt64(byte)) &* 0x100_0000_01B3 }
    idBasis = h
  }

  mutating func begin(capture name: String) {
    if origins[Int(capture)].capture == name { return }
    if let known = origins.firstIndex(where: { $0.capture == name }) {
      capture = UInt16(truncatingIfNeeded: known)
    } else if origins.count < Int(UInt16.max) {
      origins.append(RecordOrigin(sensor: sensor, capture: name))
      capture = UInt16(truncatingIfNeeded: origins.count - 1)
    }
  }

  mutating func reached(_ cap: ReachedCap.Cap) {
    let time = max(clock, 0)
    for i in reachedCaps.indices where reachedCaps[i].cap == cap {
      reachedCaps[i].times &+= 1
      reachedCaps[i].last = time
      return
    }
    reachedCaps.append(ReachedCap(cap: cap, times: 1, first: time, last: time))
  }

  // MARK: - Time

  mutating func advance(to time: Int64) {
    if time > clock { clock = time }
    if let due = wheel.turn(to: clock) {
      var second = due.lowerBound
      while second <= due.upperBound {
        expire(second)
        second &+= 1
      }
    }
    expireDatagrams()
  }

  /// Looks at the flows of one slot: closes those that are over and puts the rest in again.
  private mutating func expire(_ second: Int64) {
    var at = wheel.take(second)
    while at != .none {
      let flow = flows[at]
      let next = flow.pointee.timerNext
      flow.pointee.timerSlot = 0
      if flow.pointee.deadline <= clock {
        close(at, reason: reasonForTimeout(flow))
      } else {
        wheel.schedule(at, deadline: flow.pointee.deadline, in: flows.elements)
      }
      at = next
    }
  }

  /// The first of the open flows, in the order in which they began.
  mutating func nextToClose(_ limit: Int) -> [FlowOrder] {
    listOpen()
    return closing.first(limit).map { FlowOrder(flows[$0].pointee) }
  }

  /// Of the open flows, in the order in which they began, the one at that place, if there are as many and more.
  mutating func boundToClose(_ place: Int) -> FlowOrder? {
    listOpen()
    guard place > 0, closing.count > place else { return nil }
    return FlowOrder(flows[closing[fromEnd: place]].pointee)
  }

  /// Closes open flows in the order in which they began, up to and with `bound`.
  mutating func finish(reason: FlowEndReason, through bound: FlowOrder) {
    listOpen()
    while let next = closing.next, FlowOrder(flows[next].pointee) <= bound {
      closing.removeNext()
      hintClosing()
      let flow = flows[next]
      let over = flow.pointee.deadline <= clock
      close(next, reason: over || isClosed(flow) ? reasonForTimeout(flow) : reason)
    }
    if closing.isEmpty { releasePairs() }
  }

  /// Takes every flow out of the wheel and into `closing`.
  private mutating func listOpen() {
    guard closing.isEmpty, flows.count > 0 || datagrams.oldest != .none else { return }
    giveUpDatagrams()
    closing.fill(from: flows, clock: clock)
    wheel.clear()
  }
}
