// The way out: values appended to one growing buffer as compact JSON.
//
// Unsafe by need. The invariant: `base` is an allocation of `capacity` bytes of which the first `used` are
// initialised; it is owned by the one writer that there is (the type cannot be copied) and freed with it.

/// A buffer that JSON is written into; kept and emptied, it allocates nothing in the steady state.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.member("pid", 4711)
///     writer.key("ips")
///     writer.beginArray()
///     writer.string("10.0.0.1")
///     writer.endArray()
///     writer.endObject()
///     writer.newline()            // {"pid":4711,"ips":["10.0.0.1"]}
///
/// The writer sets commas and colons; that values are begun and ended in pairs is the caller's part.
public struct JSONWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  /// Bytes written.
  public var count: Int { used }
  @usableFromInline var used = 0
  @usableFromInline var capacity: Int
  /// Whether a value stands right before, so that the next one needs a comma.
  @usableFromInline var afterValue = false

  /// An empty writer with room for that many bytes.
  public init(capacity: Int = 4096) {
    self.capacity = max(64, capacity)
    self.base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  // MARK: What has been written

  /// Gives the bytes written so far, without copying.
  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A copy of the bytes written so far.
  public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The bytes written so far as a text.
  public var text: String { String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }

  public var isEmpty: Bool { count == 0 }

  /// Forgets all that was written; the room is kept.
  public mutating func removeAll() {
    used = 0
    afterValue = false
  }

  /// A place to go back to, see `rollBack`.
  public struct Mark: Sendable {
    let count: Int
    let afterValue: Bool
  }

  public var mark: Mark { Mark(count: count, afterValue: afterValue) }

  /// Takes back all that was written since the mark, as when a value turns out to be impossible half way.
  public mutating func rollBack(to mark: Mark) {
    guard mark.count <= count else { return }
    used = mark.count
    afterValue = mark.afterValue
  }

  // MARK: Structure

  @inlinable public mutating func beginObject() { open(UInt8(ascii: "{")) }
  @inlinable public mutating func endObject() { close(UInt8(ascii: "}")) }
  @inlinable public mutating func beginArray() { open(UInt8(ascii: "[")) }
  @inlinable public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The name of the member whose value comes next.
  public mutating func key(_ name: String) {
    separate()
    quoted(name)
    byte(UInt8(ascii: ":"))
    afterValue = false
  }

  /// Ends a line, as between the records of JSON Lines; the next value starts afresh.
  public mutating func newline() {
    byte(0x0A)
    afterValue = false
  }

  // MARK: Values

  public mutating func null() { word("null") }
  public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }

  /// A string; what must be escaped is (RFC 8259 §7), nothing else.
  public mutating func string(_ value: String) {
    separate()
    quoted(value)
    afterValue = true
  }

  /// A string of bytes that should be UTF-8; what is not becomes U+FFFD.
  public mutating func string(utf8 bytes: UnsafeRawBufferPointer) {
    separate()
    quoted(bytes)
    afterValue = true
  }

  /// A string of bytes that are known to be UTF-8, as those of a parsed document are.
  mutating func string(wellFormed bytes: UnsafeRawBufferPointer) {
    separate()
    escaped(bytes)
    afterValue = true
  }

  /// An integer of any type up to 64 bits.
  @inlinable public mutating func int(_ value: some FixedWidthInteger) {
    separate()
    if value < 0 {
      decimal(UInt64(truncatingIfNeeded: value.magnitude), negative: true)
    } else {
      decimal(UInt64(truncatingIfNeeded: value), negative: false)
    }
    afterValue = true
  }

  /// The shortest decimal that reads back as the same double, in ECMAScript's form (`1e+21`, `0.1`, `5`);
  /// JSON has no word for infinities and NaN: they are written as null.
  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    number(value)
    afterValue = true
  }

  /// An owned value.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .int(let value): int(value)
    case .uint(let value): int(value)
    case .double(let value): double(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for (name, value) in members {
        key(name)
        self.value(value)
      }
      endObject()
    }
  }

  /// A parsed value, its members in their order.
  public mutating func value(_ node: JSONNode) {
    defer { withExtendedLifetime(node) {} }
    value(node.view)
  }

  /// The same of a value whose reader the caller holds.
  public mutating func value(_ node: JSONView) {
    switch node.kind {
    case .null: null()
    case .bool: bool(node.bool ?? false)
    case .int: int(node.int64 ?? 0)
    case .uint: int(node.uint64 ?? 0)
    case .double: double(node.double ?? 0)
    case .string: string(wellFormed: UnsafeRawBufferPointer(node.text))
    case .array:
      beginArray()
      for element in node.elements { value(element) }
      endArray()
    case .object:
      beginObject()
      for member in node.members {
        separate()
        escaped(UnsafeRawBufferPointer(member.keyUTF8))
        byte(UInt8(ascii: ":"))
        afterValue = false
        value(member.value)
      }
      endObject()
    }
  }

  /// A value that is JSON already; it is not looked at.
  public mutating func raw(_ json: UnsafeRawBufferPointer) {
    separate()
    append(json)
    afterValue = true
  }

  /// A value that is JSON already; it is not looked at.
  public mutating func raw(_ json: String) {
    var json = json
    json.withUTF8 { raw(UnsafeRawBufferPointer($0)) }
  }

  // MARK: Members

  /// A name and its value in one; an absent value leaves the member out.
  public mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    key(name)
    string(value)
  }

  public mutating func member(_ name: String, _ value: Bool?) {
    guard let value else { return }
    key(name)
    bool(value)
  }

  public mutating func member(_ name: String, _ value: Double?) {
    guard let value else { return }
    key(name)
    double(value)
  }

  @inlinable public mutating func member<Number: FixedWidthInteger>(_ name: String, _ value: Number?) {
    guard let value else { return }
    key(name)
    int(value)
  }

  public mutating func member(_ name: String, _ value: JSONValue?) {
    guard let value else { return }
    key(name)
    self.value(value)
  }

  /// An array of strings under a name.
  public mutating func member(_ name: String, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  /// An array under a name, empty or not, each element written by `write`.
  public mutating func array<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ write: (Elements.Element, inout JSONWriter) -> Void
  ) {
    key(name)
    beginArray()
    for element in elements { write(element, &self) }
    endArray()
  }

  /// An array of objects under a name, the members of each written by `write`.
  public mutating func objects<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ write: (Elements.Element, inout JSONWriter) -> Void
  ) {
    array(name, elements) { element, w in
      w.beginObject()
      write(element, &w)
      w.endObject()
    }
  }
}

/// A writer has one owner and points to nothing but its own allocation, which no one else knows.
extension JSONWriter: @unchecked Sendable {}
