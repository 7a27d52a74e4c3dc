#if canImport(Glibc)
  import Glibc
#endif

/// Two kibibytes of bytes that wait, linked to what follows them.
struct StreamBlock: BitwiseCopyable {
  static var room: Int { 2024 }

  var next: UInt32
  var length: UInt32
  /// Offset of the first byte in its stream or datagram.
  var offset: UInt64
  /// Where the segment that brought the bytes began and ended, less `offset`: for the overlap policies.
  var segmentStart: Int32
  var segmentEnd: Int32
  var storage: InlineArray<253, UInt64>
}

/// Blocks of bytes from one pool with a hard cap.
///
/// Invariant: a block's `length` is at most `StreamBlock.room`, so that `bytes(of:)` never leaves the block. Lists of
/// blocks belong to whoever holds their heads; a block is in one list only.
struct StreamBuffers: ~Copyable {
  private var slab: Slab<StreamBlock>

  /// - Parameter capacity: bytes, headers included.
  init(capacity: Int) { slab = Slab(capacity: max(1, capacity / MemoryLayout<StreamBlock>.stride)) }

  /// Blocks in use, and the most there may be.
  var count: Int { slab.count }
  var capacity: Int { slab.capacity }
  /// Whether less than an eighth of the pool is left.
  var isShort: Bool { slab.count > slab.capacity - slab.capacity >> 3 }

  @inline(__always)
  subscript(_ index: UInt32) -> UnsafeMutablePointer<StreamBlock> { slab[index] }

  /// The room for a block's bytes.
  @inline(__always)
  func data(_ index: UInt32) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(slab[index]) + 24 }

  @inline(__always)
  func bytes(of index: UInt32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: data(index), count: Int(slab[index].pointee.length))
  }

  /// A block that holds a copy of up to `room` bytes, in no list; nil when the pool is used up.
  mutating func make(_ bytes: UnsafeRawBufferPointer, offset: UInt64) -> UInt32? {
    guard let index = slab.allocate() else { return nil }
    let length = min(bytes.count, StreamBlock.room)
    let block = slab[index]
    block.pointee.next = .none
    block.pointee.length = UInt32(length)
    block.pointee.offset = offset
    block.pointee.segmentStart = 0
    block.pointee.segmentEnd = Int32(length)
    if length > 0, let base = bytes.baseAddress { memcpy(data(index), base, length) }
    return index
  }

  /// Appends bytes to a block that has room; returns how many found it.
  mutating func extend(_ index: UInt32, with bytes: UnsafeRawBufferPointer) -> Int {
    let used = Int(slab[index].pointee.length)
    let length = min(bytes.count, StreamBlock.room - used)
    guard length > 0, let base = bytes.baseAddress else { return 0 }
    memcpy(data(index) + used, base, length)
    slab[index].pointee.length = UInt32(used + length)
    return length
  }

  /// Puts bytes before those of a block, if it has room for all of them.
  mutating func prepend(_ index: UInt32, with bytes: UnsafeRawBufferPointer) -> Bool {
    let used = Int(slab[index].pointee.length)
    guard let base = bytes.baseAddress, bytes.count <= StreamBlock.room - used else { return false }
    memmove(data(index) + bytes.count, data(index), used)
    memcpy(data(index), base, bytes.count)
    slab[index].pointee.length = UInt32(used + bytes.count)
    slab[index].pointee.offset &-= UInt64(bytes.count)
    return true
  }

  /// The offset behind a block's last byte.
  func end(of index: UInt32) -> UInt64 { slab[index].pointee.offset &+ UInt64(slab[index].pointee.length) }

  mutating func release(_ index: UInt32) { slab.release(index) }

  /// Gives back a whole list.
  mutating func releaseList(_ head: UInt32) {
    var at = head
    while at != .none {
      let next = slab[at].pointee.next
      slab.release(at)
      at = next
    }
  }
}
