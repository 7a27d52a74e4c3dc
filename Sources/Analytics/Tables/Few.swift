/// A list that most often has one element.

/// At least one element; the first is kept in place, so that a list of one allocates nothing.
struct Few<Element>: RandomAccessCollection, MutableCollection {
  private var head: Element
  private var rest: [Element] = []

  init(_ first: Element) { head = first }

  var startIndex: Int { 0 }
  var endIndex: Int { rest.count + 1 }

  subscript(place: Int) -> Element {
    // Lent and in line: what is asked of an element that is large costs no copy of it.
    @inline(__always) _read {
      if place == 0 { yield head } else { yield rest[place - 1] }
    }
    @inline(__always) _modify {
      if place == 0 { yield &head } else { yield &rest[place - 1] }
    }
  }

  /// Lends an element for reading. What a subscript lends, it lends through a frame that it has to allocate.
  @inline(__always)
  func read<R>(_ place: Int, _ body: (borrowing Element) -> R) -> R { place == 0 ? body(head) : body(rest[place - 1]) }

  /// Lends an element for a change.
  @inline(__always)
  mutating func change<R>(_ place: Int, _ body: (inout Element) -> R) -> R {
    place == 0 ? body(&head) : body(&rest[place - 1])
  }

  mutating func append(_ element: Element) { rest.append(element) }

  /// Takes the last ones away, but never the first.
  mutating func keep(first count: Int) { rest.removeLast(Swift.max(0, self.count - Swift.max(1, count))) }
}

extension Few where Element: Equatable {
  /// Adds what is not yet there, as long as there are fewer than `limit`.
  mutating func insert(_ element: Element, limit: Int) { if count < limit, !contains(element) { append(element) } }
}
