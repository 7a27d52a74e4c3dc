import Catalog
import Evidence
import Packets

#if canImport(Glibc)
  import Glibc
#endif

/// Reassembly: bytes to the consumer in order and once each, straight from the packet where nothing is missing before them.
extension FlowCore {
  /// The largest hole before bytes that wait that is handed on as a gap when the flow ends.
  private static let believableGap: UInt64 = 16 << 20

  /// Both sides of a session are known to be there, or one of them is a stray.
  mutating func meet(_ segment: Segment) {
    let flow = segment.flow
    if segment.has(.rst) {
      if flow.pointee.marks.contains(.provisional) {
        flow.pointee.marks.remove(.provisional)
        if !flow.pointee.marks.contains(.strayReported) { noteStray(flow, segment.seen, reset: false) }
      }
      return
    }
    if !segment.has(.syn), !flow.pointee.marks.contains(.provisional) { flow.pointee.marks.insert(.answerDue) }
    guard segment.session.pointee.firstSeen == 3 else {
      // For so long the other side may be late; then the segments are of no session that this capture sees.
      if flow.pointee.marks.contains(.provisional), !flow.pointee.marks.contains(.strayReported),
        segment.seen.time &- flow.pointee.start > options.timeouts.midstream
      {
        noteStray(flow, segment.seen, reset: false)
      }
      return
    }
    if flow.pointee.marks.contains(.provisional) {
      flow.pointee.marks.remove(.provisional)
      note(.tcpMidstream, flow, segment.seen)
    }
    if flow.pointee.marks.contains(.held) {
      flow.pointee.marks.remove(.held)
      drain(flow, segment.session, .toServer, segment.seen)
      drain(flow, segment.session, .toClient, segment.seen)
    }
  }

  /// The payload of a segment that may enter its stream.
  @inline(__always)
  mutating func receive(_ segment: Segment, _ packet: inout Packet, _ frame: UnsafeRawBufferPointer) {
    let sender = segment.sender
    var bytes = payload(of: &packet, frame)
    let first = segment.sequence &+ UInt32(segment.flags.rawValue >> 1 & 1)
    var offset = sender.pointee.offset(of: first)
    let wireEnd = offset &+ Int64(segment.length)
    let next = Int64(bitPattern: sender.pointee.nextOffset)
    if !segment.flow.pointee.marks.contains(.answerDue), !segment.has(.syn),
      !segment.flow.pointee.marks.contains(.provisional)
    {
      segment.flow.pointee.marks.insert(.answerDue)
    }
    if offset < next {
      // Delivered before, or before the stream: compare, and go on with what is new.
      if sender.pointee.retainedHead != .none { compareRetained(segment, offset, bytes) }
      let old = Int(min(next &- offset, Int64(bytes.count)))
      bytes = UnsafeRawBufferPointer(rebasing: bytes[old...])
      offset = offset &+ Int64(old)
      if bytes.isEmpty, wireEnd <= next { return countRepeat(segment) }
    }
    if offset == next, sender.pointee.pendingHead == .none, !segment.flow.pointee.marks.contains(.held) {
      if !bytes.isEmpty {
        hand(segment.flow, sender, segment.direction, bytes, segment.seen)
        sender.pointee.nextOffset = UInt64(bitPattern: offset &+ Int64(bytes.count))
        retain(sender, UInt64(bitPattern: offset), bytes)
      }
    } else if !bytes.isEmpty {
      if offset > next { counters.outOfOrder &+= 1 }
      wait(segment, offset, bytes)
      if !segment.flow.pointee.marks.contains(.held) {
        drain(segment.flow, segment.session, segment.direction, segment.seen)
      }
    }
    // What the capture cut off will never come, unless it is sent again.
    if packet.payloadLength < packet.wirePayloadLength, !segment.flow.pointee.marks.contains(.held),
      sender.pointee.pendingHead == .none
    {
      let cut = wireEnd &- Int64(bitPattern: sender.pointee.nextOffset)
      if cut > 0, cut <= Int64(segment.length) {
        skip(segment.flow, sender, segment.direction, to: UInt64(bitPattern: wireEnd))
      }
    }
  }

