#if canImport(Glibc)
  import Glibc
#endif

/// Values of one trivial type in manually managed memory, named by 32-bit numbers that stay valid until they are freed.
///
/// Invariant: `directory` has room for every chunk that `capacity` allows; the first `chunkCount` entries point to
/// chunks of `chunkLength` elements, the last one of as many as `capacity` leaves; an element is either in use (handed out by `allocate`, not yet freed) or on the
/// free list, whose links lie in the elements' first four bytes; the bytes of a new chunk are zero. Chunks are never moved, so that pointers to elements
/// hold as long as the element is in use. Nothing else in the program frees or moves this memory.
package struct Slab<Element: BitwiseCopyable>: ~Copyable {
  private static var chunkBits: UInt32 { 10 }
  private static var chunkLength: Int { 1 << Int(chunkBits) }

  /// The most elements that may be in use at once.
  package let capacity: Int
  /// Elements in use.
  package private(set) var count = 0
  private let directory: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>
  private let directoryLength: Int
  private var chunkCount = 0
  private var freeHead = UInt32.none

  package init(capacity: Int) {
    self.capacity = max(1, min(capacity, Int(UInt32.max - 1)))
    directoryLength = (self.capacity + Self.chunkLength - 1) / Self.chunkLength
    directory = .allocate(capacity: directoryLength)
    directory.initialize(repeating: nil, count: directoryLength)
  }

  deinit {
    for i in 0..<chunkCount { free(directory[i]) }
    directory.deallocate()
  }

  /// The element of that number, which must be in use.
  @inline(__always)
  package subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
    let chunk = directory[Int(index >> Self.chunkBits)]
    // The chunk of a number that was handed out exists: see the invariant.
    return chunk.unsafelyUnwrapped + Int(index & (1 << Self.chunkBits - 1))
  }

  /// The number of an element whose bytes are undefined, or nil when `capacity` is reached or memory is out.
  package mutating func allocate() -> UInt32? {
    if freeHead == .none, !grow() { return nil }
    let index = freeHead
    freeHead = UnsafeRawPointer(self[index]).loadUnaligned(as: UInt32.self)
    count &+= 1
    return index
  }

  package mutating func release(_ index: UInt32) {
    UnsafeMutableRawPointer(self[index]).storeBytes(of: freeHead, as: UInt32.self)
    freeHead = index
    count &-= 1
  }

  /// All numbers that were ever handed out, and some that were not yet: for a last look at what is still in use, which the
  /// elements themselves must tell. All bytes of one never handed out are zero but the first four.
  package var numbers: Range<UInt32> { 0..<UInt32(min(capacity, chunkCount << Int(Self.chunkBits))) }

  private mutating func grow() -> Bool {
    let first = chunkCount << Int(Self.chunkBits)
    let length = min(Self.chunkLength, capacity - first)
    guard length > 0 else { return false }
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, length * MemoryLayout<Element>.stride) == 0, let memory else {
      return false
    }
    memset(memory, 0, length * MemoryLayout<Element>.stride)
    directory[chunkCount] = memory.bindMemory(to: Element.self, capacity: Self.chunkLength)
    chunkCount += 1
    for i in stride(from: length - 1, through: 0, by: -1) {
      let index = UInt32(first + i)
      UnsafeMutableRawPointer(self[index]).storeBytes(of: freeHead, as: UInt32.self)
      freeHead = index
    }
    return true
  }
}

extension UInt32 {
  /// No element: the end of a list, or nothing found.
  @inline(__always) package static var none: UInt32 { .max }
}
