// Finds where each JSON value of a stream ends, however the stream is cut, with or without newlines between them.
//
// It follows the syntax as far as needed to see an error at the first byte that cannot stand where it stands; what
// is within strings and scalars is left to the parser. After an error it goes on where it is safe: behind the value's
// own closing bracket, or at a bracket that opens in a line's first column, or, after an unclosed string or garbage
// between values, on the next line. A bad batch is thus one error, and none of its members is taken for a request.

import JSON

/// A pure state machine: bytes in, complete values and errors out.
struct ValueSplitter {
  enum Output {
    /// The bytes of one value, valid for the call.
    case value(UnsafeRawBufferPointer)
    case failure(RPCError)
  }

  private enum Expected: UInt8 { case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd }

  private enum Mode: UInt8 {
    /// Between values.
    case between
    /// In a value, between its tokens.
    case structure
    case string, escape
    /// In a number or word.
    case scalar
    /// After an error: skipping, by brackets and strings alone.
    case skipping, skippedString, skippedEscape
    /// After an error: skipping to the end of the line.
    case line
  }

  private let maxBytes: Int
  private let maxDepth: Int
  private var mode = Mode.between
  private var expected = Expected.value
  private var closers: [UInt8] = []
  /// Open brackets while skipping.
  private var skippedDepth = 0
  /// The beginning of a value whose end has not come yet.
  private var kept: [UInt8] = []
  /// Bytes of the value so far.
  private var length = 0
  /// Whether the byte before was a newline.
  private var atLineStart = true
  /// Where a failed value is read on by structure only: too large to be kept.
  private var isOversize = false

  init(maxBytes: Int, maxDepth: Int) {
    self.maxBytes = maxBytes
    self.maxDepth = maxDepth
  }

