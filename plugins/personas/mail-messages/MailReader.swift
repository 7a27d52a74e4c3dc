/// Reads a message line by line (RFC 5322, MIME of RFC 2045 and 2046), within bounded memory however large it is.

import PluginSupport

public final class MailReader {
  /// Containers within one another, parts of one message, bytes of text of one part: beyond that nothing is kept.
  private static let maxDepth = 24
  private static let mostParts = 500
  private static let mostText = 256 << 10
  private static let mostAttachments = 100
  private static let mostAttached = 50

  private enum State {
    case header
    /// Before the first part of a multipart, and behind its last.
    case aside
    case text
    case attachment
  }

  private struct Frame {
    var message: MailMessage
    var headers = MailHeaders()
    var state = State.header
    /// `--boundary` of a multipart.
    var boundary: [UInt8] = []
    var type = MediaType(nil)
    var disposition = MediaType(nil)
    var encoding = ""
    var body: [UInt8] = []
    var base64 = Base64Decoder()
    var size = 0
    /// Its header is that of a message, not of a part.
    var isMessage: Bool
  }

  private var frames: [Frame]
  private var parts = 0
  public let message: MailMessage

  public init() {
    message = MailMessage()
    frames = [Frame(message: message, isMessage: true)]
  }

  /// Takes a line without its end.
  public func line(_ bytes: UnsafeRawBufferPointer, isCut: Bool = false) {
    if isCut { message.isCut = true }
    if bytes.count > 2, bytes[0] == 0x2d, bytes[1] == 0x2d, let (index, isLast) = boundary(bytes) {
      return pass(index, isLast)
    }
    guard let top = frames.indices.last else { return }
    switch frames[top].state {
    case .header: header(bytes, top)
    case .aside: break
    case .text: text(bytes, top)
    case .attachment: attachment(bytes, top)
    }
  }

  /// Nothing follows. What was open is taken as it is.
  public func end() {
    while !frames.isEmpty { close() }
  }

  // MARK: Structure

  /// The multipart whose boundary the line is (RFC 2046 §5.1.1), and whether it is the last one.
  private func boundary(_ line: UnsafeRawBufferPointer) -> (Int, isLast: Bool)? {
    for index in frames.indices.reversed() {
      let boundary = frames[index].boundary
      guard !boundary.isEmpty, line.starts(with: boundary) else { continue }
      let rest = line[boundary.count...]
      let isLast = rest.starts(with: [0x2d, 0x2d])
      guard rest.dropFirst(isLast ? 2 : 0).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { continue }
      return (index, isLast)
    }
    return nil
  }

  private func pass(_ index: Int, _ isLast: Bool) {
    while frames.count > index + 1 { close() }
    frames[index].state = .aside
    guard !isLast else { return }
    parts += 1
    guard parts <= Self.mostParts else {
      message.isCut = true
      return
    }
    frames.append(Frame(message: frames[index].message, isMessage: false))
  }

  private func header(_ line: UnsafeRawBufferPointer, _ top: Int) {
    if !line.isEmpty {
      if frames[top].headers.take(line) { return }
      // A line that is no field: the header is over, and its body began without an empty line.
      begin(top)
      return self.line(line)
    }
    begin(top)
  }

  /// The header is whole: what is the body?
  private func begin(_ top: Int) {
    let headers = frames[top].headers
    if headers.isCut { frames[top].message.isCut = true }
    if frames[top].isMessage { frames[top].message.headers = headers }
    let type = MediaType(headers.raw("content-type") ?? "text/plain")
    frames[top].type = type
    frames[top].disposition = MediaType(headers.raw("content-disposition"))
    frames[top].encoding = headers.raw("content-transfer-encoding")?.lowercased() ?? ""
    let isAttachment = frames[top].disposition.name == "attachment"
    if type.name.hasPrefix("multipart/"), let boundary = type["boundary"], !boundary.isEmpty, boundary.utf8.count <= 200
    {
      if frames.count < Self.maxDepth {
        frames[top].boundary = Array("--\(boundary)".utf8)
      } else {
        frames[top].message.isCut = true
      }
      frames[top].state = .aside
    } else if type.name == "message/rfc822" || type.name == "message/global",
      !["base64", "quoted-printable"].contains(frames[top].encoding), frames.count < Self.maxDepth,
      frames[top].message.attached.count < Self.mostAttached
    {
      let inner = MailMessage()
      frames[top].message.attached.append(inner)
      frames[top].state = .aside
      frames.append(Frame(message: inner, isMessage: true))
    } else if ["text/plain", "text/html", "text", ""].contains(type.name), !isAttachment {
      frames[top].state = .text
    } else {
      frames[top].state = .attachment
    }
  }

  // MARK: Bodies

  private func text(_ line: UnsafeRawBufferPointer, _ top: Int) {
    guard frames[top].body.count < Self.mostText else {
      frames[top].message.isCut = true
      return
    }
    switch frames[top].encoding {
    case "base64":
      var decoder = frames[top].base64
      decoder.decode(line, into: &frames[top].body)
      frames[top].base64 = decoder
    case "quoted-printable":
      var line = line[...]
      // White space at a line's end was added on the way (RFC 2045 §6.7, rule 3); `=` joins the next line.
      while let last = line.last, last == 0x20 || last == 0x09 { line = line.dropLast() }
      let isSoft = line.last == UInt8(ascii: "=")
      frames[top].body += QuotedPrintable.decode(isSoft ? line.dropLast() : line)
      if !isSoft { frames[top].body.append(0x0a) }
    default:
      frames[top].body += line
      frames[top].body.append(0x0a)
    }
  }

  private func attachment(_ line: UnsafeRawBufferPointer, _ top: Int) {
    // How large it is, without keeping it: base64 has three bytes in four letters.
    let letters =
      frames[top].encoding == "base64" ? line.count { $0 > 0x20 && $0 != UInt8(ascii: "=") } : line.count + 1
    frames[top].size &+= letters
  }

  private func close() {
    guard var frame = frames.popLast() else { return }
    let message = frame.message
    switch frame.state {
    case .header:
      // A header without a body, as bounces carry it.
      if frame.isMessage { message.headers = frame.headers }
    case .aside: break
    case .text:
      if frame.encoding == "base64" {
        var decoder = frame.base64
        decoder.finish(into: &frame.body)
      }
      let charset = frame.type["charset"] ?? "utf-8"
      var text: String
      if let (decoded, isWhole) = Charset.decode(frame.body, charset), isWhole {
        text = decoded
      } else {
        message.hasBrokenText = true
        text = Charset.guess(frame.body)
      }
      text = String(text.map { $0 == "\r\n" || $0 == "\r" ? "\n" : $0 })
      if frame.type.name == "text/html" {
        message.html.add(HTMLText(text))
      } else if message.plain.utf8.count < Self.mostText {
        message.plain += message.plain.isEmpty ? text : "\n" + text
      }
    case .attachment:
      guard message.attachments.count < Self.mostAttachments else {
        message.isCut = true
        return
      }
      let name = frame.disposition["filename"] ?? frame.type["name"] ?? ""
      let size = frame.encoding == "base64" ? frame.size / 4 * 3 + frame.size % 4 * 3 / 4 : frame.size
      message.attachments.append(
        MailMessage.Attachment(name: String(name.prefix(255)), type: String(frame.type.name.prefix(128)), bytes: size))
    }
  }
}
