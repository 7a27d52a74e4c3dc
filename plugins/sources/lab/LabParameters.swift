/// The parameters of the lab source: a flat JSON object of whole numbers.

import LabWorld

/// Reads `{"seed": 7, "people": 40, "days": 60}`; every member may be left out.
struct LabParameters {
  static let schema = """
    {"type":"object","properties":{"seed":{"type":"integer","minimum":0,"default":7,"description":"All chance comes from \
    this number."},"people":{"type":"integer","minimum":12,"maximum":400,"default":40,"description":"People on the \
    roster."},"days":{"type":"integer","minimum":30,"maximum":1000,"default":60,"description":"Days of what was seen \
    online."}},"additionalProperties":false}
    """

  var plan = LabPlan()

  /// Why the text is no such object, in one line.
  struct Refusal: Error {
    var reason: String
  }

  init(_ text: UnsafeRawBufferPointer) throws(Refusal) {
    var rest = text[...]
    func space() { while let byte = rest.first, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { rest = rest.dropFirst() } }
    func take(_ byte: UInt8) -> Bool {
      space()
      guard rest.first == byte else { return false }
      rest = rest.dropFirst()
      return true
    }
    space()
    if rest.isEmpty { return }
    let form = "expected an object of whole numbers, as {\"seed\": 7}"
    guard take(0x7b) else { throw Refusal(reason: form) }
    if take(0x7d) { return }
    repeat {
      guard take(0x22) else { throw Refusal(reason: form) }
      let name = rest.prefix { $0 != 0x22 }
      rest = rest.dropFirst(name.count)
      guard take(0x22), take(0x3a) else { throw Refusal(reason: form) }
      space()
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      let key = String(decoding: name, as: UTF8.self)
      guard let value = UInt64(String(decoding: digits, as: UTF8.self)) else {
        throw Refusal(reason: "parameter \(key): expected a whole number from 0")
      }
      try set(key, value)
    } while take(0x2c)
    guard take(0x7d) else { throw Refusal(reason: form) }
    space()
    guard rest.isEmpty else { throw Refusal(reason: form) }
  }

  private mutating func set(_ key: String, _ value: UInt64) throws(Refusal) {
    switch (key, value) {
    case ("seed", _): plan.seed = value
    case ("people", 12...400): plan.people = Int(value)
    case ("days", 30...1000): plan.days = Int(value)
    case ("people", _): throw Refusal(reason: "parameter people: expected 12 to 400, found \(value)")
    case ("days", _): throw Refusal(reason: "parameter days: expected 30 to 1000, found \(value)")
    default: throw Refusal(reason: "parameter \(key) is unknown; known are seed, people, days")
    }
  }
}
