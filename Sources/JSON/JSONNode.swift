// A value of a parsed document, which keeps the document's memory.

/// What a value is.
public enum JSONKind: Sendable, Equatable {
  case null, bool
  /// A number written as an integer that fits `Int64`.
  case int
  /// A number written as an integer above `Int64.max`.
  case uint
  /// Any other number.
  case double
  case string, array, object
}

/// A value of a document that a `JSONReader` has parsed: a borrowed view, valid until the reader's next parse.
///
/// Accessors give nil when the value is of another kind; nothing is converted from or to text. To keep a value
/// longer, make a `JSONValue` of it.
public struct JSONNode {
  /// The same without its owner, see ``JSONView``.
  public let view: JSONView
  /// Keeps the parser whose memory this is, also when the reader was but a temporary.
  @usableFromInline let owner: JSONParser

  @inlinable
  init(_ view: JSONView, owner: JSONParser) {
    self.view = view
    self.owner = owner
  }

  @inlinable func with(_ view: JSONView) -> JSONNode { JSONNode(view, owner: owner) }

  /// What the value is.
  @inlinable public var kind: JSONKind { view.kind }

  @inlinable public var isNull: Bool { view.isNull }

  /// True or false.
  @inlinable public var bool: Bool? { view.bool }

  /// A number that is a whole one of `Int64`'s range, however it is written (`1e3` is 1000).
  @inlinable public var int64: Int64? { view.int64 }

  /// A number that is a whole one of `UInt64`'s range, however it is written.
  @inlinable public var uint64: UInt64? { view.uint64 }

  /// Any number, as the double nearest to it.
  @inlinable public var double: Double? { view.double }

  /// A string's UTF-8 where it lies, without copying; valid as long as the node.
  @inlinable public var utf8: UnsafeBufferPointer<UInt8>? { view.utf8 }

  /// A string; up to 15 bytes are copied without allocating.
  @inlinable public var string: String? { view.string }

  /// Gives a string's UTF-8 to `body` without copying; nil if this is no string.
  @inlinable
  public func withUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R? {
    try withExtendedLifetime(owner) { try view.withUTF8(body) }
  }

  /// Whether this is the string `other`; byte by byte, nothing is allocated or normalised.
  @inlinable public func isString(_ other: String) -> Bool { view.isString(other) }

  /// How many elements or members; 0 for anything else. O(1) below 16,777,215.
  @inlinable public var count: Int { view.count }

  /// The first member of that name, if this is an object that has one. O(members before it).
  @inlinable public subscript(key: String) -> JSONNode? { view[key].map(with) }

  /// The element at a position, if this is an array that has one. O(position).
  @inlinable public subscript(position: Int) -> JSONNode? { view[position].map(with) }
}

/// A node is only as good as its reader's buffers, which belong to one thread.
@available(*, unavailable)
extension JSONNode: Sendable {}