  /// A segment without a new byte, and no keep-alive: what filled a hole was late, and no retransmission that we can tell.
  private mutating func countRepeat(_ segment: Segment) {
    let sender = segment.sender
    guard segment.length > 1, sender.pointee.repeats < .max else { return }
    sender.pointee.repeats &+= 1
    if Int(sender.pointee.repeats) &+ Int(segment.receiver.pointee.repeats) == options.retransmissionLimit &+ 1 {
      note(.tcpRetransmissionExcess, segment.flow, segment.seen)
    }
  }

  /// The receiver of these bytes acknowledged the peer's bytes up to there: what is missing of them will not come.
  @inline(__always)
  mutating func acknowledged(_ segment: Segment) {
    // The stream that is acknowledged is the other direction's.
    let stream = segment.receiver
    guard stream.pointee.state != .inactive else { return }
    var end = stream.pointee.offset(of: segment.acknowledgement)
    if stream.pointee.marks.contains(.finKnown) {
      end = min(end, stream.pointee.offset(of: stream.pointee.finSequence))
    }
    if end > Int64(bitPattern: stream.pointee.nextOffset), !segment.flow.pointee.marks.contains(.held) {
      fill(segment, to: UInt64(bitPattern: end))
    }
    while stream.pointee.retainedHead != .none {
      let head = stream.pointee.retainedHead
      let block = buffers[head]
      guard Int64(bitPattern: block.pointee.offset) &+ Int64(block.pointee.length) <= end else { break }
      stream.pointee.retainedHead = block.pointee.next
      if block.pointee.next == .none { stream.pointee.retainedTail = .none }
      buffers.release(head)
      stream.pointee.blocks &-= 1
    }
  }

  /// Bytes up to `end` were acknowledged and some of them never seen.
  private mutating func fill(_ segment: Segment, to end: UInt64) {
    let stream = segment.receiver
    // The numbering of a session picked up in the middle begins with a guess that may be one byte off.
    if segment.session.pointee.isPartial, end <= 1 { return }
    let sound = isSound(segment.sender) && isSound(stream)
    let flow = segment.flow
    let direction = segment.direction.opposite
    var seen = segment.seen
    seen.direction = direction
    while stream.pointee.nextOffset < end {
      let head = stream.pointee.pendingHead
      let stop = head == .none ? end : min(end, buffers[head].pointee.offset)
      if stop > stream.pointee.nextOffset {
        if sound {
          segment.session.pointee.history.scaled(UInt8(ascii: "G"), direction, count: &stream.pointee.gaps)
          note(.tcpSequenceGap, flow, seen, offset: stream.pointee.nextOffset)
          flow.pointee.marks.insert(.lossy)
        }
        skip(flow, stream, direction, to: stop)
      }
      if head != .none { drain(flow, segment.session, direction, seen) }
    }
  }

  /// Established, or closing after that: only then is a gap more than a wrong guess about where streams begin.
  private func isSound(_ endpoint: UnsafeMutablePointer<TCPEndpoint>) -> Bool {
    endpoint.pointee.state == .established
      || (endpoint.pointee.state == .closed && endpoint.pointee.previousState == .established)
  }

  /// Moves on over bytes that are not there.
  mutating func skip(
    _ flow: UnsafeMutablePointer<FlowState>, _ stream: UnsafeMutablePointer<TCPEndpoint>, _ direction: Direction,
    to end: UInt64,
    missed: Bool = true
  ) {
    let start = stream.pointee.nextOffset
    guard end > start else { return }
    stream.pointee.nextOffset = end
    stream.pointee.marks.insert(.afterGap)
    if missed {
      add(SideTotals(payloadOrMissed: end - start), to: flow, direction)
      counters.gaps &+= 1
      counters.gapBytes &+= end - start
    }
    // What lies behind the FIN is no part of the stream.
    if flow.pointee.marks.contains(.stopped) || stream.pointee.marks.contains(.ended) { return }
    if !flow.pointee.marks.contains(.opened), !announce(flow) { return }
    guard flow.pointee.token != 0, let consumer else { return }
    if !consumer.call({ $0.gap(flow.pointee.token, direction, offset: start, length: end - start) }) {
      flow.pointee.marks.insert(.stopped)
    }
  }

