// The walk over a parsed document, where simdjson left it.
//
// Unsafe by need. The invariant: `index` is that of a value's first word on a tape that simdjson has completed, and
// the tape's own links and string offsets lead nowhere outside of it. See JSONReader for how long that holds.

/// A value of a document whose reader the caller holds: like a `JSONNode`, but it keeps nothing alive, and so costs nothing
/// to pass on. Where every member of every record is looked at, counting references is most of the work.
///
/// Valid until the reader's next parse, and as long as the reader: for walks within a function that has it.
///
/// Accessors give nil when the value is of another kind; nothing is converted from or to text.
public struct JSONView {
  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>
  @usableFromInline let index: Int

  @inlinable
  init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
    self.tape = tape
    self.strings = strings
    self.index = index
  }

  @inlinable var tag: UInt8 { UInt8(truncatingIfNeeded: tape[index] &>> 56) }
  @inlinable var payload: UInt64 { tape[index] & 0x00FF_FFFF_FFFF_FFFF }

  /// The index of what follows this value on the tape.
  @inlinable var next: Int {
    switch tag {
    case UInt8(ascii: "["), UInt8(ascii: "{"): Int(truncatingIfNeeded: payload & 0xFFFF_FFFF)
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index &+ 2
    default: index &+ 1
    }
  }

  @inlinable func at(_ index: Int) -> JSONView { JSONView(tape: tape, strings: strings, index: index) }

  /// What the value is.
  @inlinable public var kind: JSONKind {
    switch tag {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "l"): .int
    case UInt8(ascii: "u"): .uint
    case UInt8(ascii: "d"): .double
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    default: .null
    }
  }

  @inlinable public var isNull: Bool { tag == UInt8(ascii: "n") }

  /// True or false.
  @inlinable public var bool: Bool? {
    switch tag {
    case UInt8(ascii: "t"): true
    case UInt8(ascii: "f"): false
    default: nil
    }
  }

  /// A number that is a whole one of `Int64`'s range, however it is written (`1e3` is 1000).
  @inlinable public var int64: Int64? {
    switch tag {
    case UInt8(ascii: "l"): Int64(bitPattern: tape[index &+ 1])
    case UInt8(ascii: "d"): Int64(exactly: Double(bitPattern: tape[index &+ 1]))
    default: nil
    }
  }

  /// A number that is a whole one of `UInt64`'s range, however it is written.
  @inlinable public var uint64: UInt64? {
    switch tag {
    case UInt8(ascii: "l"): UInt64(exactly: Int64(bitPattern: tape[index &+ 1]))
    case UInt8(ascii: "u"): tape[index &+ 1]
    case UInt8(ascii: "d"): UInt64(exactly: Double(bitPattern: tape[index &+ 1]))
    default: nil
    }
  }

  /// Any number, as the double nearest to it.
  @inlinable public var double: Double? {
    switch tag {
    case UInt8(ascii: "d"): Double(bitPattern: tape[index &+ 1])
    case UInt8(ascii: "l"): Double(Int64(bitPattern: tape[index &+ 1]))
    case UInt8(ascii: "u"): Double(tape[index &+ 1])
    default: nil
    }
  }

  /// A string's UTF-8 where it lies, without copying; valid as long as the node.
  @inlinable public var utf8: UnsafeBufferPointer<UInt8>? {
    guard tag == UInt8(ascii: "\"") else { return nil }
    return text
  }

  /// The text of a string or key, which the caller knows this to be.
  @inlinable var text: UnsafeBufferPointer<UInt8> {
    let start = strings + Int(truncatingIfNeeded: payload)
    let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return UnsafeBufferPointer(start: start + 4, count: Int(length))
  }

  /// A string; up to 15 bytes are copied without allocating.
  @inlinable public var string: String? {
    guard tag == UInt8(ascii: "\"") else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  /// Gives a string's UTF-8 to `body` without copying; nil if this is no string.
  @inlinable
  public func withUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R? {
    guard tag == UInt8(ascii: "\"") else { return nil }
    return try body(text)
  }

  /// Whether this is the string `other`; byte by byte, nothing is allocated or normalised.
  @inlinable public func isString(_ other: String) -> Bool {
    tag == UInt8(ascii: "\"") && JSONView.same(text, other)
  }

  /// How many elements or members; 0 for anything else. O(1) below 16,777,215.
  @inlinable public var count: Int {
    guard tag == UInt8(ascii: "[") || tag == UInt8(ascii: "{") else { return 0 }
    let counted = Int(truncatingIfNeeded: payload &>> 32)
    // simdjson stops counting at 24 bits.
    guard counted == 0xFF_FFFF else { return counted }
    return elements.reduce(0) { n, _ in n &+ 1 } &+ members.reduce(0) { n, _ in n &+ 1 }
  }

  /// The first member of that name, if this is an object that has one. O(members before it).
  @inlinable public subscript(key: String) -> JSONView? {
    guard tag == UInt8(ascii: "{") else { return nil }
    var at = index &+ 1
    while tape[at] &>> 56 == UInt64(UInt8(ascii: "\"")) {
      let value = self.at(at &+ 1)
      if JSONView.same(self.at(at).text, key) { return value }
      at = value.next
    }
    return nil
  }

  /// The element at a position, if this is an array that has one. O(position).
  @inlinable public subscript(position: Int) -> JSONView? {
    guard position >= 0 else { return nil }
    var left = position
    for element in elements {
      if left == 0 { return element }
      left &-= 1
    }
    return nil
  }

  @inlinable static func same(_ bytes: UnsafeBufferPointer<UInt8>, _ text: String) -> Bool {
    let utf8 = text.utf8
    guard utf8.count == bytes.count else { return false }
    return utf8.withContiguousStorageIfAvailable { $0.elementsEqual(bytes) } ?? utf8.elementsEqual(bytes)
  }
}

/// A view is only as good as its reader's buffers, which belong to one thread.
@available(*, unavailable)
extension JSONView: Sendable {}
