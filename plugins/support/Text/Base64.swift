/// Bytes out of base64 (RFC 4648 §4), piece by piece, as MIME and JSON carry them.

/// Decodes what comes, over line ends and anything else that is no letter of the alphabet (RFC 2045 §6.8).
public struct Base64Decoder {
  private var bits: UInt32 = 0
  private var count = 0
  private var isOver = false

  public init() {}

  public mutating func decode(_ text: some Sequence<UInt8>, into out: inout [UInt8]) {
    for byte in text {
      if byte == UInt8(ascii: "=") { isOver = true }
      guard !isOver, let value = Self.value(byte) else { continue }
      bits = bits << 6 | value
      count += 1
      if count == 4 {
        out.append(UInt8(truncatingIfNeeded: bits >> 16))
        out.append(UInt8(truncatingIfNeeded: bits >> 8))
        out.append(UInt8(truncatingIfNeeded: bits))
        bits = 0
        count = 0
      }
    }
  }

  /// The one or two bytes of a last group that is not whole.
  public mutating func finish(into out: inout [UInt8]) {
    if count >= 2 { out.append(UInt8(truncatingIfNeeded: bits >> (count == 2 ? 4 : 10))) }
    if count == 3 { out.append(UInt8(truncatingIfNeeded: bits >> 2)) }
    self = Base64Decoder()
  }

  /// All of a text; nil when it has other letters than those of base64, or none.
  public static func strict(_ text: String) -> [UInt8]? {
    var letters = 0
    for byte in text.utf8 {
      if value(byte) != nil { letters += 1 } else if byte != UInt8(ascii: "="), byte > 0x20 { return nil }
    }
    guard letters > 0, letters % 4 != 1 else { return nil }
    var out: [UInt8] = []
    var decoder = Base64Decoder()
    decoder.decode(text.utf8, into: &out)
    decoder.finish(into: &out)
    return out
  }

  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5a: UInt32(byte) - 0x41
    case 0x61...0x7a: UInt32(byte) - 0x61 + 26
    case 0x30...0x39: UInt32(byte) - 0x30 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
