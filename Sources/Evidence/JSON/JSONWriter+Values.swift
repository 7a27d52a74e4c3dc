/// How the house's values look in JSON: times RFC 3339, addresses as text.

import JSON

extension JSONWriter {
  public mutating func time(_ value: Timestamp) {
    string(atMost: 30) {
      value.writeRFC3339(into: $0)
      return 30
    }
  }

  public mutating func member(_ name: String, _ value: Timestamp?) {
    guard let value else { return }
    key(name)
    time(value)
  }

  public mutating func member(_ name: String, _ value: IPAddress?) {
    guard let value else { return }
    key(name)
    string(atMost: IPAddress.textLimit) { value.write(into: $0) }
  }

  public mutating func member(_ name: String, _ value: FlowID?) {
    guard let value else { return }
    key(name)
    id("flow-", value.rawValue)
  }

  /// What derived records are called by: a word and sixteen hexadecimal digits.
  mutating func id(_ word: StaticString, _ value: UInt64) {
    let length = word.utf8CodeUnitCount
    string(atMost: length + 16) { out in
      for i in 0..<length { out[i] = word.utf8Start[i] }
      writeHexDigits(value, into: UnsafeMutableBufferPointer(rebasing: out[length...]))
      return length + 16
    }
  }

  /// A non-empty list of texts; an empty one leaves the member out.
  public mutating func list(_ name: String, _ values: [String]) {
    if !values.isEmpty { member(name, values) }
  }

  /// A score: four decimals are more than any analytic knows.
  public mutating func score(_ name: String, _ value: Double) {
    key(name)
    double((value * 10_000).rounded() / 10_000)
  }

  public mutating func fieldValue(_ value: FieldValue) {
    switch value {
    case .u64(let v): int(v)
    case .i64(let v): int(v)
    case .f64(let v): double(v)
    case .flag(let v): bool(v)
    case .text(let v): string(v)
    case .bytes(let v): string(hex(v))
    case .ip(let v): string(v.description)
    case .mac(let v): string(v.description)
    case .time(let v): time(v)
    case .list(let values):
      beginArray()
      for v in values { fieldValue(v) }
      endArray()
    }
  }

  /// An object of typed fields.
  public mutating func fields(_ name: String, _ fields: [(name: String, value: FieldValue)]) {
    key(name)
    beginObject()
    for field in fields {
      key(field.name)
      fieldValue(field.value)
    }
    endObject()
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var out: [UInt8] = []
  out.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    out.append(digits[Int(byte >> 4)])
    out.append(digits[Int(byte & 15)])
  }
  return String(decoding: out, as: UTF8.self)
}
