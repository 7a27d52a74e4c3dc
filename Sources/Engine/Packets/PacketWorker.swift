/// One packet worker: a decoder, a flow table and dissectors that nobody else touches.

import Capture
import Catalog
import Evidence
import Flows
import Inspection
import Packets

final class PacketWorker {
  private var decoder: PacketDecoder
  /// Packets on their way: decoded, and waiting for the memory of their flow. Allocated and freed with the worker.
  private let packets: UnsafeMutablePointer<Packet>
  let flows: FlowEngine
  let inspector: Inspector?
  /// Transactions that the batches drained so far have counted.
  private var transactionsDrained: UInt64 = 0

  /// Steps between decoding a packet and processing it: as many places in `packets`, a power of two.
  private static let steps = 8

  init(options: FlowOptions, inspector: Inspector?) {
    decoder = PacketDecoder(options: options.decoder)
    packets = .allocate(capacity: Self.steps)
    packets.initialize(repeating: Packet(), count: Self.steps)
    flows = FlowEngine(options: options, consumer: inspector)
    self.inspector = inspector
  }

  deinit { packets.deallocate() }

  /// What `packets.checksums: auto` did.
  var checksumPolicy: ChecksumPolicy { decoder.checksumPolicy }

  /// Flows from which on the table no longer fits the processor's caches, so that waiting for it is what costs.
  private static let manyFlows: UInt64 = 1 << 15

  func process(_ frames: ArraySlice<FrameView>) { frames.withUnsafeBufferPointer { process($0) } }

  /// Takes frames in order. The decoder is claimed once for all of them, not once a frame.
  func process(_ frames: UnsafeBufferPointer<FrameView>) {
    if flows.counters.flows > Self.manyFlows {
      PacketWorker.processAhead(frames, &decoder, packets, flows, inspector)
    } else {
      PacketWorker.process(frames, &decoder, packets, flows, inspector)
    }
  }

  private static func process(
    _ frames: UnsafeBufferPointer<FrameView>, _ decoder: inout PacketDecoder, _ packet: UnsafeMutablePointer<Packet>,
    _ flows: FlowEngine, _ inspector: Inspector?
  ) {
    for frame in frames {
      decoder.decode(
        frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
        wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, interface: frame.interface,
        into: &packet.pointee)
      repeat {
        flows.process(&packet.pointee, frame: frame.bytes)
      } while decoder.decodeInner(frame.bytes, into: &packet.pointee)
      if let inspector, inspector.hasInnerPackets { followInner(&decoder, flows, inspector) }
    }
  }

  /// Decodes frames some steps ahead of tracking them: on the way to its turn, a packet's place in the flow table, its flow
  /// and what hangs on that are asked for, one after the other, and are there when they are needed.
  private static func processAhead(
    _ frames: UnsafeBufferPointer<FrameView>, _ decoder: inout PacketDecoder, _ packets: UnsafeMutablePointer<Packet>,
    _ flows: FlowEngine, _ inspector: Inspector?
  ) {
    var hints = InlineArray<8, UInt32>(repeating: 0)
    for step in 0..<frames.count &+ steps &- 1 {
      if step < frames.count {
        let frame = frames[step]
        let place = step & (steps - 1)
        decoder.decode(
          frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
          wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, interface: frame.interface,
          into: &packets[place])
        hints[place] = flows.hint(packets + place)
      }
      if step >= 2, step &- 2 < frames.count {
        let place = (step &- 2) & (steps - 1)
        hints[place] = flows.hintFlow(hints[place])
      }
      if step >= 4, step &- 4 < frames.count { flows.hintSession(hints[(step &- 4) & (steps - 1)]) }
      if step >= 6, step &- 6 < frames.count { flows.hintConsumer(hints[(step &- 6) & (steps - 1)]) }
      let due = step &- (steps &- 1)
      guard due >= 0 else { continue }
      let packet = packets + (due & (steps - 1))
      let frame = frames[due]
      repeat {
        flows.process(&packet.pointee, frame: frame.bytes)
      } while decoder.decodeInner(frame.bytes, into: &packet.pointee)
      if let inspector, inspector.hasInnerPackets { followInner(&decoder, flows, inspector) }
    }
  }

  /// Tracks the packets that dissectors took out of flows, and those that come out of them in turn, up to the depth that the
  /// decoder allows.
  @inline(never)
  private static func followInner(_ decoder: inout PacketDecoder, _ flows: FlowEngine, _ inspector: Inspector) {
    var packet = Packet()
    for depth in 0..<UInt8(clamping: decoder.options.tunnelDepth) {
      for one in inspector.takeInnerPackets() {
        one.bytes.withUnsafeBytes { bytes in
          decoder.decodeHandedBack(
            bytes, outer: (NetworkAddress(one.client), NetworkAddress(one.server)), depth: depth + 1,
            time: one.time, number: one.number, into: &packet)
          repeat {
            flows.process(&packet, frame: bytes)
          } while decoder.decodeInner(bytes, into: &packet)
        }
      }
    }
    inspector.leave(inspector.takeInnerPackets())
  }

  /// Sets the clock, which ends what is due: flows, and the time that versions of dissectors have to drain.
  func advance(to time: Int64) {
    flows.advance(to: time)
    inspector?.settlePlaces(at: time)
  }

  private var open: [FlowOrder] = []

  /// Sets the clock to a time, `.min` for none, and lists the flows still open then: those that `finish` will close.
  func list(at time: Int64) {
    if time > .min { flows.advance(to: time) }
    if let inspector, inspector.hasInnerPackets { PacketWorker.followInner(&decoder, flows, inspector) }
    open = flows.nextToClose(.max)
  }

  /// The list that ``list(at:)`` made, in the order in which the flows began. It is not kept: of a full table it is long.
  func takeList() -> [FlowOrder] {
    var list: [FlowOrder] = []
    swap(&list, &open)
    return list
  }

  /// Closes flows, as the capture is over: packets that sessions still hand back are followed no more.
  func finish(reason: FlowEndReason, through bound: FlowOrder) {
    flows.finish(reason: reason, through: bound)
    if let inspector, inspector.hasInnerPackets { inspector.leave(inspector.takeInnerPackets()) }
  }

  /// Hands over what was found since the last time, in exchange for an empty batch.
  func exchange(_ batch: inout WireBatch) {
    if let inspector, inspector.hasInnerPackets { PacketWorker.followInner(&decoder, flows, inspector) }
    flows.exchange(flows: &batch.flows, anomalies: &batch.anomalies)
    if let inspector {
      inspector.exchange(transactions: &batch.transactions, adding: &batch.anomalies)
      batch.transactionCount = inspector.counters.transactions &- transactionsDrained
      transactionsDrained = inspector.counters.transactions
    }
  }
}
