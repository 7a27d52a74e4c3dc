/// Cuts a JSON text of any size into the values that are of interest, without holding the rest.

/// A step of a path into a JSON text.
public enum JSONStep: Equatable, Sendable {
  case member(String)
  /// Any element of an array.
  case element
}

/// Finds values by their paths in a stream of JSON texts, one after another. It knows strings and brackets only: what is
/// cut out still has to be parsed.
///
/// Bounded: a value of at most `limit` bytes, `maxDepth` containers in one another, names of at most 256 bytes.
public struct JSONCutter {
  public enum Event {
    /// A value at a path, with the number of the path; a whole text that holds none of them has `whole`. Valid for the call.
    case value(UnsafeRawBufferPointer, Place, path: Int)
    /// A value at a path is longer than the limit, and was read over.
    case tooLong(Place)
    /// The text is broken here; what follows is looked at again from the next line that begins one.
    case broken(Place, String)
    /// A text ended; the next one can be read without it.
    case textEnded(Place)
  }

  /// The path number of a whole text.
  public static let whole = -1

  private struct Container {
    var isArray: Bool
    /// The name of the member that is read, in an object.
    var name: [UInt8] = []
    /// A name is expected, or being read, rather than a value.
    var wantsName: Bool
  }

  private enum State {
    case between
    case string(escaped: Bool)
    /// A number or a word.
    case bare
    /// After a break: over all lines up to one that begins with `{` or `[`.
    case lost(atLineStart: Bool)
  }

  private let paths: [[JSONStep]]
  private let limit: Int
  private let maxDepth: Int
  private var stack: [Container] = []
  private var state = State.between
  private var place = Place.start
  /// The value that is being cut out: its depth, path and place, and its bytes so far.
  private var cut: (depth: Int, path: Int, place: Place)?
  private var bytes: [UInt8] = []
  private var overflowed = false

  /// Without paths each text is wanted as a whole.
  public init(paths: [[JSONStep]], limit: Int, maxDepth: Int = 128) {
    self.paths = paths
    self.limit = limit
    self.maxDepth = maxDepth
  }

  /// Takes the next bytes; the first stands at `start`.
  public mutating func take(_ piece: UnsafeRawBufferPointer, at start: Place, _ tell: (Event) -> Void) {
    place = start
    for byte in piece {
      step(byte, tell)
      place.offset &+= 1
      if byte == 0x0a { place.line &+= 1 }
    }
  }

  /// Nothing follows.
  public mutating func end(_ tell: (Event) -> Void) {
    if case .bare = state { endValue(tell) }
    if case .lost = state { return }
    if !stack.isEmpty || isInString { tell(.broken(cut?.place ?? place, "the text ends within a value")) }
  }

  private var isInString: Bool { if case .string = state { true } else { false } }

  private mutating func step(_ byte: UInt8, _ tell: (Event) -> Void) {
    switch state {
    case .string(let escaped):
      if byte < 0x20 { return lose("a control character in a text", byte, tell) }
      keep(byte)
      if escaped {
        state = .string(escaped: false)
      } else if byte == UInt8(ascii: "\\") {
        state = .string(escaped: true)
      } else if byte == UInt8(ascii: "\"") {
        state = .between
        endString(tell)
      } else if let last = stack.indices.last, stack[last].wantsName, stack[last].name.count < 256 {
        stack[last].name.append(byte)
      }
    case .bare:
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
        state = .between
        endValue(tell)
        between(byte, tell)
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: ":"):
        lose("a value within a value", byte, tell)
      default: keep(byte)
      }
    case .between: between(byte, tell)
    case .lost(let atLineStart):
      if atLineStart, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        state = .between
        tell(.textEnded(place))
        return between(byte, tell)
      }
      state = .lost(atLineStart: byte == 0x0a)
    }
  }

  private mutating func between(_ byte: UInt8, _ tell: (Event) -> Void) {
    switch byte {
    case 0x20, 0x09, 0x0a, 0x0d: keep(byte)
    case 0xef, 0xbb,
      0xbf where stack.isEmpty && place.offset < 3:
      break
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if stack.last?.wantsName == true { return lose("a name is missing", byte, tell) }
      guard stack.count < maxDepth else { return lose("nested deeper than \(maxDepth)", byte, tell) }
      beginValue()
      keep(byte)
      let isArray = byte == UInt8(ascii: "[")
      stack.append(Container(isArray: isArray, wantsName: !isArray))
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard let last = stack.last, last.isArray == (byte == UInt8(ascii: "]")) else {
        return lose("a bracket that closes nothing", byte, tell)
      }
      stack.removeLast()
      keep(byte)
      endValue(tell)
    case UInt8(ascii: "\""):
      if let last = stack.indices.last, stack[last].wantsName {
        stack[last].name.removeAll(keepingCapacity: true)
      } else {
        beginValue()
      }
      keep(byte)
      state = .string(escaped: false)
    case UInt8(ascii: ":"):
      guard let last = stack.last, !last.isArray else { return lose("a colon where none can be", byte, tell) }
      keep(byte)
    case UInt8(ascii: ","):
      guard let last = stack.indices.last else { return lose("a comma outside of all values", byte, tell) }
      if !stack[last].isArray { stack[last].wantsName = true }
      keep(byte)
    default:
      if stack.last?.wantsName == true { return lose("a name is missing", byte, tell) }
      beginValue()
      keep(byte)
      state = .bare
    }
  }

  private mutating func endString(_ tell: (Event) -> Void) {
    if let last = stack.indices.last, stack[last].wantsName {
      stack[last].wantsName = false
    } else {
      endValue(tell)
    }
  }

  private mutating func beginValue() {
    // A whole text that is held in case gives way to a value that is wanted.
    guard cut == nil || cut?.path == Self.whole else { return }
    if let path = paths.firstIndex(where: { matches($0) }) {
      cut = (stack.count, path, place)
    } else if stack.isEmpty {
      cut = (0, Self.whole, place)
    } else {
      return
    }
    bytes.removeAll(keepingCapacity: true)
    overflowed = false
  }

  /// Whether the value that begins now stands at the path.
  private func matches(_ path: [JSONStep]) -> Bool {
    guard path.count == stack.count else { return false }
    for (step, container) in zip(path, stack) {
      switch step {
      case .element: guard container.isArray else { return false }
      case .member(let name): guard !container.isArray, container.name.elementsEqual(name.utf8) else { return false }
      }
    }
    return true
  }

  private mutating func keep(_ byte: UInt8) {
    guard cut != nil, !overflowed else { return }
    if bytes.count < limit {
      bytes.append(byte)
    } else {
      overflowed = true
      bytes.removeAll()
    }
  }

  private mutating func endValue(_ tell: (Event) -> Void) {
    state = .between
    if let done = cut, done.depth == stack.count {
      cut = nil
      if overflowed {
        tell(.tooLong(done.place))
      } else {
        bytes.withUnsafeBytes { tell(.value($0, done.place, path: done.path)) }
      }
    }
    if stack.isEmpty {
      var behind = place
      behind.offset &+= 1
      tell(.textEnded(behind))
    }
  }

  private mutating func lose(_ reason: String, _ byte: UInt8, _ tell: (Event) -> Void) {
    tell(.broken(place, reason))
    stack.removeAll(keepingCapacity: true)
    cut = nil
    bytes.removeAll(keepingCapacity: true)
    state = .lost(atLineStart: byte == 0x0a)
  }
}
