/// Bytes in network order, appended one after the other.

extension [UInt8] {
  mutating func u8(_ value: Int) { append(UInt8(truncatingIfNeeded: value)) }
  mutating func u16(_ value: Int) {
    u8(value >> 8)
    u8(value)
  }
  mutating func u24(_ value: Int) {
    u8(value >> 16)
    u16(value)
  }
  mutating func u32(_ value: UInt32) {
    u16(Int(value >> 16))
    u16(Int(value & 0xffff))
  }
  /// Little-endian, as SMB and NTLM have it.
  mutating func le16(_ value: Int) {
    u8(value)
    u8(value >> 8)
  }
  mutating func le32(_ value: UInt32) {
    le16(Int(value & 0xffff))
    le16(Int(value >> 16))
  }
  mutating func le64(_ value: UInt64) {
    le32(UInt32(truncatingIfNeeded: value))
    le32(UInt32(truncatingIfNeeded: value >> 32))
  }
  mutating func text(_ value: String) { append(contentsOf: value.utf8) }
  mutating func zeros(_ count: Int) { append(contentsOf: [UInt8](repeating: 0, count: count)) }

  /// A part that is preceded by its length in `bytes` bytes.
  mutating func counted(_ bytes: Int, _ body: (inout [UInt8]) -> Void) {
    var part: [UInt8] = []
    body(&part)
    for shift in stride(from: (bytes - 1) * 8, through: 0, by: -8) { u8(part.count >> shift) }
    append(contentsOf: part)
  }
}

/// UTF-16 little-endian.
func utf16(_ text: String) -> [UInt8] {
  var out: [UInt8] = []
  for unit in text.utf16 { out.le16(Int(unit)) }
  return out
}

/// RFC 4648 §4.
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  var index = 0
  while index < bytes.count {
    let rest = bytes.count - index
    let word =
      Int(bytes[index]) << 16 | (rest > 1 ? Int(bytes[index + 1]) << 8 : 0) | (rest > 2 ? Int(bytes[index + 2]) : 0)
    out.append(alphabet[word >> 18 & 63])
    out.append(alphabet[word >> 12 & 63])
    out.append(rest > 1 ? alphabet[word >> 6 & 63] : 0x3d)
    out.append(rest > 2 ? alphabet[word & 63] : 0x3d)
    index += 3
  }
  return String(decoding: out, as: UTF8.self)
}

/// The Internet checksum (RFC 1071) of parts taken as one.
func internetChecksum(_ bytes: [UInt8]) -> Int {
  var sum: UInt64 = 0
  var index = 0
  while index + 1 < bytes.count {
    sum += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
    index += 2
  }
  if index < bytes.count { sum += UInt64(bytes[index]) << 8 }
  while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
  return Int(~sum & 0xffff)
}
