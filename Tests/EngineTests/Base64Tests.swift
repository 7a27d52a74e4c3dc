import Engine
import Testing

@Suite struct Base64Tests {
  @Test(
    "The test vectors of RFC 4648 §10 come out, both ways",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func vectors(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
  }

  @Test("Every byte survives")
  func allBytes() {
    let all = (0...255).map { UInt8($0) }
    #expect(Base64.decode(Base64.encode(all)) == all)
  }

  @Test("What is no Base64 is refused", arguments: ["Zg", "Zg=", "Z===", "Z g=", "====", "Zm9v=Zg=", "Zm9\u{e9}"])
  func refused(text: String) { #expect(Base64.decode(text) == nil) }
}
