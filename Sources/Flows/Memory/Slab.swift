import CPrefetch

/// Values of one trivial type in manually managed memory, named by 32-bit numbers that stay valid until they are freed.
///
/// The numbers that were freed last are given out first: their memory is near. Others are given out chunk by chunk, after one the
/// lowest that has any; a chunk of which nothing is in use any more gives its memory back, so that a flood that is over holds none.
///
/// Invariant: `base` has address space for `capacity` elements, or is nil where there was none at all; of each chunk the numbers
/// below `used` were handed out since it had memory; of these each is either in use (handed out by `allocate`, not yet freed), or
/// among the `recent` ones (`live` counts both), or on the chunk's free list, whose links lie in the elements' first four bytes;
/// the memory of the others was not touched since and reads as zero (where the system takes it back: no element is judged by that
/// alone). No chunk below `lowest` has room. Elements are never moved, so that pointers to them hold as long as they are in use.
/// Nothing else in the program frees or moves this memory.
@frozen
public struct Slab<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline
  struct Chunk: BitwiseCopyable {
    @usableFromInline var live: UInt32 = 0
    @usableFromInline var used: UInt32 = 0
    /// The first of the free list, or `.none`.
    @usableFromInline var freeHead = UInt32.none

    init() {}
  }

  /// The most elements that may be in use at once.
  public let capacity: Int
  /// Elements in use.
  @usableFromInline var inUse = 0
  @usableFromInline let base: UnsafeMutableRawPointer?
  @usableFromInline let chunks: UnsafeMutablePointer<Chunk>
  /// Elements of a chunk, as a power of two.
  @usableFromInline let shift: Int
  /// The chunk that numbers are taken from.
  @usableFromInline var current = 0
  @usableFromInline var lowest = 0
  /// Above all numbers that were ever handed out.
  @usableFromInline var bound: UInt32 = 0
  /// A ring of the numbers freed last, the latest before `recentEnd`.
  @usableFromInline var recent = InlineArray<8, UInt32>(repeating: 0)
  @usableFromInline var recentEnd = 0
  @usableFromInline var recentCount = 0

  /// - Parameter wanted: the cap. Where there is not as much address space (the system may count it strictly, or limit it) it is
  ///   halved until there is.
  public init(capacity wanted: Int) {
    var room = max(1, min(wanted, Int(UInt32.max - 1)))
    var memory = PageMemory.reserve(room * MemoryLayout<Element>.stride)
    while memory == nil, room > 1 {
      room /= 2
      memory = PageMemory.reserve(room * MemoryLayout<Element>.stride)
    }
    // Whole pages, and whole huge ones as long as that does not make it large: to take one apart costs as much as to fill it.
    var shift = 12
    while (MemoryLayout<Element>.stride << shift) % (2 << 20) != 0, MemoryLayout<Element>.stride << shift < 8 << 20 {
      shift += 1
    }
    capacity = room
    base = memory
    self.shift = shift
    let count = (room - 1) >> shift + 1
    chunks = .allocate(capacity: count)
    chunks.initialize(repeating: Chunk(), count: count)
    // Without any address space there is one chunk of one number, and that one is taken.
    if memory == nil { chunks[0].used = 1 }
  }

  deinit {
    if let base { PageMemory.release(base, capacity * MemoryLayout<Element>.stride) }
    chunks.deallocate()
  }

  /// Elements in use.
  @inlinable public var count: Int { inUse }

  /// The element of that number, which must have been handed out.
  @inlinable @inline(__always)
  public subscript(index: UInt32) -> UnsafeMutablePointer<Element> { elements[index] }

  /// The number of an element whose bytes are undefined, or nil when `capacity` is reached or memory is out.
  @inlinable
  public mutating func allocate() -> UInt32? {
    if recentCount > 0 {
      recentEnd = (recentEnd &- 1) & 7
      recentCount &-= 1
      inUse &+= 1
      return recent[recentEnd]
    }
    if !hasRoom(current), !turnToRoom() { return nil }
    let chunk = chunks + current
    let index: UInt32
    if chunk.pointee.freeHead != .none {
      index = chunk.pointee.freeHead
      chunk.pointee.freeHead = UnsafeRawPointer(self[index]).loadUnaligned(as: UInt32.self)
    } else {
      index = UInt32(truncatingIfNeeded: current << shift) &+ chunk.pointee.used
      chunk.pointee.used &+= 1
      bound = max(bound, index &+ 1)
    }
    chunk.pointee.live &+= 1
    inUse &+= 1
    askForNext(chunk.pointee)
    return index
  }

  /// Takes a number back that is in use; what it stood for is gone.
  @inlinable
  public mutating func release(_ index: UInt32) {
    inUse &-= 1
    if recentCount == 8 { free(recent[recentEnd]) } else { recentCount &+= 1 }
    recent[recentEnd] = index
    recentEnd = (recentEnd &+ 1) & 7
  }

  /// Gives a number back to its chunk.
  @inlinable
  mutating func free(_ index: UInt32) {
    let at = Int(index) >> shift
    let chunk = chunks + at
    chunk.pointee.live &-= 1
    if at < lowest { lowest = at }
    // The one that numbers are taken from keeps its memory: it would be touched again at once.
    if chunk.pointee.live == 0, at != current { return giveBack(at) }
    UnsafeMutableRawPointer(self[index]).storeBytes(of: chunk.pointee.freeHead, as: UInt32.self)
    chunk.pointee.freeHead = index
  }

  /// Where elements are, for who only reads and writes those: a slab that is lent to a function may be copied for it.
  @frozen
  public struct Elements: BitwiseCopyable {
    @usableFromInline let base: UnsafeMutableRawPointer?
    @inlinable @inline(__always)
    init(_ base: UnsafeMutableRawPointer?) { self.base = base }

    /// The element of that number, which must have been handed out.
    @inlinable @inline(__always)
    public subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
      // What handed out a number has memory: see the invariant.
      base.unsafelyUnwrapped.assumingMemoryBound(to: Element.self) + Int(index)
    }
  }

  /// Valid as long as the slab.
  @inlinable @inline(__always)
  public var elements: Elements { Elements(base) }

  /// The number of an element that was handed out.
  public func number(of element: UnsafePointer<Element>) -> UInt32 {
    let bytes = UInt(bitPattern: element) &- UInt(bitPattern: base)
    return UInt32(truncatingIfNeeded: bytes / UInt(MemoryLayout<Element>.stride))
  }

  /// Asks for the beginning of an element, whose number is one of `numbers`.
  @inlinable @inline(__always)
  public func prefetch(_ index: UInt32) { vedette_prefetch(UnsafeRawPointer(self[index])) }

  /// Up to the highest number that was ever handed out. All of it may be read: what was given back reads as zero.
  @inlinable @inline(__always)
  public var numbers: Range<UInt32> { 0..<bound }

  /// The first number from `start` on that was handed out and whose chunk has anything in use: for a look at all that is. Whether
  /// that number is, the element itself must tell; what is not may read as zero, or as it was left when it was freed.
  public func number(from start: UInt32) -> UInt32? {
    var start = start
    while start < bound {
      let at = Int(start) >> shift
      let end = UInt32(truncatingIfNeeded: at << shift) &+ chunks[at].used
      if chunks[at].live != 0, start < end { return start }
      let next = (at &+ 1) << shift
      guard next < Int(bound) else { return nil }
      start = UInt32(truncatingIfNeeded: next)
    }
    return nil
  }

  @inlinable @inline(__always)
  func hasRoom(_ at: Int) -> Bool { chunks[at].freeHead != .none || Int(chunks[at].used) < size(at) }

  /// Elements of a chunk: the last one may be short.
  @inlinable @inline(__always)
  func size(_ at: Int) -> Int { min(1 << shift, capacity &- at << shift) }

  /// Takes numbers from the lowest chunk that has any from now on. False where there is none.
  @usableFromInline @inline(never)
  mutating func turnToRoom() -> Bool {
    guard base != nil else { return false }
    let last = (capacity - 1) >> shift
    while lowest < last, !hasRoom(lowest) { lowest &+= 1 }
    current = lowest
    return hasRoom(lowest)
  }

  /// Gives the memory of a chunk back, of which nothing is in use.
  @usableFromInline @inline(never)
  mutating func giveBack(_ at: Int) {
    guard let base else { return }
    let stride = MemoryLayout<Element>.stride
    PageMemory.forget(base + (at << shift) * stride, size(at) * stride)
    chunks[at] = Chunk()
  }

  /// Asks for the memory that the next call of `allocate` will give: by then it is there.
  @inlinable @inline(__always)
  func askForNext(_ chunk: Chunk) {
    let next =
      chunk.freeHead != .none ? chunk.freeHead : UInt32(truncatingIfNeeded: current << shift) &+ chunk.used
    guard Int(next) < capacity else { return }
    let element = UnsafeRawPointer(self[next])
    var line = 0
    while line < MemoryLayout<Element>.stride {
      vedette_prefetch(element + line)
      line &+= 64
    }
  }
}

extension UInt32 {
  /// No element: the end of a list, or nothing found.
  @inlinable @inline(__always) public static var none: UInt32 { .max }
}
