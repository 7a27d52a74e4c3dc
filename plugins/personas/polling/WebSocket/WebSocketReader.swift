/// What a server sends over a WebSocket (RFC 6455 §5), as a client reads it: bytes in, messages out, no I/O.

/// What came.
public enum WebSocketEvent: Equatable, Sendable {
  /// A whole text message, UTF-8.
  case text([UInt8])
  /// A whole binary message of so many bytes, which are not kept.
  case binary(UInt64)
  /// A message of more bytes than are kept, which was read over.
  case oversize(UInt64)
  case ping([UInt8])
  case pong
  /// Nothing follows. No code: the server gave none.
  case close(code: UInt16?, reason: String)
}

/// What is no WebSocket: the connection has to be failed with a close code (RFC 6455 §7.1.7).
public struct WebSocketViolation: Error, Equatable, Sendable {
  public var code: UInt16
  public var words: String

  init(_ code: UInt16, _ words: String) {
    self.code = code
    self.words = words
  }
}

/// Reads frames of a server. It holds one message of at most `limit` bytes and what it was fed last.
public struct WebSocketReader {
  /// The most bytes of a message that is read over; a longer one ends the connection.
  public static let mostSkipped: UInt64 = 64 << 20

  private struct Frame {
    var opcode: UInt8
    var isFinal: Bool
    var left: UInt64
    var isControl: Bool { opcode & 8 != 0 }
  }

  private let limit: Int
  private var bytes: [UInt8] = []
  private var at = 0
  private var frame: Frame?
  /// The opcode that the message at hand began with.
  private var kind: UInt8?
  private var message: [UInt8] = []
  /// Bytes of the message at hand, kept or not.
  private var length: UInt64 = 0
  private var control: [UInt8] = []
  private var isOver = false

  /// - Parameter limit: the most bytes of a message that are kept.
  public init(limit: Int) { self.limit = limit }

  /// Takes what came. All that `next` has to tell of it is asked for before more is fed.
  public mutating func feed(_ more: some Collection<UInt8>) {
    if at > 0 { bytes.removeFirst(at) }
    at = 0
    bytes.append(contentsOf: more)
  }

  /// The next event; nil: more bytes are needed, or it is closed.
  public mutating func next() throws(WebSocketViolation) -> WebSocketEvent? {
    guard !isOver else { return nil }
    do throws(WebSocketViolation) {
      while true {
        if frame == nil {
          guard let begun = try header() else { return nil }
          frame = begun
        }
        guard let ended = takePayload() else { return nil }
        if let event = try ended.isControl ? self.control(ended.opcode) : self.end(of: ended) { return event }
      }
    } catch {
      isOver = true
      throw error
    }
  }

  /// RFC 6455 §5.2. Nil: not all of it is there.
  private mutating func header() throws(WebSocketViolation) -> Frame? {
    let there = bytes.count - at
    guard there >= 2 else { return nil }
    let (first, second) = (bytes[at], bytes[at + 1])
    guard first & 0x70 == 0 else { throw WebSocketViolation(1002, "a reserved bit without an extension") }
    guard second & 0x80 == 0 else { throw WebSocketViolation(1002, "a masked frame of a server") }
    let opcode = first & 0x0f
    let isFinal = first & 0x80 != 0
    let short = second & 0x7f
    let extra = short == 126 ? 2 : short == 127 ? 8 : 0
    if opcode & 8 != 0 {
      guard (8...10).contains(opcode) else { throw WebSocketViolation(1002, "the reserved opcode \(opcode)") }
      guard isFinal, extra == 0 else { throw WebSocketViolation(1002, "a control frame in parts, or over 125 bytes") }
    } else {
      guard opcode <= 2 else { throw WebSocketViolation(1002, "the reserved opcode \(opcode)") }
      guard (opcode == 0) == (kind != nil) else {
        throw WebSocketViolation(
          1002, opcode == 0 ? "a part of no message" : "a message within the parts of another")
      }
    }
    guard there >= 2 + extra else { return nil }
    var size = extra == 0 ? UInt64(short) : 0
    for byte in bytes[(at + 2)..<(at + 2 + extra)] { size = size << 8 | UInt64(byte) }
    let least: UInt64 = extra == 0 ? 0 : extra == 2 ? 126 : 65_536
    guard size >= least, size <= UInt64(Int64.max) else {
      throw WebSocketViolation(1002, "a length that is not written as short as it can be")
    }
    if opcode & 8 == 0 {
      let (whole, isOver) = length.addingReportingOverflow(size)
      guard !isOver, whole <= Self.mostSkipped else {
        throw WebSocketViolation(1009, "a message of more than \(Self.mostSkipped >> 20) MiB")
      }
      if opcode != 0 { kind = opcode }
    }
    at += 2 + extra
    return Frame(opcode: opcode, isFinal: isFinal, left: size)
  }

  /// Takes what is there of the payload; the frame, once all of it is.
  private mutating func takePayload() -> Frame? {
    guard var frame else { return nil }
    let count = Int(min(frame.left, UInt64(bytes.count - at)))
    let part = bytes[at..<(at + count)]
    if frame.isControl {
      control.append(contentsOf: part)
    } else {
      length += UInt64(count)
      if kind == 1, length <= UInt64(limit) { message.append(contentsOf: part) } else { message = [] }
    }
    at += count
    frame.left -= UInt64(count)
    self.frame = frame.left == 0 ? nil : frame
    return frame.left == 0 ? frame : nil
  }

  /// Of a data frame. Nil: parts of its message are to come.
  private mutating func end(of frame: Frame) throws(WebSocketViolation) -> WebSocketEvent? {
    guard frame.isFinal else { return nil }
    defer {
      kind = nil
      message = []
      length = 0
    }
    guard kind == 1 else { return .binary(length) }
    guard length <= UInt64(limit) else { return .oversize(length) }
    guard String(validating: message, as: UTF8.self) != nil else {
      throw WebSocketViolation(1007, "a text that is no UTF-8")
    }
    return .text(message)
  }

  private mutating func control(_ opcode: UInt8) throws(WebSocketViolation) -> WebSocketEvent {
    let payload = control
    control = []
    switch opcode {
    case 9: return .ping(payload)
    case 10: return .pong
    default:
      isOver = true
      guard !payload.isEmpty else { return .close(code: nil, reason: "") }
      guard payload.count >= 2 else { throw WebSocketViolation(1002, "a close code of one byte") }
      let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
      guard Self.mayBeSent(code) else { throw WebSocketViolation(1002, "the close code \(code)") }
      guard let reason = String(validating: payload[2...], as: UTF8.self) else {
        throw WebSocketViolation(1007, "a close reason that is no UTF-8")
      }
      return .close(code: code, reason: reason)
    }
  }

  /// RFC 6455 §7.4 and its registry.
  private static func mayBeSent(_ code: UInt16) -> Bool {
    (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code)
  }
}
