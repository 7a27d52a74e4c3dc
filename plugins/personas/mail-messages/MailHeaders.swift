/// The header of a message or of one of its parts (RFC 5322 §2.2).

import PluginSupport

public struct MailHeaders: Sendable {
  private var fields: [(name: String, value: [UInt8])] = []
  private var bytes = 0
  /// Fields, and bytes of all together; what is beyond is left out.
  private static let mostFields = 1000
  private static let mostBytes = 256 << 10
  public private(set) var isCut = false

  public init() {}

  public var isEmpty: Bool { fields.isEmpty }

  /// Takes a line of a header; false for one that is none.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
    guard bytes + line.count <= Self.mostBytes, fields.count < Self.mostFields else {
      isCut = true
      return true
    }
    bytes += line.count
    if line.first == 0x20 || line.first == 0x09 {
      guard let last = fields.indices.last else { return false }
      // Unfolding takes the line end only (§2.2.3).
      fields[last].value.append(contentsOf: line)
      return true
    }
    guard let colon = line.firstIndex(of: 0x3a), colon > 0, colon <= 128 else { return false }
    let name = line[..<colon].prefix { $0 > 0x20 && $0 < 0x7f }
    guard !name.isEmpty, line[name.count..<colon].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return false }
    fields.append((String(decoding: name, as: UTF8.self).lowercased(), Array(line[(colon + 1)...])))
    return true
  }

  /// The value of the first field of a name, its white space trimmed, not decoded.
  public func raw(_ name: String) -> String? { fields.first { $0.name == name }.map { Self.text($0.value) } }

  /// All fields of a name, in order, not decoded.
  public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map { Self.text($0.value) } }

  public func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// The value of the first field of a name, with its encoded words (RFC 2047) decoded.
  public func text(_ name: String) -> String? {
    raw(name).map { EncodedWords.decode($0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Raw bytes are UTF-8 (RFC 6532), or else what old programs write.
  private static func text(_ bytes: [UInt8]) -> String {
    var bytes = bytes[...]
    while let first = bytes.first, first <= 0x20 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
    return Charset.guess(Array(bytes))
  }
}
