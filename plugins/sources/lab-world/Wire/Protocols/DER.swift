/// ASN.1 values in DER (X.690): tag, length, value.

enum DER {
  static func tagged(_ tag: Int, _ value: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [UInt8(truncatingIfNeeded: tag)]
    switch value.count {
    case ..<128: out.u8(value.count)
    case ..<256: out += [0x81, UInt8(truncatingIfNeeded: value.count)]
    default:
      out.u8(0x82)
      out.u16(value.count)
    }
    return out + value
  }

  static func sequence(_ value: [UInt8]) -> [UInt8] { tagged(0x30, value) }
  static func text(_ value: String) -> [UInt8] { tagged(0x1b, Array(value.utf8)) }
  static func octets(_ value: [UInt8]) -> [UInt8] { tagged(0x04, value) }

  static func integer(_ value: Int, tag: Int = 0x02) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    repeat {
      bytes.insert(UInt8(truncatingIfNeeded: rest), at: 0)
      rest >>= 8
    } while rest > 0
    if bytes[0] & 0x80 != 0 { bytes.insert(0, at: 0) }
    return tagged(tag, bytes)
  }
}
