/// What a client sends over a WebSocket: whole frames, masked (RFC 6455 §5.3).

public enum WebSocketFrame {
  /// A text of at most 65,535 bytes; what is longer is cut.
  public static func text(_ text: String, mask: UInt32) -> [UInt8] { frame(1, Array(text.utf8.prefix(65_535)), mask) }

  /// At most 125 bytes of the payload are sent.
  public static func ping(_ payload: [UInt8], mask: UInt32) -> [UInt8] { frame(9, payload.prefix(125), mask) }
  public static func pong(_ payload: [UInt8], mask: UInt32) -> [UInt8] { frame(10, payload.prefix(125), mask) }

  public static func close(_ code: UInt16, mask: UInt32) -> [UInt8] {
    frame(8, [UInt8(code >> 8), UInt8(code & 0xff)], mask)
  }

  private static func frame(_ opcode: UInt8, _ payload: some Collection<UInt8>, _ mask: UInt32) -> [UInt8] {
    var out: [UInt8] = [0x80 | opcode]
    if payload.count < 126 {
      out.append(0x80 | UInt8(payload.count))
    } else {
      out += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    }
    let key = [UInt8(mask >> 24), UInt8(mask >> 16 & 0xff), UInt8(mask >> 8 & 0xff), UInt8(mask & 0xff)]
    out += key
    for (at, byte) in payload.enumerated() { out.append(byte ^ key[at & 3]) }
    return out
  }
}
