/// Windows' event form in XML, which Sysmon for Linux writes too: `<Event><System>…</System><EventData><Data
/// Name="…">…`. A small reader of that flat form, strict about structure and bounded in size.

import PluginSupport

/// What an event in XML holds.
public struct EventXML: Equatable, Sendable {
  public var eventID: UInt64
  public var provider: String?
  public var computer: String?
  /// `SystemTime` of `TimeCreated`.
  public var timeCreated: String?
  /// The named values, in order.
  public var data: [(name: String, value: String)] = []
  /// The event stops before its end: syslog cuts long messages. The last value may be cut too.
  public var isTruncated = false

  public func value(_ name: String) -> String? { data.first { $0.name == name }?.value }

  public static func == (a: EventXML, b: EventXML) -> Bool {
    a.eventID == b.eventID && a.provider == b.provider && a.computer == b.computer && a.timeCreated == b.timeCreated
      && a.data.elementsEqual(b.data) { $0 == $1 }
  }

  public struct Malformed: Error, Equatable, Sendable {
    /// What is wrong, and at which byte.
    public var reason: String
  }
}

extension EventXML {
  private static let mostValues = 512

  /// Reads one `<Event>` element; what stands before it is none of it, what follows is ignored.
  public init(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var scanner = XMLScanner(bytes)
    guard scanner.find("<Event") else { throw Malformed(reason: "no <Event> element") }
    self.init(eventID: 0)
    var sawID = false
    do throws(Malformed) {
      try read(&scanner, &sawID)
    } catch {
      guard scanner.isAtEnd, sawID else { throw error }
      isTruncated = true
    }
  }

  private mutating func read(_ scanner: inout XMLScanner, _ sawID: inout Bool) throws(Malformed) {
    var path: [String] = []
    while true {
      switch try scanner.tag() {
      case .open(let name, let attributes, let isEmpty):
        guard path.count < 16 else { throw scanner.malformed("elements are nested too deep") }
        if name == "Provider" { provider = attributes["Name"] }
        if name == "TimeCreated" { timeCreated = attributes["SystemTime"] }
        if isEmpty {
          if name == "Data", let key = attributes["Name"], data.count < Self.mostValues { data.append((key, "")) }
          _ = scanner.text()
          break
        }
        // Sysmon for Linux does not always escape what it quotes, so a value goes on to its end tag.
        let text = name == "Data" ? scanner.text(upTo: "</Data>") : scanner.text()
        if name == "EventID", let id = Digits.number(text) {
          eventID = id
          sawID = true
        }
        if name == "Computer" { computer = text }
        if name == "Data", let key = attributes["Name"] {
          guard data.count < Self.mostValues else { throw scanner.malformed("more than \(Self.mostValues) values") }
          data.append((key, text))
        }
        path.append(name)
      case .close(let name):
        guard path.popLast() == name else { throw scanner.malformed("</\(name)> closes nothing") }
        if path.isEmpty {
          guard sawID else { throw scanner.malformed("EventID is missing or no number") }
          return
        }
        _ = scanner.text()
      }
      if path.isEmpty { throw scanner.malformed("the event is empty") }
    }
  }
}

/// Walks over tags and text.
private struct XMLScanner {
  enum Tag {
    case open(String, [String: String], isEmpty: Bool)
    case close(String)
  }

  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func malformed(_ reason: String) -> EventXML.Malformed {
    EventXML.Malformed(reason: "\(reason), at byte \(at) of the XML")
  }

  var isAtEnd: Bool { at >= bytes.count }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private func has(_ text: String) -> Bool {
    bytes.count - at >= text.utf8.count && bytes[at...].starts(with: text.utf8)
  }

