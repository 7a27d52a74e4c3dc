import Catalog
import Packets

#if canImport(Glibc)
  import Glibc
#endif

/// Bytes that came before those in front of them: they wait in a list of blocks, in the order of their offsets and with no two
/// over each other. Of bytes that come twice the receiver's overlap policy keeps one.
extension FlowCore {
  /// Blocks that a direction may have waiting while it is not known whether its session is real.
  private static let heldBlocks = 32

  /// Keeps bytes until those before them come.
  mutating func wait(_ segment: Segment, _ start: Int64, _ bytes: UnsafeRawBufferPointer) {
    let stream = segment.sender
    let flow = segment.flow
    let held = flow.pointee.marks.contains(.held)
    let limit =
      held ? Self.heldBlocks : max(2, options.limits.streamBufferPerDirection / MemoryLayout<StreamBlock>.stride)
    if Int(stream.pointee.blocks) &+ bytes.count / StreamBlock.room &+ 1 > min(limit, Int(UInt16.max) - 64) {
      if held {
        counters.oneSidedNotKept &+= 1
        return
      }
      counters.streamBufferGivenUp &+= 1
      reached(.streamBufferPerDirection)
      releaseRetained(stream)
      if stream.pointee.pendingHead != .none {
        giveUpHole(segment)
      } else if start > Int64(bitPattern: stream.pointee.nextOffset) {
        skip(segment.flow, stream, segment.direction, to: UInt64(bitPattern: start))
      }
    }
    let end = start &+ Int64(bytes.count)
    var at = max(start, Int64(bitPattern: stream.pointee.nextOffset))
    var previous = UInt32.none
    var block = stream.pointee.pendingHead
    // Most come behind all that wait.
    if stream.pointee.pendingTail != .none {
      let tail = buffers[stream.pointee.pendingTail]
      if Int64(bitPattern: tail.pointee.offset) &+ Int64(tail.pointee.length) <= at {
        previous = stream.pointee.pendingTail
        block = .none
      }
    }
    var differsAt: Int64?
    let policy = overlapTargets.policy(of: segment.direction == .toServer ? flow.pointee.server : flow.pointee.client)
    while at < end {
      if block == .none {
        _ = insert(segment, from: at, to: end, start, bytes, after: previous, policy)
        break
      }
      let b = buffers[block]
      let blockStart = Int64(bitPattern: b.pointee.offset)
      let blockEnd = blockStart &+ Int64(b.pointee.length)
      if blockEnd <= at {
        previous = block
        block = b.pointee.next
      } else if blockStart > at {
        let stop = min(end, blockStart)
        previous = insert(segment, from: at, to: stop, start, bytes, after: previous, policy)
        if previous == .none { break }
        at = stop
      } else {
        let stop = min(end, blockEnd)
        let there = buffers.data(block) + Int(at - blockStart)
        if let base = bytes.baseAddress {
          if differsAt == nil, memcmp(there, base + Int(at - start), Int(stop - at)) != 0 { differsAt = at }
          let earlier = Int(blockStart) &+ Int(b.pointee.segmentStart)..<Int(blockStart) &+ Int(b.pointee.segmentEnd)
          if policy.laterSegmentWins(earlier: earlier, later: Int(start)..<Int(end)) {
            block = isolate(block, Int(at - blockStart)..<Int(stop - blockStart), stream)
            let own = buffers[block]
            let origin = Int64(bitPattern: own.pointee.offset)
            memcpy(buffers.data(block) + Int(at - origin), base + Int(at - start), Int(stop - at))
            own.pointee.segmentStart = Int32(truncatingIfNeeded: start - origin)
            own.pointee.segmentEnd = Int32(truncatingIfNeeded: end - origin)
          }
        }
        at = stop
        previous = block
        block = buffers[block].pointee.next
      }
    }
    if let differsAt { note(.tcpOverlapDifferentData, flow, segment.seen, offset: UInt64(bitPattern: differsAt)) }
  }

  /// Makes a range of a block's bytes a block of its own, so that it can have another segment's bounds, and returns its
  /// number. Where there is no room for that it stays in its block.
  private mutating func isolate(_ block: UInt32, _ range: Range<Int>, _ stream: UnsafeMutablePointer<TCPEndpoint>)
    -> UInt32
  {
    if range.upperBound < Int(buffers[block].pointee.length) { _ = split(block, at: range.upperBound, stream) }
    return range.lowerBound > 0 ? split(block, at: range.lowerBound, stream) : block
  }

