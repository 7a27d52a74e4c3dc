/// One packet worker: a decoder, a flow table and dissectors that nobody else touches.

import Capture
import Catalog
import Evidence
import Flows
import Inspection
import Packets

/// What wire records a stretch of a capture gave, in the order in which they are written out.
public struct WireBatch: Sendable {
  public var flows: [FlowRecord] = []
  public var transactions: [TransactionRecord] = []
  public var anomalies: [AnomalyRecord] = []

  public init() {}

  public var isEmpty: Bool { flows.isEmpty && transactions.isEmpty && anomalies.isEmpty }

  mutating func append(_ other: WireBatch) {
    flows += other.flows
    transactions += other.transactions
    anomalies += other.anomalies
  }

  /// The order of output: by packet number, then by what does not depend on which worker it was.
  mutating func sort() {
    flows.sort { a, b in a.firstPacket != b.firstPacket ? a.firstPacket < b.firstPacket : a.id < b.id }
    transactions.sort { a, b in
      if a.time != b.time { return a.time < b.time }
      return a.flow != b.flow ? a.flow < b.flow : a.ordinal < b.ordinal
    }
    anomalies.sort { a, b in
      if a.packet != b.packet { return a.packet < b.packet }
      if a.time != b.time { return a.time < b.time }
      if a.name.id != b.name.id { return a.name.id < b.name.id }
      if a.flow != b.flow { return (a.flow?.rawValue ?? 0) < (b.flow?.rawValue ?? 0) }
      return (a.offset ?? 0) < (b.offset ?? 0)
    }
  }
}

final class PacketWorker {
  private var decoder: PacketDecoder
  private var packet = Packet()
  let flows: FlowEngine
  let inspector: Inspector?

  init(options: FlowOptions, inspector: Inspector?) {
    decoder = PacketDecoder(options: options.decoder)
    flows = FlowEngine(options: options, consumer: inspector)
    self.inspector = inspector
  }

  /// Takes frames in order. Decoder and packet are claimed once for all of them, not once a frame.
  func process(_ frames: ArraySlice<FrameView>) {
    PacketWorker.process(frames, &decoder, &packet, flows)
  }

  private static func process(
    _ frames: ArraySlice<FrameView>, _ decoder: inout PacketDecoder, _ packet: inout Packet, _ flows: FlowEngine
  ) {
    for frame in frames {
      decoder.decode(
        frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
        wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, into: &packet)
      repeat {
        flows.process(&packet, frame: frame.bytes)
      } while decoder.decodeInner(frame.bytes, into: &packet)
    }
  }

  func drain() -> WireBatch {
    var batch = WireBatch()
    batch.flows = flows.drainFlows()
    batch.anomalies = flows.drainAnomalies()
    if let inspector {
      batch.transactions = inspector.drainTransactions()
      batch.anomalies += inspector.drainAnomalies()
    }
    return batch
  }
}