  mutating func find(_ text: String) -> Bool {
    while at < bytes.count {
      if has(text) { return true }
      at += 1
    }
    return false
  }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || (0x09...0x0d).contains(byte) { at += 1 }
  }

  private mutating func name() -> String {
    let start = at
    while let byte, isNameByte(byte) { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x3a, 0x5f, 0x2d, 0x2e: true
    default: byte >= 0x80
    }
  }

  /// The tag that stands here.
  mutating func tag() throws(EventXML.Malformed) -> Tag {
    guard byte == UInt8(ascii: "<") else { throw malformed("a tag is expected") }
    at += 1
    if byte == UInt8(ascii: "/") {
      at += 1
      let name = name()
      skipSpace()
      guard byte == UInt8(ascii: ">") else { throw malformed("</\(name) does not end") }
      at += 1
      return .close(name)
    }
    let name = name()
    guard !name.isEmpty else { throw malformed("an element without a name") }
    var attributes: [String: String] = [:]
    while true {
      skipSpace()
      if byte == UInt8(ascii: ">") {
        at += 1
        return .open(name, attributes, isEmpty: false)
      }
      if has("/>") {
        at += 2
        return .open(name, attributes, isEmpty: true)
      }
      let key = self.name()
      skipSpace()
      guard !key.isEmpty, byte == UInt8(ascii: "=") else { throw malformed("<\(name) does not end") }
      at += 1
      skipSpace()
      guard let quote = byte, quote == 0x22 || quote == 0x27 else { throw malformed("attribute \(key) has no value") }
      at += 1
      let start = at
      while let byte, byte != quote { at += 1 }
      guard byte == quote else { throw malformed("attribute \(key) does not end") }
      if attributes.count < 32 { attributes[key] = unescaped(bytes[start..<at]) }
      at += 1
    }
  }

  /// Text up to the next tag; reads over comments, instructions and white space around tags.
  mutating func text() -> String {
    var parts = ""
    while at < bytes.count {
      let start = at
      while let byte, byte != UInt8(ascii: "<") { at += 1 }
      parts += unescaped(bytes[start..<at])
      if has("<!--") {
        over("-->")
      } else if has("<![CDATA[") {
        at += 9
        let start = at
        let found = find("]]>")
        parts += String(decoding: bytes[start..<at], as: UTF8.self)
        if found { at += 3 }
      } else if has("<?") {
        over("?>")
      } else {
        break
      }
    }
    return parts
  }

  /// Text up to an end tag, or to the end of the bytes.
  mutating func text(upTo end: String) -> String {
    if has("<![CDATA[") { return text() }
    let start = at
    _ = find(end)
    return unescaped(bytes[start..<at])
  }

  private mutating func over(_ end: String) {
    if find(end) { at += end.utf8.count }
  }

  /// The five named entities and character references; Sysmon for Linux writes some without their `;`, which stay.
  private func unescaped(_ raw: Slice<UnsafeRawBufferPointer>) -> String {
    guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
    var out: [UInt8] = []
    var index = raw.startIndex
    while index < raw.endIndex {
      let byte = raw[index]
      if byte == UInt8(ascii: "&"), let end = raw[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let character = entity(raw[(index + 1)..<end])
      {
        out.append(contentsOf: Array(String(character).utf8))
        index = end + 1
      } else {
        out.append(byte)
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private func entity(_ name: Slice<UnsafeRawBufferPointer>) -> Character? {
    let name = UnsafeRawBufferPointer(rebasing: name)
    if name.first == UInt8(ascii: "#") {
      let isHexadecimal = name.count > 1 && name[1] | 0x20 == UInt8(ascii: "x")
      let digits = UnsafeRawBufferPointer(rebasing: name[(isHexadecimal ? 2 : 1)...])
      let value = isHexadecimal ? Digits.hexadecimal(digits) : Digits.decimal(digits)
      return value.flatMap { UInt32(exactly: $0) }.flatMap { Unicode.Scalar($0) }.map { Character($0) }
    }
    switch String(decoding: name, as: UTF8.self) {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default: return nil
    }
  }
}

extension EventXML {
  /// Reads `<EventData>` alone, as Azure keeps it: the values without the event around them.
  public init(fragment bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var whole = Array("<Event><EventID>0</EventID>".utf8)
    whole.append(contentsOf: bytes)
    whole.append(contentsOf: Array("</Event>".utf8))
    self = try whole.withUnsafeBytes { raw in Result { () throws(Malformed) in try EventXML(raw) } }.get()
  }
}
