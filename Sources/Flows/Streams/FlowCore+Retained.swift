import Catalog
import Packets

#if canImport(Glibc)
  import Glibc
#endif

/// Delivered bytes that are kept until they are acknowledged, to compare retransmissions with.
extension FlowCore {
  mutating func appendRetained(_ stream: UnsafeMutablePointer<TCPEndpoint>, _ block: UInt32) {
    if stream.pointee.retainedTail != .none {
      buffers[stream.pointee.retainedTail].pointee.next = block
    } else {
      stream.pointee.retainedHead = block
    }
    stream.pointee.retainedTail = block
  }

  /// Keeps delivered bytes until they are acknowledged: a retransmission with other bytes is an attempt to be seen as
  /// something else than what the host takes.
  @inline(__always)
  mutating func retain(
    _ stream: UnsafeMutablePointer<TCPEndpoint>, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) {
    var rest = bytes
    var offset = offset
    let tail = stream.pointee.retainedTail
    if tail != .none {
      let block = buffers[tail]
      if block.pointee.offset &+ UInt64(block.pointee.length) == offset {
        let taken = buffers.extend(tail, with: rest)
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        offset &+= UInt64(taken)
      }
    }
    while !rest.isEmpty {
      if Int(stream.pointee.blocks) &* MemoryLayout<StreamBlock>.stride >= options.limits.retainedPerDirection {
        // The oldest goes: it is the likeliest to have arrived.
        let head = stream.pointee.retainedHead
        guard head != .none else { return }
        stream.pointee.retainedHead = buffers[head].pointee.next
        if stream.pointee.retainedHead == .none { stream.pointee.retainedTail = .none }
        buffers.release(head)
        stream.pointee.blocks &-= 1
      }
      guard !buffers.isShort, let new = buffers.make(rest, offset: offset) else {
        counters.retentionSkipped &+= 1
        reached(.retransmissionsCompared)
        return
      }
      appendRetained(stream, new)
      stream.pointee.blocks &+= 1
      let taken = Int(buffers[new].pointee.length)
      rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
      offset &+= UInt64(taken)
    }
  }

  mutating func compareRetained(_ segment: Segment, _ start: Int64, _ bytes: UnsafeRawBufferPointer) {
    let end = start &+ Int64(bytes.count)
    var block = segment.sender.pointee.retainedHead
    while block != .none {
      let b = buffers[block]
      let blockStart = Int64(bitPattern: b.pointee.offset)
      let from = max(start, blockStart)
      let to = min(end, blockStart &+ Int64(b.pointee.length))
      // One byte is a keep-alive, whose content means nothing (RFC 9293 §3.8.4).
      if from < to, bytes.count > 1, let base = bytes.baseAddress,
        memcmp(base + Int(from - start), buffers.data(block) + Int(from - blockStart), Int(to - from)) != 0
      {
        note(.tcpOverlapDifferentData, segment.flow, segment.seen, offset: UInt64(bitPattern: from))
        return
      }
      block = b.pointee.next
    }
  }

  mutating func releaseRetained(_ stream: UnsafeMutablePointer<TCPEndpoint>) {
    while stream.pointee.retainedHead != .none {
      let head = stream.pointee.retainedHead
      stream.pointee.retainedHead = buffers[head].pointee.next
      buffers.release(head)
      stream.pointee.blocks &-= 1
    }
    stream.pointee.retainedTail = .none
  }
}
