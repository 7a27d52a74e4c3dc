import Testing

@testable import Analytics

@Suite("Ids of records")
struct RecordIDTests {
  @Test("A SHA-256 is kept in 32 bytes and comes back as it was")
  func digest() {
    // FIPS 180-4: of "abc".
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(RecordID(hexadecimal: text)?.hexadecimal == text)
    #expect(RecordID(hexadecimal: text)?.number == nil)
  }

  @Test(
    "What is not 64 lower-case digits is no digest, wherever the odd one stands",
    arguments: [
      UInt8(ascii: "A"), UInt8(ascii: "g"), UInt8(ascii: "o"), UInt8(ascii: "/"), UInt8(ascii: ":"), 0x60, 0, 0xFF,
    ])
  func others(odd: UInt8) {
    for at in 0..<64 {
      var bytes = [UInt8](repeating: UInt8(ascii: "0"), count: 64)
      bytes[at] = odd
      #expect(RecordID(hexadecimal: String(decoding: bytes, as: UTF8.self)) == nil)
    }
    #expect(RecordID(hexadecimal: String(repeating: "0", count: 63)) == nil)
    #expect(RecordID(hexadecimal: String(repeating: "0", count: 65)) == nil)
  }

  @Test("Each digit has its place")
  func places() {
    for at in 0..<64 {
      for digit in "0123456789abcdef".utf8 {
        var bytes = [UInt8](repeating: UInt8(ascii: "5"), count: 64)
        bytes[at] = digit
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(RecordID(hexadecimal: text)?.hexadecimal == text)
      }
    }
  }
}
