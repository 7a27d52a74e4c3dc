/// Numbers and hexadecimal text as logs write them, read from bytes without trusting any of them.
public enum Digits {
  /// A decimal number of at most 20 digits and nothing else; nil when it is not one or does not fit.
  public static func decimal(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    guard !bytes.isEmpty, bytes.count <= 20 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      let digit = byte &- 0x30
      guard digit <= 9 else { return nil }
      let (scaled, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit))
      guard !over, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// Hexadecimal digits without a prefix, at most 16.
  public static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
    guard !bytes.isEmpty, bytes.count <= 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard let nibble = nibble(byte) else { return nil }
      value = value << 4 | UInt64(nibble)
    }
    return value
  }

  /// A number as `420`, or as `0x1a4`.
  public static func number(_ text: some StringProtocol) -> UInt64? {
    var text = String(text)
    return text.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      if bytes.count > 2, bytes[0] == 0x30, bytes[1] | 0x20 == 0x78 {
        return hexadecimal(UnsafeRawBufferPointer(rebasing: bytes[2...]))
      }
      return decimal(bytes)
    }
  }

  /// The bytes that hexadecimal text stands for; nil when a digit is none or one is left over.
  public static func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
    var text = String(text)
    return text.withUTF8 { utf8 -> [UInt8]? in
      guard utf8.count.isMultiple(of: 2) else { return nil }
      var out: [UInt8] = []
      out.reserveCapacity(utf8.count / 2)
      var at = 0
      while at < utf8.count {
        guard let high = nibble(utf8[at]), let low = nibble(utf8[at + 1]) else { return nil }
        out.append(high << 4 | low)
        at += 2
      }
      return out
    }
  }

  /// The value of a hexadecimal digit.
  @inlinable public static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
  }
}
