/// A list that grows to tens of mebibytes without ever lying in memory twice.

import CGrowingMemory

/// As an array that is only added to; its memory grows by the pages that are touched. Copies share it until one of them changes.
///
/// Unsafe by need, all of it here: `base` has room for `room.capacity` elements, of which the first `count` are initialised, and
/// belongs to `room`, which nobody changes who shares it. Elements are moved as bytes when it grows, which is right for whatever
/// holds no weak references: none of ours does.
struct GrowingList<Element>: RandomAccessCollection {
  private var room = Room()
  private var base: UnsafeMutablePointer<Element>?
  private(set) var count = 0

  init() {}

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(place: Int) -> Element {
    // Lent and in line: what is asked of an element that is large costs no copy of it.
    @inline(__always) _read {
      // A pointer alone does not keep its owner.
      defer { withExtendedLifetime(room) {} }
      yield element(place).pointee
    }
    @inline(__always) _modify {
      own()
      yield &element(place).pointee
    }
  }

  @inline(__always)
  private func element(_ place: Int) -> UnsafeMutablePointer<Element> {
    // As a word without a sign, so that one comparison sees both ends.
    guard let base, UInt(bitPattern: place) < UInt(bitPattern: count) else { fatalError("no such place in the list") }
    return base + place
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    own()
    if count == room.capacity { base = room.grow() }
    guard let base else { return }
    (base + count).initialize(to: element)
    count &+= 1
    room.count = count
  }

  func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Element>) -> Result) -> Result {
    withExtendedLifetime(room) { body(UnsafeBufferPointer(start: base, count: count)) }
  }

  @inline(__always)
  private mutating func own() { if !isKnownUniquelyReferenced(&room) { copy() } }

  @inline(never)
  private mutating func copy() {
    let own = Room()
    if let base, count > 0 {
      let copy = own.grow(to: room.capacity)
      copy.initialize(from: base, count: count)
      own.count = count
      self.base = copy
    } else {
      base = nil
    }
    room = own
  }

  /// The owner of the memory.
  private final class Room {
    private var base: UnsafeMutableRawPointer?
    fileprivate private(set) var capacity = 0
    /// Elements that are initialised.
    fileprivate var count = 0

    private static var stride: Int { MemoryLayout<Element>.stride }

    @inline(never)
    fileprivate func grow() -> UnsafeMutablePointer<Element> { grow(to: Swift.max(8, capacity &* 2)) }

    fileprivate func grow(to capacity: Int) -> UnsafeMutablePointer<Element> {
      let larger = vedette_memory_grow(base, self.capacity &* Room.stride, capacity &* Room.stride)
      // As where an array finds no memory.
      guard let larger else { fatalError("out of memory: no room for \(capacity) elements") }
      base = larger
      self.capacity = capacity
      return larger.assumingMemoryBound(to: Element.self)
    }

    deinit {
      guard let base else { return }
      base.assumingMemoryBound(to: Element.self).deinitialize(count: count)
      vedette_memory_free(base, capacity &* Room.stride)
    }
  }
}

extension GrowingList: Equatable where Element: Equatable {
  static func == (a: GrowingList, b: GrowingList) -> Bool { a.elementsEqual(b) }
}
