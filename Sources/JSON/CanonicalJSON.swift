// RFC 8785: the one way to write a value, so that its digest is its identity.

/// The JSON Canonicalization Scheme (RFC 8785).
///
/// Members are ordered by the UTF-16 code units of their names, numbers written as ECMAScript writes the double
/// nearest to them (integers beyond 2⁵³ therefore lose what a double cannot hold, as the RFC says), strings with
/// the fewest escapes.
public struct CanonicalJSON {
  // Where on the tape the names of the open objects stand, object after object: no allocation per object, and
  // nothing to retain while sorting.
  private var names: [Int] = []

  public init() {}

  /// Writes the canonical form of a parsed value; with `leavingOut`, without that member of the outermost object.
  /// Refused (kind `duplicateKey`, offset 0) if an object has two members of the same name, for which the RFC has no
  /// form. What was written before an error is taken back.
  public mutating func write(
    _ node: JSONNode, leavingOut omitted: String? = nil, to writer: inout JSONWriter
  ) throws(JSONError) {
    defer { withExtendedLifetime(node) {} }
    try write(node.view, leavingOut: omitted, to: &writer)
  }

  /// The same of a value whose reader the caller holds.
  public mutating func write(
    _ node: JSONView, leavingOut omitted: String? = nil, to writer: inout JSONWriter
  ) throws(JSONError) {
    let mark = writer.mark
    names.removeAll(keepingCapacity: true)
    do throws(JSONError) {
      try emit(node, omitted, &writer)
    } catch {
      writer.rollBack(to: mark)
      throw error
    }
  }

  /// The canonical form of a parsed value.
  public static func bytes(of node: JSONNode, leavingOut omitted: String? = nil) throws(JSONError) -> [UInt8] {
    var canonical = CanonicalJSON()
    var writer = JSONWriter()
    try canonical.write(node, leavingOut: omitted, to: &writer)
    return writer.bytes
  }

  /// The canonical form of an owned value.
  public static func bytes(of value: JSONValue, leavingOut omitted: String? = nil) throws(JSONError) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    // A value built by hand may be nested as deep as its builder likes.
    let reader = JSONReader(maxBytes: writer.count, maxDepth: 4096)
    return try bytes(of: try reader.parse(writer.bytes), leavingOut: omitted)
  }

  private mutating func emit(_ node: JSONView, _ omitted: String?, _ writer: inout JSONWriter) throws(JSONError) {
    switch node.kind {
    case .int, .uint, .double: writer.double(node.double ?? 0)
    case .null, .bool, .string: writer.value(node)
    case .array:
      writer.beginArray()
      for element in node.elements { try emit(element, nil, &writer) }
      writer.endArray()
    case .object:
      let first = names.count
      for member in node.members {
        if let omitted, member.isNamed(omitted) { continue }
        names.append(member.name.index)
      }
      sortNames(from: first, of: node)
      let end = names.count
      writer.beginObject()
      for at in first..<end {
        let name = node.at(names[at])
        if at > first, node.at(names[at &- 1]).text.elementsEqual(name.text) {
          throw JSONError(.duplicateKey, at: 0, "two members are named \"\(name.string ?? "")\"")
        }
        writer.key(wellFormed: UnsafeRawBufferPointer(name.text))
        try emit(name.at(name.next), nil, &writer)
      }
      names.removeLast(end &- first)
      writer.endObject()
    }
  }

  /// Most objects have a dozen members, half of them in order: to find each one's place is less work than to set up a sort.
  private mutating func sortNames(from first: Int, of node: JSONView) {
    guard names.count &- first <= 32 else {
      names[first...].sort { Self.precedes(node.at($0).text, node.at($1).text) }
      return
    }
    for at in first..<names.count {
      let name = names[at]
      let text = node.at(name).text
      var place = at
      while place > first, Self.precedes(text, node.at(names[place &- 1]).text) {
        names[place] = names[place &- 1]
        place &-= 1
      }
      names[place] = name
    }
  }

  /// Order by UTF-16 code units, seen from UTF-8. The two orders differ in one thing: characters beyond the Basic
  /// Multilingual Plane (lead byte 0xF0 and above) are surrogates in UTF-16 and come before U+E000…U+FFFF (lead
  /// bytes 0xEE and 0xEF).
  static func precedes(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    while at < one.count, at < other.count {
      let (a, b) = (one[at], other[at])
      if a != b {
        if a >= 0xEE, b >= 0xEE, (a >= 0xF0) != (b >= 0xF0) { return a >= 0xF0 }
        return a < b
      }
      at &+= 1
    }
    return one.count < other.count
  }
}

extension JSONWriter {
  /// The name of the member whose value comes next, as UTF-8.
  public mutating func key(utf8 name: UnsafeRawBufferPointer) {
    separate()
    quoted(name)
    byte(UInt8(ascii: ":"))
    afterValue = false
  }

  /// The same of bytes that are known to be UTF-8, as those of a parsed document are.
  mutating func key(wellFormed name: UnsafeRawBufferPointer) {
    separate()
    escaped(name)
    byte(UInt8(ascii: ":"))
    afterValue = false
  }
}
