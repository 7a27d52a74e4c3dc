/// JSON as text, members in the order in which they are given.

struct JSONLine {
  private(set) var bytes: [UInt8] = Array("{".utf8)
  private var isEmpty = true

  mutating func text(_ name: String, _ value: String?) {
    guard let value else { return }
    key(name)
    quote(value)
  }

  mutating func number(_ name: String, _ value: UInt64?) {
    guard let value else { return }
    raw(name, "\(value)")
  }

  mutating func number(_ name: String, _ value: Int64) { raw(name, "\(value)") }

  mutating func flag(_ name: String, _ value: Bool?) {
    guard let value else { return }
    raw(name, value ? "true" : "false")
  }

  mutating func list(_ name: String, _ values: [String]) {
    guard !values.isEmpty else { return }
    key(name)
    bytes.append(0x5b)
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(0x2c) }
      quote(value)
    }
    bytes.append(0x5d)
  }

  mutating func object(_ name: String, _ body: (inout JSONLine) -> Void) {
    var inner = JSONLine()
    body(&inner)
    key(name)
    bytes.append(contentsOf: inner.finished)
  }

  /// The object with its end, no newline.
  var finished: [UInt8] { bytes + [0x7d] }

  private mutating func raw(_ name: String, _ value: String) {
    key(name)
    bytes.append(contentsOf: value.utf8)
  }

  private mutating func key(_ name: String) {
    if !isEmpty { bytes.append(0x2c) }
    isEmpty = false
    quote(name)
    bytes.append(0x3a)
  }

  private mutating func quote(_ text: String) { appendQuoted(text, to: &bytes) }
}

/// RFC 8259 §7; the same text is a double-quoted scalar of YAML.
func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
  bytes.append(0x22)
  for byte in text.utf8 {
    switch byte {
    case 0x22, 0x5c:
      bytes.append(0x5c)
      bytes.append(byte)
    case 0x0a: bytes.append(contentsOf: [0x5c, 0x6e])
    case 0x0d: bytes.append(contentsOf: [0x5c, 0x72])
    case 0x09: bytes.append(contentsOf: [0x5c, 0x74])
    case 0..<0x20: bytes.append(contentsOf: Array("\\u00\(hexadecimal([byte]))".utf8))
    default: bytes.append(byte)
    }
  }
  bytes.append(0x22)
}

func quoted(_ text: String) -> String {
  var bytes: [UInt8] = []
  appendQuoted(text, to: &bytes)
  return String(decoding: bytes, as: UTF8.self)
}
