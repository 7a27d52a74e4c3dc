import Catalog
import Evidence
import Packets

/// Tracks flows: packets in, flow records, anomalies and (through a ``FlowConsumer``) bytes in order out.
///
/// One engine belongs to one thread, and nothing in it is shared. It reads no clock and does no I/O: all time is capture
/// time, so that the same packets give the same records.
///
///     let engine = FlowEngine(options: options, consumer: inspection)
///     decoder.decode(frame, linkType: link, time: time, number: n, wireLength: length, into: &packet)
///     repeat { engine.process(&packet, frame: frame) } while decoder.decodeInner(frame, into: &packet)
///     …
///     engine.finish(reason: .shutdown)
///     store(engine.drainFlows(), engine.drainAnomalies())
public final class FlowEngine {
  /// Invariant: initialized by `init`, deinitialized by `deinit`, and reached through this engine only, by one thread at a time.
  /// In memory of its own, so that each packet does without the exclusivity check that a class's property has.
  private let core: UnsafeMutablePointer<FlowCore>

  /// - Parameter consumer: reads what flows carry; nil to track only. It must not call back into the engine.
  public init(options: FlowOptions = FlowOptions(), consumer: FlowConsumer? = nil) {
    core = .allocate(capacity: 1)
    core.initialize(to: FlowCore(options: options, consumer: consumer))
  }

  deinit {
    core.deinitialize(count: 1)
    core.deallocate()
  }

  /// The file or interface that packets come from, from now on. Flows keep the one they began in.
  public var capture: String {
    get { core.pointee.origins[Int(core.pointee.capture)].capture }
    set { core.pointee.begin(capture: newValue) }
  }

  /// Takes one packet. `frame` is what its offsets count from. Allocates nothing in steady state.
  @inline(__always)
  public func process(_ packet: inout Packet, frame: UnsafeRawBufferPointer) {
    core.pointee.process(&packet, frame: frame)
  }

  /// Tells that a packet will come soon, so that the memory of its flow is nearer then. Returns what ``hintFlow(_:)`` takes.
  @inline(__always)
  public func hint(_ packet: UnsafePointer<Packet>) -> UInt32 { core.pointee.hint(packet) }

  /// The second hint for the same packet, some packets later. Returns what ``hintSession(_:)`` takes.
  @inline(__always)
  public func hintFlow(_ hint: UInt32) -> UInt32 { core.pointee.hintFlow(hint) }

  /// The third.
  @inline(__always)
  public func hintSession(_ hint: UInt32) { core.pointee.hintSession(hint) }

  /// The fourth.
  @inline(__always)
  public func hintConsumer(_ hint: UInt32) { core.pointee.hintConsumer(hint) }

  /// Lets capture time pass without a packet: what timed out by then is closed. Workers that share a capture call this with
  /// the same time before ``finish(reason:)``, so that their records do not depend on how packets were spread.
  public func advance(to time: Int64) { core.pointee.advance(to: time) }

  /// Closes every flow, in the order in which they began, and gives up what waits. The engine can be used on.
  public func finish(reason: FlowEndReason = .shutdown) { finish(reason: reason, through: .last) }

  /// As ``finish(reason:)``, in portions, so that the records of a full table need not all be in memory at once: closes the
  /// flows up to and with `bound`, and with ``FlowOrder/last`` all. No packet may come before that.
  ///
  ///     while let bound = engine.boundToClose(4096) {
  ///       engine.finish(reason: .shutdown, through: bound)
  ///       store(engine.drainFlows(), engine.drainAnomalies())
  ///     }
  ///     engine.finish(reason: .shutdown, through: .last)
  public func finish(reason: FlowEndReason, through bound: FlowOrder) {
    core.pointee.finish(reason: reason, through: bound)
  }

  /// The first `limit` of the flows still open, in the order in which they began.
  public func nextToClose(_ limit: Int) -> [FlowOrder] { core.pointee.nextToClose(limit) }

  /// Where `limit` of the flows still open end, in the order in which they began: a bound for ``finish(reason:through:)``. Nil if
  /// there are no more than that.
  public func boundToClose(_ limit: Int) -> FlowOrder? { core.pointee.boundToClose(limit) }

  /// The flows that ended since the last call.
  public func drainFlows() -> [FlowRecord] {
    var out: [FlowRecord] = []
    swap(&out, &core.pointee.flowRecords)
    return out
  }

  /// The anomalies found since the last call, those of the packets themselves included.
  public func drainAnomalies() -> [AnomalyRecord] {
    var out: [AnomalyRecord] = []
    swap(&out, &core.pointee.anomalyRecords)
    return out
  }

  /// As ``drainFlows()`` and ``drainAnomalies()``, for whoever drains often: takes what there is in exchange for two empty lists,
  /// whose room is used on.
  public func exchange(flows: inout [FlowRecord], anomalies: inout [AnomalyRecord]) {
    swap(&flows, &core.pointee.flowRecords)
    swap(&anomalies, &core.pointee.anomalyRecords)
  }

  /// Records that wait to be drained.
  public var pendingRecords: Int { core.pointee.flowRecords.count + core.pointee.anomalyRecords.count }

  public var counters: FlowCounters { core.pointee.counters }

  /// The hard caps reached so far, each once.
  public var reachedCaps: [ReachedCap] { core.pointee.reachedCaps }
}
