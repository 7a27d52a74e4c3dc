// The two framings of stream sockets, told apart by the first byte.

import JSON

/// How messages are set off from each other.
public enum Framing: Sendable, Equatable {
  /// JSON values one after the other; answers end in a newline.
  case values
  /// `Content-Length` headers, an empty line, and so many bytes, as in the Language Server Protocol.
  case headers
}

/// A pure state machine: bytes of a connection in, messages and errors out. A JSON value begins with none of the letters
/// of `Content-Length`, so the first byte that is no white space decides, for good.
struct FrameReader {
  enum Output {
    /// The first byte has told which framing the peer uses; comes once, before all else.
    case began(Framing)
    /// One message, valid for the call.
    case message(UnsafeRawBufferPointer)
    /// To be answered with id null; reading goes on.
    case failure(RPCError)
    /// To be answered with id null; where the next message begins can no longer be known.
    case fatal(RPCError)
  }

  private var framing: Framing?
  private var values: ValueSplitter
  private var headers: HeaderSplitter
  private var isDead = false

  init(maxBytes: Int, maxDepth: Int) {
    values = ValueSplitter(maxBytes: maxBytes, maxDepth: maxDepth)
    headers = HeaderSplitter(maxBytes: maxBytes)
  }

  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ output: (Output) -> Void) {
    guard !isDead else { return }
    var bytes = bytes
    if framing == nil {
      guard let first = bytes.firstIndex(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) else {
        return
      }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[first...])
      let seen: Framing = bytes[0] | 0x20 == UInt8(ascii: "c") ? .headers : .values
      framing = seen
      output(.began(seen))
      // A browser that was talked into it sends us HTTP, and the body would be a request.
      if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0]), framing == .values {
        isDead = true
        output(
          .fatal(.parseError(JSONError(.syntax, at: 0, "neither JSON nor Content-Length; HTTP is not spoken here"))))
        return
      }
    }
    switch framing {
    case .headers:
      var died = false
      headers.feed(bytes) { part in
        if case .fatal = part { died = true }
        output(part)
      }
      isDead = died
    default:
      values.feed(bytes) { part in
        switch part {
        case .value(let value): output(.message(value))
        case .failure(let error): output(.failure(error))
        }
      }
    }
  }

  /// The peer has ended its direction.
  mutating func finish(_ output: (Output) -> Void) {
    guard !isDead else { return }
    values.finish { part in
      switch part {
      case .value(let value): output(.message(value))
      case .failure(let error): output(.failure(error))
      }
    }
    isDead = true
  }
}

/// Messages with headers. A message over the limit is skipped, since its length is known; bad headers are fatal.
struct HeaderSplitter {
  /// Bytes of all headers of a message.
  static let maxHeaderBytes = 4096
  /// A message of more bytes is not waited out.
  static let maxSkipped = 1 << 30

  private let maxBytes: Int
  private var line: [UInt8] = []
  private var headerBytes = 0
  private var announced: Int?
  /// Bytes of the body still to come; nil while in the headers.
  private var missing: Int?
  private var isSkipping = false
  private var body: [UInt8] = []

  init(maxBytes: Int) { self.maxBytes = maxBytes }

  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ output: (FrameReader.Output) -> Void) {
    var at = 0
    while at < bytes.count {
      if let missing {
        let count = min(missing, bytes.count &- at)
        let part = UnsafeRawBufferPointer(rebasing: bytes[at..<(at &+ count)])
        at &+= count
        take(part, missing &- count, output)
        continue
      }
      let byte = bytes[at]
      at &+= 1
      headerBytes &+= 1
      guard headerBytes <= Self.maxHeaderBytes else { return output(.fatal(.invalidRequest("headers too long"))) }
      guard byte == 0x0A else {
        line.append(byte)
        continue
      }
      if line.last == 0x0D { line.removeLast() }
      let text = line
      line.removeAll(keepingCapacity: true)
      if let error = header(text) { return output(.fatal(error)) }
      if isSkipping, missing != nil { output(.failure(.invalidRequest("larger than \(maxBytes) bytes"))) }
      if missing == 0 { take(UnsafeRawBufferPointer(start: nil, count: 0), 0, output) }
    }
  }

  private mutating func take(
    _ part: UnsafeRawBufferPointer, _ left: Int, _ output: (FrameReader.Output) -> Void
  ) {
    missing = left
    if !isSkipping, !(body.isEmpty && left == 0) { body.append(contentsOf: part) }
    guard left == 0 else { return }
    missing = nil
    if isSkipping {
      isSkipping = false
    } else if body.isEmpty {
      output(.message(part))
    } else {
      body.withUnsafeBytes { output(.message($0)) }
    }
    body.removeAll(keepingCapacity: body.capacity <= 1 << 20)
  }

  /// One line of the headers; the empty one ends them.
  private mutating func header(_ line: [UInt8]) -> RPCError? {
    if line.isEmpty {
      guard let length = announced else {
        // Empty lines between messages do no harm, as in HTTP.
        return headerBytes <= 2 ? nil : .invalidRequest("no Content-Length")
      }
      (announced, headerBytes, missing, isSkipping) = (nil, 0, length, length > maxBytes)
      return nil
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return .invalidRequest("a header without a colon") }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let value = String(decoding: line[(colon &+ 1)...], as: UTF8.self).drop { $0 == " " || $0 == "\t" }
    switch name {
    case "content-length":
      guard announced == nil, let length = Int(value), length >= 0, value.allSatisfy(\.isNumber) else {
        return .invalidRequest("a bad Content-Length")
      }
      guard length <= Self.maxSkipped else { return .invalidRequest("larger than \(maxBytes) bytes") }
      announced = length
      return nil
    case "content-type":
      let lower = value.lowercased()
      return lower.contains("charset") && !lower.contains("utf-8") && !lower.contains("utf8")
        ? .invalidRequest("only UTF-8 is spoken here") : nil
    default: return nil
    }
  }
}
