/// A moment in UTC: the event time that all correlation uses.

#if canImport(Glibc)
  import Glibc
#endif

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as Unix time).
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Covers the years 1678 to 2261.
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  /// Whole seconds since 1970, saturated at what nanoseconds can hold.
  public init(seconds: Int64) {
    let (n, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    nanoseconds = overflow ? (seconds < 0 ? .min : .max) : n
  }

  @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

  /// The difference in nanoseconds, saturated at the ends of `Int64`.
  @inlinable public static func - (a: Timestamp, b: Timestamp) -> Int64 {
    let (d, overflow) = a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)
    return overflow ? (a.nanoseconds < b.nanoseconds ? .min : .max) : d
  }

  /// This moment moved by nanoseconds, saturated.
  @inlinable public func advanced(by nanoseconds: Int64) -> Timestamp {
    let (t, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return Timestamp(nanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : t)
  }

  /// The wall clock.
  public static func now() -> Timestamp {
    var t = timespec()
    clock_gettime(CLOCK_REALTIME, &t)
    return Timestamp(nanoseconds: Int64(t.tv_sec) &* 1_000_000_000 &+ Int64(t.tv_nsec))
  }
}

// MARK: - RFC 3339

extension Timestamp {
  /// Reads RFC 3339 (`2026-09-01T01:07:38.325Z`, any fraction, `Z` or an offset, `T` or a space); a date alone is its
  /// midnight UTC. Nil when the text is something else or outside the years 1678 to 2261.
  public init?(rfc3339 text: some StringProtocol) {
    var text = String(text)
    let parsed = text.withUTF8 { Timestamp.parse($0) }
    guard let parsed else { return nil }
    self = parsed
  }

  static func parse(_ s: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    func digits(_ at: Int, _ count: Int) -> Int64? {
      guard at + count <= s.count else { return nil }
      var v: Int64 = 0
      for i in at..<(at + count) {
        guard s[i] >= 48, s[i] <= 57 else { return nil }
        v = v * 10 + Int64(s[i] - 48)
      }
      return v
    }
    guard s.count >= 10, s.count <= 64, let year = digits(0, 4), s[4] == 45, let month = digits(5, 2), s[7] == 45,
      let day = digits(8, 2), (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year)
    else { return nil }
    var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
    var nanos: Int64 = 0
    if s.count > 10 {
      guard s[10] == 84 || s[10] == 116 || s[10] == 32, let hour = digits(11, 2), s.count > 16, s[13] == 58,
        let minute = digits(14, 2), hour < 24, minute < 60
      else { return nil }
      var at = 16
      var second: Int64 = 0
      if at < s.count, s[at] == 58 {
        guard let v = digits(at + 1, 2), v <= 60 else { return nil }
        second = v
        at += 3
      }
      if at < s.count, s[at] == 46 || s[at] == 44 {
        at += 1
        var scale: Int64 = 100_000_000
        let first = at
        while at < s.count, s[at] >= 48, s[at] <= 57 {
          nanos += Int64(s[at] - 48) * scale
          scale /= 10
          at += 1
        }
        guard at > first else { return nil }
      }
      var offset: Int64 = 0
      guard at < s.count else { return nil }
      switch s[at] {
      case 90, 122: at += 1
      case 43, 45:
        guard let h = digits(at + 1, 2), h < 24 else { return nil }
        var next = at + 3
        if next < s.count, s[next] == 58 { next += 1 }
        guard let m = digits(next, 2), m < 60 else { return nil }
        offset = (h * 3600 + m * 60) * (s[at] == 43 ? 1 : -1)
        at = next + 2
      default: return nil
      }
      guard at == s.count else { return nil }
      seconds += hour * 3600 + minute * 60 + second - offset
    }
    let (scaled, o1) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (total, o2) = scaled.addingReportingOverflow(nanos)
    return o1 || o2 ? nil : Timestamp(nanoseconds: total)
  }

  /// RFC 3339 with nine decimals, UTC, ending in `Z`: the form of every record that leaves the program.
  public var rfc3339: String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 30) { buffer in
      writeRFC3339(into: UnsafeMutableBufferPointer(rebasing: buffer[0..<30]))
      return String(decoding: buffer, as: UTF8.self)
    }
  }

  /// Writes the 30 bytes of `rfc3339`; `out` has room for at least that.
  public func writeRFC3339(into out: UnsafeMutableBufferPointer<UInt8>) {
    guard out.count >= 30 else { return }
    var nanos = nanoseconds % 1_000_000_000
    var seconds = nanoseconds / 1_000_000_000
    if nanos < 0 {
      nanos += 1_000_000_000
      seconds -= 1
    }
    var days = seconds / 86_400
    var rest = seconds % 86_400
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    let (year, month, day) = Timestamp.civil(days: days)
    func put(_ value: Int64, _ at: Int, _ width: Int) {
      var v = value
      for i in stride(from: at + width - 1, through: at, by: -1) {
        out[i] = UInt8(truncatingIfNeeded: 48 + v % 10)
        v /= 10
      }
    }
    put(year, 0, 4)
    out[4] = 45
    put(month, 5, 2)
    out[7] = 45
    put(day, 8, 2)
    out[10] = 84
    put(rest / 3600, 11, 2)
    out[13] = 58
    put(rest / 60 % 60, 14, 2)
    out[16] = 58
    put(rest % 60, 17, 2)
    out[19] = 46
    put(nanos, 20, 9)
    out[29] = 90
  }

  // Days and civil dates of the proleptic Gregorian calendar, by eras of 400 years (146,097 days).

  static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Timestamp: CustomStringConvertible {
  public var description: String { rfc3339 }
}