  /// Hands bytes to the consumer; `nextOffset` is their offset.
  @inline(__always)
  mutating func hand(
    _ flow: UnsafeMutablePointer<FlowState>, _ stream: UnsafeMutablePointer<TCPEndpoint>, _ direction: Direction,
    _ bytes: UnsafeRawBufferPointer, _ seen: Sighting
  ) {
    counters.streamBytes &+= UInt64(bytes.count)
    // Behind its FIN a host has nothing to say, and whoever says it is not the host.
    if flow.pointee.marks.contains(.stopped) || stream.pointee.marks.contains(.ended) { return }
    var bytes = bytes
    if options.depth != 0 {
      let offset = stream.pointee.nextOffset
      if offset &+ UInt64(bytes.count) > options.depth {
        if !stream.pointee.marks.contains(.depthReached) {
          stream.pointee.marks.insert(.depthReached)
          var seen = seen
          seen.direction = direction
          note(.tcpDepthReached, flow, seen, offset: options.depth)
        }
        guard offset < options.depth else { return }
        bytes = UnsafeRawBufferPointer(rebasing: bytes[..<Int(options.depth - offset)])
      }
    }
    guard let consumer else { return }
    if !flow.pointee.marks.contains(.opened), !announce(flow) { return }
    let afterGap = stream.pointee.marks.contains(.afterGap)
    if afterGap { stream.pointee.marks.remove(.afterGap) }
    let isWanted = consumer.call {
      $0.data(
        flow.pointee.token, direction, offset: stream.pointee.nextOffset, bytes, afterGap: afterGap,
        packet: PacketMark(time: seen.time, number: seen.number))
    }
    if !isWanted { flow.pointee.marks.insert(.stopped) }
  }

  // MARK: - The end

  /// Tells the consumer that a direction is complete once its FIN is reached.
  @inline(__always)
  mutating func finishDirection(
    _ flow: UnsafeMutablePointer<FlowState>, _ session: UnsafeMutablePointer<TCPState>, _ direction: Direction
  ) {
    let stream = session.sender(direction)
    guard stream.pointee.marks.isSuperset(of: .finKnown), !stream.pointee.marks.contains(.ended),
      !flow.pointee.marks.contains(.held)
    else { return }
    guard stream.pointee.offset(of: stream.pointee.finSequence) <= Int64(bitPattern: stream.pointee.nextOffset) else {
      return
    }
    guard flow.pointee.token != 0, let consumer else { return }
    stream.pointee.marks.insert(.ended)
    consumer.call { $0.end(flow.pointee.token, direction) }
  }

  /// The flow is over: what still waits goes out after the gap before it, and the blocks go back.
  mutating func finishStreams(_ flow: UnsafeMutablePointer<FlowState>) {
    let session = sessions[flow.pointee.tcp]
    for direction in Direction.allCases {
      let stream = session.sender(direction)
      let seen = Sighting(time: flow.pointee.last, number: flow.pointee.lastPacket, direction: direction)
      if !flow.pointee.marks.contains(.held) {
        // Of a session that the capture lost packets of it says nothing.
        if stream.pointee.pendingHead != .none, !flow.pointee.marks.contains(.lossy) {
          note(.tcpPendingDataAtClose, flow, seen, offset: stream.pointee.nextOffset)
        }
        while stream.pointee.pendingHead != .none {
          // What was never acknowledged may never have been sent: a far number is more likely wrong than a far gap.
          let offset = buffers[stream.pointee.pendingHead].pointee.offset
          if offset &- stream.pointee.nextOffset > Self.believableGap { break }
          skip(flow, stream, direction, to: offset, missed: false)
          drain(flow, session, direction, seen)
        }
      }
      releaseBlocks(stream)
    }
    // The streams of both sides end together, and after the last byte of either.
    for direction in Direction.allCases {
      let stream = session.sender(direction)
      if flow.pointee.token != 0, !stream.pointee.marks.contains(.ended), let consumer {
        consumer.call { $0.end(flow.pointee.token, direction) }
      }
    }
  }

  mutating func releaseBlocks(_ stream: UnsafeMutablePointer<TCPEndpoint>) {
    buffers.releaseList(stream.pointee.retainedHead)
    buffers.releaseList(stream.pointee.pendingHead)
    stream.pointee.retainedHead = .none
    stream.pointee.retainedTail = .none
    stream.pointee.pendingHead = .none
    stream.pointee.pendingTail = .none
    stream.pointee.blocks = 0
  }
}
