/// Times as logs write them: RFC 3339, and its cousins with a space, without a zone, or with any fraction.

/// A moment, and whether the text said in which zone it is.
public struct EventTime: Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted; without a zone, as if the text were UTC.
  public var nanoseconds: Int64
  public var hasZone: Bool
}

extension EventTime {
  /// `2020-10-22 08:29:52.005`, `2020-10-22T08:29:52.005+02:00`, `… -0700`, `…Z`, `… UTC`; a fraction of any length
  /// (what is below a nanosecond is cut). Nil for anything else, and outside the years 1678 to 2261.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    var scanner = TimeScanner(bytes: bytes)
    guard let year = scanner.digits(4), scanner.skip(0x2d), let month = scanner.digits(2), scanner.skip(0x2d),
      let day = scanner.digits(2), scanner.skip(0x54) || scanner.skip(0x74) || scanner.skip(0x20),
      let hour = scanner.digits(2), scanner.skip(0x3a), let minute = scanner.digits(2), scanner.skip(0x3a),
      let second = scanner.digits(2), (1...12).contains(month), day >= 1,
      day <= Calendar.days(month: month, year: year),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var fraction: Int64 = 0
    if scanner.skip(0x2e) || scanner.skip(0x2c) {
      guard let nanoseconds = scanner.fraction() else { return nil }
      fraction = nanoseconds
    }
    var zone: Int64?
    _ = scanner.skip(0x20)
    if scanner.skip("UTC") || scanner.skip("GMT") {
      zone = 0
    } else if scanner.skip(0x5a) || scanner.skip(0x7a) {
      zone = 0
    } else if let sign: Int64 = scanner.skip(0x2b) ? 1 : scanner.skip(0x2d) ? -1 : nil {
      guard let hours = scanner.digits(2), hours < 24 else { return nil }
      _ = scanner.skip(0x3a)
      guard let minutes = scanner.digits(2), minutes < 60 else { return nil }
      zone = sign * (hours * 3600 + minutes * 60)
    }
    guard scanner.isAtEnd else { return nil }
    // Four digits of a year keep all of this far inside 64 bits; only the step to nanoseconds can leave them.
    let seconds =
      Calendar.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - (zone ?? 0)
    let (scaled, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = scaled.addingReportingOverflow(fraction)
    guard !over, !carry else { return nil }
    self.init(nanoseconds: sum, hasZone: zone != nil)
  }

  public init?(_ text: String) {
    var text = text
    guard let time = text.withUTF8({ EventTime(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = time
  }

  /// Seconds, milliseconds, microseconds or nanoseconds since 1970: which of them shows in how many there are, for a
  /// moment from 1973 on. Nil for what comes before, and from 2261 on.
  public init?(epoch: Double) {
    let scale: Int64
    switch epoch {
    case 1e8..<1e11: scale = 1_000_000_000
    case 1e11..<1e14: scale = 1_000_000
    case 1e14..<1e17: scale = 1_000
    case 1e17..<9e18: scale = 1
    default: return nil
    }
    // Within this nothing below leaves 64 bits.
    guard epoch * Double(scale) < 9.2e18 else { return nil }
    // A double tells a microsecond of today, and not more.
    let whole = epoch.rounded(.down)
    let micros = ((epoch - whole) * Double(scale) / 1000).rounded()
    self.init(nanoseconds: Int64(whole) * scale + Int64(micros) * 1000, hasZone: true)
  }

  /// A moment as RFC 3339 writes it: with `Z` or an offset. Nil otherwise.
  public static func rfc3339(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let time = EventTime(bytes), time.hasZone else { return nil }
    return time.nanoseconds
  }
}

/// The proleptic Gregorian calendar, counted from 1970-01-01.
enum Calendar {
  static func days(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days before the first of each month in a year that begins in March, so that the leap day is the last.
  private static let beforeMonth: [Int64] = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275]

  /// Days from 1970-01-01 to a date of the years 0 to 9999.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month < 3 ? year - 1 : year
    // 400 years more keep the divisions on one side of zero; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let y = marchYear + 400
    return y * 365 + y / 4 - y / 100 + y / 400 + beforeMonth[Int(month - 1)] + day - 1 - 719_468 - 146_097
  }
}

/// Walks over the bytes of a time.
private struct TimeScanner {
  let bytes: UnsafeRawBufferPointer
  var at = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  mutating func skip(_ word: StaticString) -> Bool {
    let wanted = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[at...].starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  mutating func digits(_ count: Int) -> Int64? {
    guard bytes.count - at >= count else { return nil }
    var value: Int64 = 0
    for index in at..<(at + count) {
      let digit = bytes[index] &- 0x30
      guard digit <= 9 else { return nil }
      value = value * 10 + Int64(digit)
    }
    at += count
    return value
  }

  /// Decimals of a second, at least one, as nanoseconds.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var weight: Int64 = 100_000_000
    let first = at
    while at < bytes.count, case let digit = bytes[at] &- 0x30, digit <= 9 {
      value += Int64(digit) * weight
      weight /= 10
      at += 1
    }
    return at > first ? value : nil
  }
}