  /// Whether a value has begun and not ended.
  var isWithinValue: Bool { mode != .between }

  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ output: (Output) -> Void) {
    var start = 0  // of the current value's part in these bytes
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      let wasAtLineStart = atLineStart
      atLineStart = byte == 0x0A
      switch mode {
      case .between:
        if Self.isSpace(byte) { break }
        (start, length) = (at, 0)
        begin()
        step(byte, at, bytes, &start, wasAtLineStart, output)
      case .structure:
        step(byte, at, bytes, &start, wasAtLineStart, output)
      case .scalar:
        if !Self.isScalar(byte) {
          mode = .structure
          expected = .commaOrEnd
          if closers.isEmpty {
            // The byte that ends it belongs to what comes next.
            finish(bytes, start, at, output)
            atLineStart = wasAtLineStart
            continue
          }
          step(byte, at, bytes, &start, wasAtLineStart, output)
        }
      case .string:
        switch byte {
        case UInt8(ascii: "\""):
          mode = .structure
          expected = expected == .key || expected == .keyOrEnd ? .colon : .commaOrEnd
          if closers.isEmpty { finish(bytes, start, at &+ 1, output) }
        case UInt8(ascii: "\\"): mode = .escape
        case 0..<0x20:
          fail(.parseError(JSONError(.syntax, at: offset(at, start), "a control character in a string")), output)
          mode = byte == 0x0A ? .between : .line
        default: break
        }
      case .escape:
        mode = .string
        if byte < 0x20 {
          fail(.parseError(JSONError(.syntax, at: offset(at, start), "an unknown escape")), output)
          mode = byte == 0x0A ? .between : .line
        }
      case .skipping:
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          if wasAtLineStart {
            mode = .between
            atLineStart = wasAtLineStart
            continue
          }
          skippedDepth &+= 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          skippedDepth &-= 1
          if skippedDepth <= 0 { mode = .between }
        case UInt8(ascii: "\""): mode = .skippedString
        default: break
        }
      case .skippedString:
        if byte == UInt8(ascii: "\"") {
          mode = .skipping
        } else if byte == UInt8(ascii: "\\") {
          mode = .skippedEscape
        } else if byte == 0x0A {
          mode = .between
        }
      case .skippedEscape: mode = byte == 0x0A ? .between : .skippedString
      case .line:
        if byte == 0x0A { mode = .between }
      }
      at &+= 1
      if isKeeping, !isOversize, offset(at, start) > maxBytes { outgrow(output) }
    }
    if isKeeping {
      length = offset(bytes.count, start)
      if !isOversize { kept.append(contentsOf: bytes[start...]) }
    }
  }

  /// The stream has ended: a scalar ends with it, anything else that is open is cut off.
  mutating func finish(_ output: (Output) -> Void) {
    if mode == .scalar, closers.isEmpty {
      expected = .commaOrEnd
      finish(UnsafeRawBufferPointer(start: nil, count: 0), 0, 0, output)
    } else if isKeeping {
      fail(.parseError(JSONError(.truncated, at: length, "the stream ends within a value")), output)
    }
    mode = .between
  }

  // MARK: Steps

  private var isKeeping: Bool {
    switch mode {
    case .structure, .string, .escape, .scalar: true
    default: false
    }
  }

  /// From the start of the value; `kept` holds what came in earlier bytes.
  private func offset(_ at: Int, _ start: Int) -> Int { length &+ at &- start }

  private mutating func begin() {
    mode = .structure
    expected = .value
    closers.removeAll(keepingCapacity: true)
    kept.removeAll(keepingCapacity: kept.capacity <= 1 << 20)
    isOversize = false
  }

  /// One byte between the tokens of a value.
  private mutating func step(
    _ byte: UInt8, _ at: Int, _ bytes: UnsafeRawBufferPointer, _ start: inout Int, _ wasAtLineStart: Bool,
    _ output: (Output) -> Void
  ) {
    if Self.isSpace(byte) { return }
    switch expected {
    case .value, .valueOrEnd:
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard closers.count < maxDepth else {
          skippedDepth = closers.count &+ 1
          fail(.parseError(JSONError(.tooDeep, at: offset(at, start), "nested deeper than \(maxDepth)")), output)
          mode = .skipping
          return
        }
        closers.append(byte &+ 2)  // '[' + 2 is ']', '{' + 2 is '}'
        expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
        return
      case UInt8(ascii: "\""):
        mode = .string
        return
      case UInt8(ascii: "]") where expected == .valueOrEnd: return close(bytes, start, at, output)
      default:
        if Self.isScalar(byte) {
          mode = .scalar
          return
        }
      }
    case .key, .keyOrEnd:
      if byte == UInt8(ascii: "\"") {
        mode = .string
        return
      }
      if byte == UInt8(ascii: "}"), expected == .keyOrEnd { return close(bytes, start, at, output) }
    case .colon:
      if byte == UInt8(ascii: ":") {
        expected = .value
        return
      }
    case .commaOrEnd:
      if byte == closers.last { return close(bytes, start, at, output) }
      if byte == UInt8(ascii: ",") {
        expected = closers.last == UInt8(ascii: "}") ? .key : .value
        return
      }
    }
    unexpected(byte, at, bytes, &start, wasAtLineStart, output)
  }

  private mutating func close(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ at: Int, _ output: (Output) -> Void
  ) {
    closers.removeLast()
    expected = .commaOrEnd
    if closers.isEmpty { finish(bytes, start, at &+ 1, output) }
  }

  private mutating func unexpected(
    _ byte: UInt8, _ at: Int, _ bytes: UnsafeRawBufferPointer, _ start: inout Int, _ wasAtLineStart: Bool,
    _ output: (Output) -> Void
  ) {
    let opens = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    let closes = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    let depth = closers.count
    fail(.parseError(JSONError(.syntax, at: offset(at, start), "a byte that cannot stand here")), output)
    if depth == 0 {
      mode = .line
    } else if opens, wasAtLineStart {
      // Someone has given up on the value and begins another.
      (start, length) = (at, 0)
      begin()
      var ignored = start
      step(byte, at, bytes, &ignored, wasAtLineStart, output)
    } else {
      skippedDepth = depth &+ (opens ? 1 : 0) &- (closes ? 1 : 0)
      mode = skippedDepth <= 0 ? .between : byte == UInt8(ascii: "\"") ? .skippedString : .skipping
    }
  }

  /// The value is larger than is kept: said at once, and its end is still looked for.
  private mutating func outgrow(_ output: (Output) -> Void) {
    isOversize = true
    kept = []
    output(.failure(.invalidRequest("larger than \(maxBytes) bytes")))
  }

  private mutating func fail(_ error: RPCError, _ output: (Output) -> Void) {
    mode = .line
    kept.removeAll(keepingCapacity: kept.capacity <= 1 << 20)
    // Whoever has been told that the value is too large need not be told that it also ends badly.
    if !isOversize { output(.failure(error)) }
    isOversize = false
  }

  private mutating func finish(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ output: (Output) -> Void
  ) {
    mode = .between
    guard !isOversize else { return }
    if offset(end, start) > maxBytes { return outgrow(output) }
    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    if expected == .commaOrEnd, isGarbage(kept.first ?? part.first, part) {
      fail(.parseError(JSONError(.syntax, at: 0, "no JSON value")), output)
      length = 0
      return
    }
    if length == 0 {
      output(.value(part))
    } else {
      kept.append(contentsOf: part)
      kept.withUnsafeBytes { output(.value($0)) }
      kept.removeAll(keepingCapacity: kept.capacity <= 1 << 20)
    }
    length = 0
  }

  /// Whether what stands between values is neither a value nor the beginning of one: then the whole line is one error.
  private func isGarbage(_ first: UInt8?, _ part: UnsafeRawBufferPointer) -> Bool {
    switch first ?? 0 {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "-"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      false
    default: !["true", "false", "null"].contains(String(decoding: kept + part, as: UTF8.self))
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  /// What numbers and words are made of, and any byte of which more can be said only as part of one.
  private static func isScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"):
      false
    default: true
    }
  }
}
