/// One packet worker: a decoder, a flow table and dissectors that nobody else touches.

import Capture
import Catalog
import Evidence
import Flows
import Inspection
import Packets

final class PacketWorker {
  private var decoder: PacketDecoder
  private var packet = Packet()
  let flows: FlowEngine
  let inspector: Inspector?
  /// Transactions that the batches drained so far have counted.
  private var transactionsDrained: UInt64 = 0

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
        wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, interface: frame.interface,
        into: &packet)
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
      batch.transactionCount = inspector.counters.transactions &- transactionsDrained
      transactionsDrained = inspector.counters.transactions
      batch.anomalies += inspector.drainAnomalies()
    }
    return batch
  }
}
