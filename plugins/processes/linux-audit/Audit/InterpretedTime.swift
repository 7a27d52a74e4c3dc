/// The moment of an audit record as `ausearch -i` writes it: a date by the machine's locale, in its local time.

import PluginSupport

enum InterpretedTime {
  /// `10/22/2020 08:29:52.005`, `10/22/20 …` (the C locale), `22.10.2020 …`, `2020-10-22 …`, as if it were UTC. With
  /// slashes the month comes first where it can be one, with dots the day. Nil for anything else.
  static func nanoseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let space = text.firstIndex(of: 0x20) else { return nil }
    let date = text[..<space]
    guard let separator = date.first(where: { !(0x30...0x39).contains($0) }) else { return nil }
    let parts = date.split(separator: separator, omittingEmptySubsequences: false).map {
      Digits.decimal(UnsafeRawBufferPointer(rebasing: $0))
    }
    guard parts.count == 3, let a = parts[0], let b = parts[1], let c = parts[2], a < 10_000, b < 100, c < 10_000
    else { return nil }
    let (year, month, day): (UInt64, UInt64, UInt64)
    switch separator {
    case UInt8(ascii: "-") where a > 31: (year, month, day) = (a, b, c)
    case UInt8(ascii: "."): (year, month, day) = (c, b, a)
    case UInt8(ascii: "/") where a > 12: (year, month, day) = (c, b, a)
    case UInt8(ascii: "/"): (year, month, day) = (c, a, b)
    default: return nil
    }
    let full = year < 69 ? 2000 + year : year < 100 ? 1900 + year : year
    let rest = String(decoding: text[(space + 1)...], as: UTF8.self)
    return EventTime("\(padded(full, 4))-\(padded(month, 2))-\(padded(day, 2)) \(rest)")?.nanoseconds
  }

  private static func padded(_ number: UInt64, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
