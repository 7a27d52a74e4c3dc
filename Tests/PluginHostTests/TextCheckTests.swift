// RFC 3629: which bytes are UTF-8.

import Testing

@testable import PluginHost

@Suite("Text from plugins")
struct TextCheckTests {
  private func copies(_ bytes: [UInt8]) -> Bool {
    let room = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 8, alignment: 8)
    defer { room.deallocate() }
    return bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return true }
      guard copyText(from: start, to: room, bytes.count) else { return false }
      #expect(UnsafeRawBufferPointer(start: room, count: bytes.count).elementsEqual(bytes))
      return true
    }
  }

  @Test(
    "Text of any length is copied whole", arguments: ["a", "seven77", "eight888", "nine nine", "Grüße, 世界 🌍, and more"])
  func valid(_ text: String) {
    #expect(copies(Array(text.utf8)))
  }

  static let invalid: [[UInt8]] = [
    [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0xAF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0xC3, 0x28],
  ]

  @Test(
    "Overlong forms, surrogates, what is above U+10FFFF and what is cut short are refused (RFC 3629 §3, §4)",
    arguments: invalid)
  func refused(_ bytes: [UInt8]) {
    #expect(!copies(bytes))
    #expect(!copies(Array("a long beginning ".utf8) + bytes))
  }

  @Test("Every code point that can be encoded is text")
  func all() {
    for value in stride(from: UInt32(1), through: 0x10FFFF, by: 97) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      #expect(copies(Array(String(Character(scalar)).utf8)))
    }
  }
}
