// Walking arrays and objects in the order in which they are written.

extension JSONView {
  /// The elements of an array in order; nothing if this is none.
  @inlinable public var elements: Elements {
    Elements(node: self, at: tag == UInt8(ascii: "[") ? index &+ 1 : -1)
  }

  /// The members of an object in order, repeated names included; nothing if this is none.
  @inlinable public var members: Members {
    Members(node: self, at: tag == UInt8(ascii: "{") ? index &+ 1 : -1)
  }

  /// A walk over an array.
  public struct Elements: Sequence, IteratorProtocol {
    @usableFromInline let node: JSONView
    @usableFromInline var at: Int

    @inlinable init(node: JSONView, at: Int) {
      self.node = node
      self.at = at
    }

    @inlinable public mutating func next() -> JSONView? {
      guard at >= 0 else { return nil }
      let element = node.at(at)
      guard element.tag != UInt8(ascii: "]") else { return nil }
      at = element.next
      return element
    }
  }

  /// A walk over an object.
  public struct Members: Sequence, IteratorProtocol {
    @usableFromInline let node: JSONView
    @usableFromInline var at: Int

    @inlinable init(node: JSONView, at: Int) {
      self.node = node
      self.at = at
    }

    @inlinable public mutating func next() -> Member? {
      guard at >= 0 else { return nil }
      let key = node.at(at)
      guard key.tag == UInt8(ascii: "\"") else { return nil }
      let value = node.at(at &+ 1)
      at = value.next
      return Member(name: key, value: value)
    }
  }

  /// A name and its value.
  public struct Member {
    @usableFromInline let name: JSONView
    public let value: JSONView

    @inlinable init(name: JSONView, value: JSONView) {
      self.name = name
      self.value = value
    }

    /// The name; up to 15 bytes are copied without allocating.
    @inlinable public var key: String { String(decoding: name.text, as: UTF8.self) }

    /// The name's UTF-8 where it lies; valid as long as the node.
    @inlinable public var keyUTF8: UnsafeBufferPointer<UInt8> { name.text }

    /// Whether this is the member of that name.
    @inlinable public func isNamed(_ other: String) -> Bool { JSONView.same(name.text, other) }
  }
}
