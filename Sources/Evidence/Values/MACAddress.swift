/// A 48-bit link-layer address.

public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
  /// The address in the low 48 bits, first byte on the wire highest.
  public let value: UInt64

  @inlinable public init(_ value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

  /// Reads six bytes; nil for any other length.
  public init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 6 else { return nil }
    self.init(bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Reads `aa:bb:cc:dd:ee:ff`, also with `-` between the bytes.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
    guard parts.count == 6 else { return nil }
    var v: UInt64 = 0
    for part in parts {
      guard part.utf8.count == 2, let byte = UInt8(part, radix: 16) else { return nil }
      v = v << 8 | UInt64(byte)
    }
    self.init(v)
  }

  /// Lower case, with colons.
  public var description: String {
    let hex = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(17)
    for shift in stride(from: 40, through: 0, by: -8) {
      if shift < 40 { out.append(58) }
      let byte = Int(truncatingIfNeeded: value >> UInt64(shift)) & 0xFF
      out.append(hex[byte >> 4])
      out.append(hex[byte & 15])
    }
    return String(decoding: out, as: UTF8.self)
  }
}
