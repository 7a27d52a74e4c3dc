/// Times as services write them, read as the parameters say.

import JSON
import PluginSupport
import Polling

/// How a service writes its times.
struct RestTimeFormat: Equatable, Sendable {
  /// In the letters of `strptime`: `%Y %m %d %H %I %p %M %S %f %b %z %%`. Nil: RFC 3339 and its kin, or a number of
  /// seconds, milliseconds, … since 1970.
  var pattern: String?
  /// Seconds east of UTC where the text does not say.
  var offset: Int64 = 0

  /// `+02:00`, `-0530`, `Z`; nil for anything else.
  static func offset(_ text: String) -> Int64? {
    // The reader of times knows zones: what it makes of a moment in that zone is the difference.
    guard let time = EventTime("1970-01-02T00:00:00" + text), time.hasZone else { return nil }
    return 86_400 - time.nanoseconds / 1_000_000_000
  }

  /// Whether a pattern has only letters that are known.
  static func isKnown(_ pattern: String) -> Bool {
    var rest = pattern[...]
    while let percent = rest.firstIndex(of: "%") {
      let letter = rest[percent...].dropFirst().first
      guard let letter, "YmdeHIpMSfbz%".contains(letter) else { return false }
      rest = rest[percent...].dropFirst(2)
    }
    return true
  }

  /// Nanoseconds since 1970 UTC; nil where it is no time of this format.
  func read(_ value: JSONValue) -> Int64? {
    if pattern == nil, let number = value.double ?? value.string.flatMap({ Double($0) }) {
      return EventTime(epoch: number)?.nanoseconds
    }
    guard let text = value.scalarText, text.utf8.count <= 128 else { return nil }
    guard let plain = pattern.map({ PatternReader(text).read($0) }) ?? text, let time = EventTime(plain) else {
      return nil
    }
    guard !time.hasZone else { return time.nanoseconds }
    let (moment, over) = time.nanoseconds.subtractingReportingOverflow(offset * 1_000_000_000)
    return over ? nil : moment
  }
}

/// Turns a text of a pattern into one that the reader of times takes, which then checks each part.
private struct PatternReader {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private var rest: Substring
  private var parts: [Character: String] = [:]

  init(_ text: String) { rest = text[...] }

  func read(_ pattern: String) -> String? {
    var me = self
    return me.walk(pattern)
  }

  private mutating func walk(_ pattern: String) -> String? {
    var wanted = pattern[...]
    while let next = wanted.popFirst() {
      guard next == "%" else {
        guard rest.popFirst() == next else { return nil }
        continue
      }
      guard let letter = wanted.popFirst(), take(letter) else { return nil }
    }
    guard rest.isEmpty, let year = parts["Y"], let month = parts["m"], let day = parts["d"] else { return nil }
    var hour = parts["H"] ?? "00"
    if let half = parts["p"], let given = parts["I"], let number = Int(given), (1...12).contains(number) {
      hour = Self.padded(number % 12 + (half == "pm" ? 12 : 0))
    }
    let second = (parts["S"] ?? "00") + (parts["f"].map { "." + $0 } ?? "")
    return "\(year)-\(month)-\(day)T\(hour):\(parts["M"] ?? "00"):\(second)\(parts["z"] ?? "")"
  }

  private mutating func take(_ letter: Character) -> Bool {
    func digits(_ most: Int) -> String? {
      let found = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(found.count)
      return found.isEmpty ? nil : String(found)
    }
    switch letter {
    case "%": return rest.popFirst() == "%"
    case "Y": parts["Y"] = digits(4)
    case "m", "H", "I", "M", "S": parts[letter] = digits(2).flatMap { Int($0) }.map(Self.padded)
    case "d", "e":
      rest = rest.drop { $0 == " " }
      parts["d"] = digits(2).flatMap { Int($0) }.map(Self.padded)
      return parts["d"] != nil
    case "f": parts["f"] = digits(9)
    case "b":
      guard let at = Self.months.firstIndex(of: rest.prefix(3).lowercased()) else { return false }
      rest = rest.dropFirst(3)
      parts["m"] = Self.padded(at + 1)
      return true
    case "p":
      let half = rest.prefix(2).lowercased()
      guard half == "am" || half == "pm" else { return false }
      rest = rest.dropFirst(2)
      parts["p"] = half
    case "z":
      let zone = rest.prefix { "+-:Z".contains($0) || $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(zone.count)
      parts["z"] = zone.isEmpty ? nil : String(zone)
    default: return false
    }
    return parts[letter] != nil
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
