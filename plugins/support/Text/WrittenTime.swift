/// Times as people, mail programs and exports write them: RFC 5322, dates with month names, and tables' own forms.

/// Reads what `EventTime` does, and:
/// `Tue, 1 Sep 2026 01:07:38 +0200 (CEST)`, `Tue Sep 01 01:07:38 +0000 2026`, `1 Sep 2026, 1:07 PM`, `01.09.2026 01:07`,
/// `2026/09/01`, `9/21/26, 1:07 PM`, `1788224858`, `1788224858123`.
public struct WrittenTime {
  /// Which number of `1/9/2026` is the day. Dots mean day first, a year in front means year, month, day.
  public enum Order: String, Sendable, CaseIterable {
    case dayFirst = "dmy"
    case monthFirst = "mdy"
  }

  private enum Token {
    case number(Int64, digits: Int)
    case word([UInt8])
    case sign(UInt8)
  }

  /// - Parameters:
  ///   - order: nil refuses a date that can be read in both ways.
  ///   - zone: seconds east of UTC for a time that names none.
  public static func read(_ text: String, order: Order? = nil, zone: Int64 = 0) -> EventTime? {
    if let time = EventTime(text) { return time.hasZone ? time : moved(time, zone) }
    var trimmed = text.utf8[...]
    while let first = trimmed.first, first <= 0x20 { trimmed = trimmed.dropFirst() }
    while let last = trimmed.last, last <= 0x20 { trimmed = trimmed.dropLast() }
    guard !trimmed.isEmpty, trimmed.count <= 128 else { return nil }
    if trimmed.allSatisfy({ $0 &- 0x30 <= 9 }) {
      guard trimmed.count >= 9, let number = Double(Substring(trimmed)) else { return nil }
      return EventTime(epoch: number)
    }
    var parts = Parts(order: order)
    guard let tokens = tokens(of: trimmed), parts.take(tokens) else { return nil }
    guard let time = parts.time else { return nil }
    return time.hasZone ? time : moved(time, zone)
  }

  private static func moved(_ time: EventTime, _ zone: Int64) -> EventTime? {
    let (offset, over) = zone.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = time.nanoseconds.subtractingReportingOverflow(offset)
    return over || carry ? nil : EventTime(nanoseconds: sum, hasZone: false)
  }

