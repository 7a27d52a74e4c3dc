import CPrefetch

/// Values of one trivial type in manually managed memory, named by 32-bit numbers that stay valid until they are freed.
///
/// Invariant: `base` has address space for `capacity` elements, or is nil where there was none at all; the numbers below `used` were
/// handed out at least once; of these each is either in use (handed out by `allocate`, not yet freed) or on the free list, whose
/// links lie in the elements' first four bytes; the memory of the others was not touched and reads as zero. Elements are never
/// moved, so that pointers to them hold as long as they are in use. Nothing else in the program frees or moves this memory.
package struct Slab<Element: BitwiseCopyable>: ~Copyable {
  /// The most elements that may be in use at once.
  package let capacity: Int
  /// Elements in use.
  package private(set) var count = 0
  private let base: UnsafeMutableRawPointer?
  private var used: UInt32 = 0
  private var freeHead = UInt32.none

  /// - Parameter wanted: the cap. Where there is not as much address space (the system may count it strictly, or limit it) it is
  ///   halved until there is.
  package init(capacity wanted: Int) {
    var room = max(1, min(wanted, Int(UInt32.max - 1)))
    var memory = PageMemory.reserve(room * MemoryLayout<Element>.stride)
    while memory == nil, room > 1 {
      room /= 2
      memory = PageMemory.reserve(room * MemoryLayout<Element>.stride)
    }
    capacity = room
    base = memory
  }

  deinit {
    if let base { PageMemory.release(base, capacity * MemoryLayout<Element>.stride) }
  }

  /// The element of that number, which must have been handed out.
  @inline(__always)
  package subscript(index: UInt32) -> UnsafeMutablePointer<Element> {
    // What handed out a number has memory: see the invariant.
    base.unsafelyUnwrapped.assumingMemoryBound(to: Element.self) + Int(index)
  }

  /// The number of an element whose bytes are undefined, or nil when `capacity` is reached or memory is out.
  package mutating func allocate() -> UInt32? {
    let index: UInt32
    if freeHead != .none {
      index = freeHead
      freeHead = UnsafeRawPointer(self[index]).loadUnaligned(as: UInt32.self)
    } else {
      guard base != nil, Int(used) < capacity else { return nil }
      index = used
      used &+= 1
    }
    count &+= 1
    askForNext()
    return index
  }

  /// Asks for the memory that the next call of `allocate` will give: by then it is there.
  @inline(__always)
  private func askForNext() {
    let next = freeHead != .none ? freeHead : used
    guard let base, Int(next) < capacity else { return }
    let element = UnsafeRawPointer(base) + Int(next) * MemoryLayout<Element>.stride
    var line = 0
    while line < MemoryLayout<Element>.stride {
      vedette_prefetch(element + line)
      line &+= 64
    }
  }

  package mutating func release(_ index: UInt32) {
    UnsafeMutableRawPointer(self[index]).storeBytes(of: freeHead, as: UInt32.self)
    freeHead = index
    count &-= 1
  }

  /// All numbers that were ever handed out: for a last look at what is still in use, which the elements themselves must tell.
  package var numbers: Range<UInt32> { 0..<used }
}

extension UInt32 {
  /// No element: the end of a list, or nothing found.
  @inline(__always) package static var none: UInt32 { .max }
}
