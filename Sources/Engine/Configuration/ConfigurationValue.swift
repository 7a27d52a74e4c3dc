/// A checked value of the configuration, and how it is read from text.

import Flows
import JSON

public enum ConfigurationValue: Sendable, Equatable {
  case text(String)
  case flag(Bool)
  case integer(Int64)
  case number(Double)
  /// Nanoseconds.
  case duration(Int64)
  /// Bytes.
  case size(Int64)
  case texts([String])
  case mappings([[String: ConfigurationValue]])
  /// An object, as JSON.
  case object(JSONValue)

  /// Reads a scalar of that type; nil when the text does not fit.
  static func scalar(_ text: String, as type: ConfigurationType) -> ConfigurationValue? {
    switch type {
    case .text: return .text(text)
    case .network: return OverlapTarget(text, policy: .first) == nil ? nil : .text(text)
    case .flag:
      switch text.lowercased() {
      case "true", "yes", "on": return .flag(true)
      case "false", "no", "off": return .flag(false)
      default: return nil
      }
    case .integer(let bounds):
      guard let v = Int64(text), bounds.contains(v) else { return nil }
      return .integer(v)
    case .number(let bounds):
      guard let v = Double(text), bounds.contains(v) else { return nil }
      return .number(v)
    case .choice(let words): return words.contains(text) ? .text(text) : nil
    case .duration: return quantity(text, durationUnits).map { .duration($0) }
    case .size: return quantity(text, sizeUnits).map { .size($0) }
    case .texts: return .texts(text.split(separator: ",").map { String($0) })
    case .object:
      guard let value = try? JSONValue(parsing: text), value.members != nil else { return nil }
      return .object(value)
    case .mappings: return nil
    }
  }

  /// The words that tell a user what fits.
  static func expectation(of type: ConfigurationType) -> String {
    switch type {
    case .text: "text"
    case .network: "a network such as 10.1.0.0/16 or 2001:db8::/32, or an address"
    case .flag: "true or false"
    case .integer(let b): "a whole number from \(b.lowerBound) to \(b.upperBound)"
    case .number(let b): "a number from \(b.lowerBound) to \(b.upperBound)"
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .duration: "a length of time such as 90s, 15m, 12h or 14d"
    case .size: "a size such as 512MiB or 2GiB"
    case .texts: "a list of texts"
    case .object: "a mapping"
    case .mappings(let keys): "a list of mappings with " + keys.map(\.path).joined(separator: ", ")
    }
  }

  private static let durationUnits: [(String, Int64)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]
  private static let sizeUnits: [(String, Int64)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1), ("", 1),
  ]

  private static func quantity(_ text: String, _ units: [(String, Int64)]) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let n = Int64(digits), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
    let (v, overflow) = n.multipliedReportingOverflow(by: factor)
    return overflow ? nil : v
  }
}
