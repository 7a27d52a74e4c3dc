/// The bytes of one direction that no session has consumed yet, with the packets that brought them.

import PluginHost

/// A view over two blocks of a ``BlockPool``: bytes, and marks in rising order of offset. Invariants: `count` bytes from
/// `start` on are initialised and lie within `capacity`; `offset` is the stream offset of the first; with bytes there
/// is at least one mark, and the first mark is at or before `offset`. Owned by the flow, freed with `release`.
struct PendingBytes {
  /// Marks beyond this are thinned out: every second one goes, and `when` gets coarser.
  static let maxMarks = 1024

  private(set) var offset: UInt64 = 0
  private var block: UnsafeMutableRawPointer?
  private var marksBlock: UnsafeMutablePointer<ByteMark>?
  // Narrow, for there are two of these to each flow: a block has at most 32 MiB, and marks are at most `maxMarks`.
  @Narrow<UInt32> private(set) var count = 0
  @Narrow<UInt32> private var capacity = 0
  @Narrow<UInt32> private var start = 0
  @Narrow<UInt16> private var marksCapacity = 0
  @Narrow<UInt16> private var marksStart = 0
  @Narrow<UInt16> private var marksCount = 0

  var isEmpty: Bool { count == 0 }
  var end: UInt64 { offset &+ UInt64(count) }
  var bytes: UnsafeRawBufferPointer {
    guard let block else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: block + start, count: count)
  }
  var marks: ByteMarks {
    guard let marksBlock else { return ByteMarks() }
    return ByteMarks(start: marksBlock + marksStart, count: marksCount)
  }

  /// Adds bytes that follow those that are there, brought by a packet. False where there is no memory.
  mutating func append(_ more: UnsafeRawBufferPointer, at moreOffset: UInt64, _ mark: ByteMark, _ pool: BlockPool)
    -> Bool
  {
    guard let source = more.baseAddress, more.count > 0 else { return true }
    guard room(for: more.count, pool), roomForMark(pool), let block, let marksBlock else { return false }
    if count == 0 { offset = moreOffset }
    (block + start + count).copyMemory(from: source, byteCount: more.count)
    count += more.count
    let last = marksStart + marksCount
    // Bytes of the packet before need no mark of their own.
    if marksCount == 0 || marksBlock[last - 1].packet != mark.packet {
      marksBlock[last] = mark
      marksCount += 1
    }
    return true
  }

  /// Forgets the first bytes. Memory goes back once all are gone.
  mutating func drop(_ bytes: Int, _ pool: BlockPool) {
    guard bytes < count else {
      release(pool)
      return
    }
    start += bytes
    count -= bytes
    offset &+= UInt64(bytes)
    guard let marksBlock else { return }
    while marksCount > 1, marksBlock[marksStart + 1].offset <= offset {
      marksStart += 1
      marksCount -= 1
    }
  }

  mutating func release(_ pool: BlockPool) {
    if let block { pool.give(block, capacity) }
    if let marksBlock { pool.give(UnsafeMutableRawPointer(marksBlock), marksCapacity * MemoryLayout<ByteMark>.stride) }
    offset &+= UInt64(count)
    block = nil
    marksBlock = nil
    (count, capacity, start, marksCapacity, marksStart, marksCount) = (0, 0, 0, 0, 0, 0)
  }

  private mutating func room(for more: Int, _ pool: BlockPool) -> Bool {
    if start + count + more <= capacity { return true }
    if let block, start > 0, count + more <= capacity {
      block.copyMemory(from: block + start, byteCount: count)
      start = 0
      return true
    }
    guard let size = BlockPool.blockSize(count + more), let larger = pool.take(size) else { return false }
    if let block {
      larger.copyMemory(from: block + start, byteCount: count)
      pool.give(block, capacity)
    }
    block = larger
    capacity = size
    start = 0
    return true
  }

  private mutating func roomForMark(_ pool: BlockPool) -> Bool {
    if marksStart + marksCount < marksCapacity { return true }
    if let marks = marksBlock, marksStart > 0 {
      marks.update(from: marks + marksStart, count: marksCount)
      marksStart = 0
      return true
    }
    if let marks = marksBlock, marksCount >= Self.maxMarks {
      // The earlier of each pair stays: `when` then tells a packet a little too early, never too late.
      for at in 0..<marksCount / 2 { marks[at] = marks[at * 2] }
      marksCount /= 2
      return true
    }
    let wanted = max(20, marksCapacity * 2)
    guard let size = BlockPool.blockSize(wanted * MemoryLayout<ByteMark>.stride), let raw = pool.take(size) else {
      return false
    }
    let larger = raw.bindMemory(to: ByteMark.self, capacity: size / MemoryLayout<ByteMark>.stride)
    if let marks = marksBlock {
      larger.update(from: marks + marksStart, count: marksCount)
      pool.give(UnsafeMutableRawPointer(marks), marksCapacity * MemoryLayout<ByteMark>.stride)
    }
    marksBlock = larger
    // Given back by the same size: the block's whole number of marks has the same block size.
    marksCapacity = size / MemoryLayout<ByteMark>.stride
    marksStart = 0
    return true
  }
}

/// An `Int` kept in fewer bytes. What does not fit is cut off: for numbers whose bounds are known.
@propertyWrapper
struct Narrow<Storage: FixedWidthInteger & BitwiseCopyable>: BitwiseCopyable {
  private var stored: Storage

  init(wrappedValue: Int) { stored = Storage(truncatingIfNeeded: wrappedValue) }

  var wrappedValue: Int {
    get { Int(stored) }
    set { stored = Storage(truncatingIfNeeded: newValue) }
  }
}
