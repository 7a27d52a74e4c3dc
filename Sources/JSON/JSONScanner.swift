// Finds the first byte at which a document stops being JSON. Only walked after simdjson has refused one, so it is
// written to be read, not to be fast; it never recurses, whatever the depth of what it is given.

struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let maxDepth: Int
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) {
    self.bytes = bytes
    self.maxDepth = maxDepth
  }

  /// Nil if the scanner has nothing to say against the document.
  mutating func firstError() -> JSONError? {
    do throws(JSONError) {
      try document()
      return nil
    } catch {
      return error
    }
  }

  private enum Expected { case value, valueOrEnd, key, keyOrEnd, commaOrEnd }

  private mutating func document() throws(JSONError) {
    skipSpace()
    guard at < bytes.count else { throw JSONError(.empty, at: at, "there is no value") }
    var closers: [UInt8] = []
    var expected = Expected.value
    while true {
      skipSpace()
      guard at < bytes.count else {
        let missing = closers.last.map { "'\(Character(Unicode.Scalar($0)))'" } ?? "a value"
        throw JSONError(.truncated, at: at, "the document ends, \(missing) is missing")
      }
      let byte = bytes[at]
      switch expected {
      case .valueOrEnd where byte == UInt8(ascii: "]"), .keyOrEnd where byte == UInt8(ascii: "}"):
        at &+= 1
        closers.removeLast()
        expected = .commaOrEnd
      case .value, .valueOrEnd:
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
          guard closers.count < maxDepth else {
            throw JSONError(.tooDeep, at: at, "nested deeper than \(maxDepth)")
          }
          closers.append(byte &+ 2)  // '[' + 2 is ']', '{' + 2 is '}'
          at &+= 1
          expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
        } else {
          try scalar(byte)
          expected = .commaOrEnd
        }
      case .key, .keyOrEnd:
        guard byte == UInt8(ascii: "\"") else { throw unexpected("a member's name in quotes") }
        try string()
        skipSpace()
        guard at < bytes.count else { throw JSONError(.truncated, at: at, "the document ends, ':' is missing") }
        guard bytes[at] == UInt8(ascii: ":") else { throw unexpected("':' after a member's name") }
        at &+= 1
        expected = .value
      case .commaOrEnd:
        let closer = closers.last ?? 0
        if byte == closer {
          at &+= 1
          closers.removeLast()
        } else if byte == UInt8(ascii: ",") {
          at &+= 1
          expected = closer == UInt8(ascii: "}") ? .key : .value
        } else {
          throw unexpected("',' or '\(Character(Unicode.Scalar(closer)))'")
        }
      }
      if closers.isEmpty, expected == .commaOrEnd { break }
    }
    skipSpace()
    guard at == bytes.count else { throw unexpected("nothing after the value") }
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at &+= 1 }
  }

  private func unexpected(_ wanted: String) -> JSONError {
    let byte = bytes[at]
    let found =
      (0x21...0x7E).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    return JSONError(byte >= 0x80 && !isUTF8(at) ? .badUTF8 : .syntax, at: at, "expected \(wanted), found \(found)")
  }

  private mutating func scalar(_ byte: UInt8) throws(JSONError) {
    switch byte {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: throw unexpected("a value")
    }
  }

  private mutating func word(_ word: String) throws(JSONError) {
    let left = bytes[at...].prefix(word.utf8.count)
    guard left.elementsEqual(word.utf8) else {
      let cut = word.utf8.starts(with: left)
      throw JSONError(cut ? .truncated : .syntax, at: at, "expected \(word)")
    }
    at &+= word.utf8.count
  }

  private mutating func number() throws(JSONError) {
    let start = at
    var whole = true
    if bytes[at] == UInt8(ascii: "-") { at &+= 1 }
    let lead = at
    guard digits() else { throw JSONError(.syntax, at: start, "a number without digits") }
    if bytes[lead] == UInt8(ascii: "0"), at &- lead > 1 {
      throw JSONError(.syntax, at: start, "a number with a leading zero")
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at &+= 1
      whole = false
      guard digits() else { throw JSONError(.syntax, at: start, "a number without digits after the point") }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at &+= 1
      whole = false
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at &+= 1 }
      guard digits() else { throw JSONError(.syntax, at: start, "a number without digits in its exponent") }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let fits = whole ? Int64(text) != nil || UInt64(text) != nil : (Double(text) ?? .infinity).isFinite
    guard fits else { throw JSONError(.numberRange, at: start, "a number beyond 64 bits") }
  }

  private mutating func digits() -> Bool {
    let start = at
    while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at &+= 1 }
    return at > start
  }

  private mutating func string() throws(JSONError) {
    let start = at
    at &+= 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at &+= 1
        return
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20: throw JSONError(.syntax, at: at, "a control character in a string must be escaped")
      case 0x20..<0x80: at &+= 1
      default:
        let length = sequenceLength(at)
        guard length > 0 else { throw JSONError(.badUTF8, at: at, "not UTF-8") }
        at &+= length
      }
    }
    throw JSONError(.truncated, at: start, "a string that is never closed")
  }

  private mutating func escape() throws(JSONError) {
    let start = at
    guard at &+ 1 < bytes.count else { throw JSONError(.truncated, at: at, "the document ends in an escape") }
    guard bytes[at &+ 1] == UInt8(ascii: "u") else {
      guard "\"\\/bfnrt".utf8.contains(bytes[at &+ 1]) else { throw JSONError(.syntax, at: at, "an unknown escape") }
      at &+= 2
      return
    }
    let unit = try codeUnit(start)
    if (0xDC00..<0xE000).contains(unit) { throw JSONError(.badUTF8, at: start, "a lone low surrogate") }
    guard (0xD800..<0xDC00).contains(unit) else { return }
    guard at &+ 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at &+ 1] == UInt8(ascii: "u"),
      (0xDC00..<0xE000).contains(try codeUnit(start))
    else { throw JSONError(.badUTF8, at: start, "a lone high surrogate") }
  }

  private mutating func codeUnit(_ start: Int) throws(JSONError) -> UInt32 {
    guard at &+ 6 <= bytes.count else { throw JSONError(.truncated, at: start, "the document ends in an escape") }
    var unit: UInt32 = 0
    for byte in bytes[(at &+ 2)..<(at &+ 6)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw JSONError(.syntax, at: start, "an escape without four hexadecimal digits")
      }
      unit = unit &<< 4 | UInt32(digit)
    }
    at &+= 6
    return unit
  }

  private func isUTF8(_ at: Int) -> Bool { sequenceLength(at) > 0 }

  /// The length of the well-formed sequence of two to four bytes that starts here (RFC 3629 §4), or 0.
  private func sequenceLength(_ at: Int) -> Int {
    func byte(_ offset: Int) -> UInt8 { at &+ offset < bytes.count ? bytes[at &+ offset] : 0 }
    func tail(_ offset: Int) -> Bool { byte(offset) & 0xC0 == 0x80 }
    switch bytes[at] {
    case 0xC2...0xDF: return tail(1) ? 2 : 0
    case 0xE0...0xEF:
      let second: ClosedRange<UInt8> = bytes[at] == 0xE0 ? 0xA0...0xBF : bytes[at] == 0xED ? 0x80...0x9F : 0x80...0xBF
      return second.contains(byte(1)) && tail(2) ? 3 : 0
    case 0xF0...0xF4:
      let second: ClosedRange<UInt8> = bytes[at] == 0xF0 ? 0x90...0xBF : bytes[at] == 0xF4 ? 0x80...0x8F : 0x80...0xBF
      return second.contains(byte(1)) && tail(2) && tail(3) ? 4 : 0
    default: return 0
    }
  }
}
