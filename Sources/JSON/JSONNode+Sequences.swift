// Walking arrays and objects in the order in which they are written.

extension JSONNode {
  /// The elements of an array in order; nothing if this is none.
  @inlinable public var elements: Elements { Elements(views: view.elements, owner: owner) }

  /// The members of an object in order, repeated names included; nothing if this is none.
  @inlinable public var members: Members { Members(views: view.members, owner: owner) }

  /// A walk over an array.
  public struct Elements: Sequence, IteratorProtocol {
    @usableFromInline var views: JSONView.Elements
    @usableFromInline let owner: JSONParser

    @inlinable init(views: JSONView.Elements, owner: JSONParser) {
      self.views = views
      self.owner = owner
    }

    @inlinable public mutating func next() -> JSONNode? { views.next().map { JSONNode($0, owner: owner) } }
  }

  /// A walk over an object.
  public struct Members: Sequence, IteratorProtocol {
    @usableFromInline var views: JSONView.Members
    @usableFromInline let owner: JSONParser

    @inlinable init(views: JSONView.Members, owner: JSONParser) {
      self.views = views
      self.owner = owner
    }

    @inlinable public mutating func next() -> Member? {
      views.next().map { Member(name: $0.name, value: JSONNode($0.value, owner: owner)) }
    }
  }

  /// A name and its value.
  public struct Member {
    @usableFromInline let name: JSONView
    public let value: JSONNode

    @inlinable init(name: JSONView, value: JSONNode) {
      self.name = name
      self.value = value
    }

    /// The name; up to 15 bytes are copied without allocating.
    @inlinable public var key: String { String(decoding: name.text, as: UTF8.self) }

    /// The name's UTF-8 where it lies; valid as long as the value's node.
    @inlinable public var keyUTF8: UnsafeBufferPointer<UInt8> { name.text }

    /// Whether this is the member of that name.
    @inlinable public func isNamed(_ other: String) -> Bool { JSONView.same(name.text, other) }
  }
}
