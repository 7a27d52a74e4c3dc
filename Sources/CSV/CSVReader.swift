/// Reads comma-separated values (RFC 4180) as they come in, within bounded memory and with the place of each record.

/// Where a record begins.
public struct CSVPlace: Equatable, Sendable {
  /// 1-based.
  public var line: UInt64
  /// In bytes from the start of the input.
  public var offset: UInt64

  public init(line: UInt64 = 1, offset: UInt64 = 0) {
    self.line = line
    self.offset = offset
  }
}

/// Cuts bytes into records and their fields. The fields are bytes still: which character set they are in is for the
/// reader's owner to know.
///
/// Lines end with CRLF or LF; the separator is a comma, a semicolon or a tab, whichever the first line has most of, or what
/// a first line `sep=;` says (Excel writes both). Empty lines are no records. A field in quotes may hold separators, line
/// ends and doubled quotes; quotes within a field that does not begin with one are taken as they are. A record whose
/// quotes do not close, or that is too long, costs its first line only: what follows is read again from the next one.
public struct CSVReader {
  public enum Event {
    case record([[UInt8]], CSVPlace)
    case broken(CSVPlace, String)
  }

  private enum State {
    /// At the start of a field.
    case start
    case bare
    case quoted
    /// Behind a quote within a quoted field: its end, or the first of two.
    case quote
    /// Behind the limit of a line: over the rest of it.
    case skipping
  }

  private let limit: Int
  private let mostFields: Int
  public private(set) var separator: UInt8?
  private var state = State.start
  private var fields: [[UInt8]] = []
  private var field: [UInt8] = []
  /// The record's bytes so far, to be read again where it turns out broken.
  private var raw: [UInt8] = []
  private var start = CSVPlace()
  private var place = CSVPlace()
  /// Broken bytes are read again: a quote that does not close on its line is then broken at once, so that no byte is read
  /// more than twice.
  private var isAgain = false

  /// - Parameters:
  ///   - separator: nil finds it in the first line.
  ///   - limit: the longest record, in bytes.
  public init(separator: UInt8? = nil, limit: Int = 1 << 20, mostFields: Int = 4096) {
    self.separator = separator
    self.limit = limit
    self.mostFields = mostFields
  }

  public mutating func take(_ bytes: UnsafeRawBufferPointer, _ tell: (Event) -> Void) {
    for byte in bytes { take(byte, tell) }
  }

  /// Nothing follows.
  public mutating func end(_ tell: (Event) -> Void) {
    if separator == nil { settle(tell) }
    while !raw.isEmpty {
      switch state {
      case .quoted: breakRecord("a quote that is never closed", tell)
      default:
        finishRecord(tell)
        return
      }
    }
  }

  private mutating func take(_ byte: UInt8, _ tell: (Event) -> Void) {
    guard separator != nil else {
      raw.append(byte)
      if byte == 0x0a || raw.count >= limit { settle(tell) }
      return
    }
    raw.append(byte)
    place.offset &+= 1
    if byte == 0x0a { place.line &+= 1 }
    if let reason = step(byte, tell) { breakRecord(reason, tell) }
  }

  /// Says why the record is broken, if it is now.
  private mutating func step(_ byte: UInt8, _ tell: (Event) -> Void) -> String? {
    switch state {
    case .start, .bare:
      if byte == separator {
        return finishField() ? nil : "more than \(mostFields) fields"
      }
      if byte == 0x0a {
        finishRecord(tell)
        return nil
      }
      if byte == 0x22, state == .start {
        state = .quoted
      } else {
        state = .bare
        field.append(byte)
      }
    case .quoted:
      if byte == 0x22 {
        state = .quote
      } else {
        if byte == 0x0a, isAgain { return "a quote that is never closed" }
        field.append(byte)
      }
    case .quote:
      if byte == 0x22 {
        field.append(byte)
        state = .quoted
      } else if byte == separator {
        return finishField() ? nil : "more than \(mostFields) fields"
      } else if byte == 0x0a {
        finishRecord(tell)
        return nil
      } else if byte != 0x0d {
        return "text behind a closing quote"
      }
    case .skipping:
      if byte == 0x0a { reset() } else { raw.removeAll(keepingCapacity: true) }
      return nil
    }
    return raw.count > limit ? "longer than \(limit) bytes" : nil
  }

  private mutating func finishField() -> Bool {
    guard fields.count + 1 < mostFields else { return false }
    fields.append(field)
    field.removeAll(keepingCapacity: true)
    state = .start
    return true
  }

  private mutating func finishRecord(_ tell: (Event) -> Void) {
    if state == .bare, field.last == 0x0d { field.removeLast() }
    let isBlank = fields.isEmpty && field.isEmpty && !raw.contains(0x22)
    let done = fields + [field]
    let here = start
    reset()
    if !isBlank { tell(.record(done, here)) }
  }

  private mutating func reset() {
    fields.removeAll(keepingCapacity: true)
    field.removeAll(keepingCapacity: true)
    raw.removeAll(keepingCapacity: true)
    state = .start
    start = place
  }

  /// Gives up the record's first line, and reads the rest of its bytes again.
  private mutating func breakRecord(_ reason: String, _ tell: (Event) -> Void) {
    var again = raw
    var reason = reason
    let outer = isAgain
    isAgain = true
    var at = again.count
    while true {
      tell(.broken(start, reason))
      let rest: [UInt8]
      var isCut = false
      if let lineEnd = raw.firstIndex(of: 0x0a) {
        rest = Array(raw[(lineEnd + 1)...])
        place = CSVPlace(line: start.line &+ 1, offset: start.offset &+ UInt64(lineEnd + 1))
      } else {
        // A line that is too long by itself: its rest is broken too, up to its end.
        rest = []
        isCut = true
      }
      // What was read of the record, without its first line, comes before what was not read again yet.
      again = rest + again[at...]
      reset()
      if isCut { state = .skipping }
      at = 0
      var broken: String?
      while at < again.count, broken == nil {
        let byte = again[at]
        at += 1
        raw.append(byte)
        place.offset &+= 1
        if byte == 0x0a { place.line &+= 1 }
        broken = step(byte, tell)
      }
      guard let next = broken else { break }
      reason = next
    }
    isAgain = outer
  }

  /// The first line is there: what separates its fields?
  private mutating func settle(_ tell: (Event) -> Void) {
    var line = raw
    raw.removeAll(keepingCapacity: true)
    if line.starts(with: [0xef, 0xbb, 0xbf]) {
      line.removeFirst(3)
      place.offset &+= 3
      start = place
    }
    let text = line.prefix { $0 != 0x0a && $0 != 0x0d }
    if text.count == 5, text.starts(with: Array("sep=".utf8)), let named = text.last {
      separator = named
      place = CSVPlace(line: place.line &+ 1, offset: place.offset &+ UInt64(line.count))
      start = place
      return
    }
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in text {
      if byte == 0x22 { isQuoted.toggle() }
      if !isQuoted, byte == 0x2c || byte == 0x3b || byte == 0x09 { counts[byte, default: 0] += 1 }
    }
    separator = [0x2c, 0x3b, 0x09].max { counts[$0, default: 0] < counts[$1, default: 0] } ?? 0x2c
    for byte in line { take(byte, tell) }
  }
}
