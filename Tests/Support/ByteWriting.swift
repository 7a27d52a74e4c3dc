// Numbers to bytes, for the builders of this folder.

extension [UInt8] {
  mutating func big(_ value: UInt16) { append(contentsOf: [UInt8(value >> 8), UInt8(value & 0xFF)]) }
  mutating func big(_ value: UInt32) {
    big(UInt16(value >> 16))
    big(UInt16(value & 0xFFFF))
  }

  /// In the byte order asked for, as the headers of capture files need it.
  mutating func put<T: FixedWidthInteger>(_ value: T, bigEndian: Bool) {
    let ordered = bigEndian ? value.bigEndian : value.littleEndian
    Swift.withUnsafeBytes(of: ordered) { append(contentsOf: $0) }
  }

  mutating func setBig(_ value: UInt16, at offset: Int) {
    self[offset] = UInt8(value >> 8)
    self[offset + 1] = UInt8(value & 0xFF)
  }
}

/// The Internet checksum as RFC 1071 words it, one 16-bit word at a time: the tests' own, slow and plain.
public func plainChecksum(_ bytes: [UInt8]) -> UInt16 {
  var sum: UInt32 = 0
  for index in stride(from: 0, to: bytes.count, by: 2) {
    sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
  }
  while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
  return ~UInt16(sum)
}