  /// Comments in brackets (RFC 5322 §3.2.2) and white space, no-break spaces too, are left out.
  private static func tokens(of text: Substring.UTF8View) -> [Token]? {
    var out: [Token] = []
    let bytes = Array(text)
    var at = 0
    var depth = 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0x28 || byte == 0x29 || depth > 0 {
        depth += byte == 0x28 ? 1 : byte == 0x29 ? -1 : 0
        guard depth >= 0 else { return nil }
        at += 1
      } else if byte &- 0x30 <= 9 {
        let start = at
        while at < bytes.count, bytes[at] &- 0x30 <= 9 { at += 1 }
        guard at - start <= 9 else { return nil }
        out.append(.number(bytes[start..<at].reduce(0) { $0 * 10 + Int64($1 &- 0x30) }, digits: at - start))
      } else if byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a {
        let start = at
        while at < bytes.count, bytes[at] | 0x20 >= 0x61 && bytes[at] | 0x20 <= 0x7a { at += 1 }
        out.append(.word(bytes[start..<at].map { $0 | 0x20 }))
      } else if byte >= 0x80 {
        // U+00A0, U+202F and their like stand between a time and its AM; other letters are no part of any form here.
        at += 1
      } else {
        if byte > 0x20 { out.append(.sign(byte)) }
        at += 1
      }
      guard out.count <= 32 else { return nil }
    }
    return out
  }

  /// What was found so far.
  private struct Parts {
    let order: Order?
    private var numbers: [(value: Int64, digits: Int)] = []
    private var separator: UInt8?
    private var month: Int64?
    private var hour: Int64?
    private var minute: Int64 = 0
    private var second: Int64 = 0
    private var fraction: Int64 = 0
    private var afternoon: Bool?
    private var zone: Int64?

    init(order: Order?) { self.order = order }

    mutating func take(_ tokens: [Token]) -> Bool {
      var at = 0
      func sign(_ offset: Int) -> UInt8? {
        guard at + offset < tokens.count, case .sign(let byte) = tokens[at + offset] else { return nil }
        return byte
      }
      func number(_ offset: Int) -> (value: Int64, digits: Int)? {
        guard at + offset < tokens.count, case .number(let value, let digits) = tokens[at + offset] else { return nil }
        return (value, digits)
      }
      // A sign begins a zone only there; elsewhere it parts a date.
      var isBehindTime = false
      while at < tokens.count {
        switch tokens[at] {
        case .number(let value, let digits):
          if hour == nil, sign(1) == 0x3a, let minutes = number(2) {
            hour = value
            minute = minutes.value
            at += 3
            if sign(0) == 0x3a, let seconds = number(1) {
              second = seconds.value
              at += 2
              if let dot = sign(0), dot == 0x2e || dot == 0x2c, let part = number(1), hour != nil, part.digits <= 9 {
                fraction = (0..<(9 - part.digits)).reduce(part.value) { sum, _ in sum * 10 }
                at += 2
              }
            }
            isBehindTime = true
            continue
          }
          isBehindTime = false
          numbers.append((value, digits))
          guard numbers.count <= 3 else { return false }
        case .word(let letters):
          guard word(letters) else { return false }
          isBehindTime = isBehindTime && afternoon != nil
        case .sign(let byte):
          if byte == 0x2b || byte == 0x2d, isBehindTime, zone == nil, let offset = number(1), offset.digits >= 2 {
            guard
              let seconds = offset.digits == 4
                ? Self.zone(offset.value / 100, offset.value % 100)
                : sign(2) == 0x3a
                  ? number(3).flatMap({ Self.zone(offset.value, $0.value) }) : Self.zone(offset.value, 0)
            else { return false }
            zone = byte == 0x2b ? seconds : -seconds
            at += offset.digits != 4 && sign(2) == 0x3a ? 4 : 2
            isBehindTime = false
            continue
          }
          guard [0x2c, 0x2f, 0x2e, 0x2d].contains(byte) else { return false }
          if separator == nil, numbers.count == 1, byte != 0x2c { separator = byte }
        }
        at += 1
      }
      return true
    }

    private static func zone(_ hours: Int64, _ minutes: Int64) -> Int64? {
      hours < 24 && minutes < 60 ? hours * 3600 + minutes * 60 : nil
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    /// RFC 5322 §4.3.
    private static let zones: [String: Int64] = [
      "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
      "pdt": -7,
    ]

    private mutating func word(_ letters: [UInt8]) -> Bool {
      let text = String(decoding: letters, as: UTF8.self)
      if text == "am" || text == "pm" {
        afternoon = text == "pm"
      } else if hour != nil, let hours = Self.zones[text] {
        zone = zone ?? hours * 3600
      } else if let index = Self.months.firstIndex(where: { text.hasPrefix($0) }) {
        guard month == nil else { return false }
        month = Int64(index + 1)
      } else {
        return text == "at" || text == "t" || Self.days.contains { text.hasPrefix($0) }
      }
      return true
    }

    var time: EventTime? {
      guard let (year, month, day) = date, (1...12).contains(month), day >= 1,
        day <= Calendar.days(month: month, year: year)
      else { return nil }
      var hour = hour ?? 0
      if let afternoon {
        guard (1...12).contains(hour) else { return nil }
        hour = hour % 12 + (afternoon ? 12 : 0)
      }
      guard hour < 24, minute < 60, second <= 60 else { return nil }
      let seconds =
        Calendar.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - (zone ?? 0)
      let (scaled, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      let (sum, carry) = scaled.addingReportingOverflow(fraction)
      return over || carry ? nil : EventTime(nanoseconds: sum, hasZone: zone != nil)
    }

    private var date: (year: Int64, month: Int64, day: Int64)? {
      if let month {
        guard numbers.count == 2 else { return nil }
        let (a, b) = (numbers[0], numbers[1])
        // `1 Sep 2026`, `Sep 1, 2026`, and `2026 Sep 1`.
        return a.digits == 4 ? (a.value, month, b.value) : (year(b), month, a.value)
      }
      guard numbers.count == 3 else { return nil }
      let (a, b, c) = (numbers[0], numbers[1], numbers[2])
      if a.digits == 4 { return (a.value, b.value, c.value) }
      if separator == 0x2e { return (year(c), b.value, a.value) }
      guard separator == 0x2f || separator == 0x2d else { return nil }
      switch order {
      case .dayFirst: return (year(c), b.value, a.value)
      case .monthFirst: return (year(c), a.value, b.value)
      case nil:
        if a.value > 12 { return (year(c), b.value, a.value) }
        return b.value > 12 || a.value == b.value ? (year(c), a.value, b.value) : nil
      }
    }

    /// RFC 5322 §4.3: two digits up to 49 are of this century, three count from 1900.
    private func year(_ number: (value: Int64, digits: Int)) -> Int64 {
      switch number.digits {
      case 4...: min(number.value, 9999)
      case 3: number.value + 1900
      default: number.value + (number.value < 50 ? 2000 : 1900)
      }
    }
  }
}