  /// Cuts a waiting block in two and returns the second, or the whole where there is no room.
  private mutating func split(_ block: UInt32, at cut: Int, _ stream: UnsafeMutablePointer<TCPEndpoint>) -> UInt32 {
    let bytes = UnsafeRawBufferPointer(rebasing: buffers.bytes(of: block)[cut...])
    guard stream.pointee.blocks < .max,
      let new = buffers.make(bytes, offset: buffers[block].pointee.offset &+ UInt64(cut))
    else { return block }
    let whole = buffers[block]
    let second = buffers[new]
    second.pointee.segmentStart = whole.pointee.segmentStart &- Int32(truncatingIfNeeded: cut)
    second.pointee.segmentEnd = whole.pointee.segmentEnd &- Int32(truncatingIfNeeded: cut)
    second.pointee.next = whole.pointee.next
    whole.pointee.next = new
    whole.pointee.length = UInt32(truncatingIfNeeded: cut)
    if second.pointee.next == .none { stream.pointee.pendingTail = new }
    stream.pointee.blocks &+= 1
    return new
  }

  /// Puts blocks for a range of a segment behind a block of the list. Returns the last of them, `.none` if there was no room.
  private mutating func insert(
    _ segment: Segment, from: Int64, to: Int64, _ start: Int64, _ bytes: UnsafeRawBufferPointer, after previous: UInt32,
    _ policy: OverlapPolicy
  ) -> UInt32 {
    let stream = segment.sender
    var previous = previous
    var at = from
    // Where the bounds of segments decide nothing, small ones share a block.
    if policy == .first || policy == .last {
      if previous != .none, buffers.end(of: previous) == UInt64(bitPattern: from) {
        at += Int64(
          buffers.extend(previous, with: UnsafeRawBufferPointer(rebasing: bytes[Int(from - start)..<Int(to - start)])))
      }
      let next = previous == .none ? stream.pointee.pendingHead : buffers[previous].pointee.next
      if at < to, next != .none, buffers[next].pointee.offset == UInt64(bitPattern: to),
        buffers.prepend(next, with: UnsafeRawBufferPointer(rebasing: bytes[Int(at - start)..<Int(to - start)]))
      {
        return next
      }
    }
    while at < to {
      let part = UnsafeRawBufferPointer(
        rebasing: bytes[Int(at - start)..<min(Int(to - start), Int(at - start) + StreamBlock.room)])
      guard stream.pointee.blocks < .max, let new = buffers.make(part, offset: UInt64(bitPattern: at)) else {
        counters.streamBufferGivenUp &+= 1
        reached(.streamBuffer)
        if !segment.flow.pointee.marks.contains(.held), stream.pointee.pendingHead != .none { giveUpHole(segment) }
        return .none
      }
      buffers[new].pointee.segmentStart = Int32(truncatingIfNeeded: start - at)
      buffers[new].pointee.segmentEnd = Int32(truncatingIfNeeded: start + Int64(bytes.count) - at)
      let next = previous == .none ? stream.pointee.pendingHead : buffers[previous].pointee.next
      buffers[new].pointee.next = next
      if previous == .none { stream.pointee.pendingHead = new } else { buffers[previous].pointee.next = new }
      if next == .none { stream.pointee.pendingTail = new }
      stream.pointee.blocks &+= 1
      previous = new
      at += Int64(part.count)
    }
    return previous
  }

  /// The bytes that are missing are given up, so that those behind them can go.
  mutating func giveUpHole(_ segment: Segment) {
    let stream = segment.sender
    guard stream.pointee.pendingHead != .none else { return }
    note(.tcpSequenceGap, segment.flow, segment.seen, offset: stream.pointee.nextOffset)
    skip(segment.flow, stream, segment.direction, to: buffers[stream.pointee.pendingHead].pointee.offset)
    drain(segment.flow, segment.session, segment.direction, segment.seen)
  }

  /// Hands on what waits and has nothing missing before it.
  mutating func drain(
    _ flow: UnsafeMutablePointer<FlowState>, _ session: UnsafeMutablePointer<TCPState>, _ direction: Direction,
    _ seen: Sighting
  ) {
    let stream = session.sender(direction)
    while stream.pointee.pendingHead != .none {
      let head = stream.pointee.pendingHead
      let block = buffers[head]
      guard block.pointee.offset <= stream.pointee.nextOffset else { return }
      stream.pointee.pendingHead = block.pointee.next
      if block.pointee.next == .none { stream.pointee.pendingTail = .none }
      let old = stream.pointee.nextOffset - block.pointee.offset
      if old < UInt64(block.pointee.length) {
        let bytes = UnsafeRawBufferPointer(rebasing: buffers.bytes(of: head)[Int(old)...])
        hand(flow, stream, direction, bytes, seen)
        stream.pointee.nextOffset &+= UInt64(bytes.count)
        block.pointee.next = .none
        appendRetained(stream, head)
      } else {
        buffers.release(head)
        stream.pointee.blocks &-= 1
      }
    }
  }
}
