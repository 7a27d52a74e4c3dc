// The small file beside a plugin: what it says, and what is refused of it.

import Testing

@testable import PluginHost

@Suite("A plugin's signature as a file")
struct SignatureTests {
  static let keyID = "00112233445566778899aabbccddeeff"
  /// 64 zero bytes: 85 digits of zero bits, a last digit of two, and the padding.
  static let zeros = String(repeating: "A", count: 86) + "=="
  static let good = "vedette plugin signature 1\nalgorithm: ed25519\nkey: \(keyID)\nsignature: \(zeros)\n"

  @Test("It is read as it is written")
  func reads() throws {
    let signature = try PluginSignature(parsing: Array(Self.good.utf8))
    #expect(signature.keyID == Self.keyID)
    #expect(signature.bytes == [UInt8](repeating: 0, count: 64))
    #expect(signature.text == Self.good)
  }

  @Test("What is signed begins with words that no other use of a key has")
  func separated() {
    let digest = [UInt8](repeating: 0xAB, count: 32)
    #expect(PluginSignature.message(sha256: digest) == Array("vedette plugin signature 1\0".utf8) + digest)
  }

  static let malformed: [(String, String)] = [
    ("", "does not begin with"),
    ("\n", "does not begin with"),
    ("-----BEGIN PGP SIGNATURE-----\n", "does not begin with"),
    (good.replacing("signature 1", with: "signature 2"), "is of a form that this version does not know"),
    (String(good.dropLast()), "is cut off"),
    (String(good.prefix(60)), "is cut off"),
    (good + "\n", "has 5 lines instead of 4"),
    (good + "key: \(keyID)\n", "has 5 lines instead of 4"),
    (good.replacing("algorithm: ed25519\n", with: ""), "has 3 lines instead of 4"),
    (good.replacing("ed25519", with: "none"), "names another algorithm than ed25519"),
    (good.replacing("algorithm: ", with: "Algorithm: "), "line 2 is no 'algorithm: …'"),
    (good.replacing("\n", with: "\r\n"), "is of a form that this version does not know"),
    (good.replacing("00112233", with: "0011223"), "line 3 has no key id"),
    (good.replacing("aabb", with: "AABB"), "line 3 has no key id"),
    (good.replacing("A==", with: "A= "), "line 4 has no Base64 of 64 bytes"),
    (good.replacing("A==", with: "B=="), "line 4 has no Base64 of 64 bytes"),
    (good.replacing("AAA==", with: "AAAA"), "line 4 has no Base64 of 64 bytes"),
    (good.replacing("AAAAAA==", with: "AA=="), "line 4 has no Base64 of 64 bytes"),
    (good.replacing("signature: A", with: "signature:  "), "line 4 has no Base64 of 64 bytes"),
    (good.replacing(zeros, with: ""), "line 4 has no Base64 of 64 bytes"),
  ]

  @Test("Anything else is refused, with what is wrong", arguments: malformed)
  func refuses(_ text: String, _ words: String) {
    let fault = #expect(throws: PluginSignature.Fault.self) { _ = try PluginSignature(parsing: Array(text.utf8)) }
    #expect(fault?.words.contains(words) == true, "\(fault?.words ?? "")")
  }

  @Test("Bytes that are no text are refused")
  func bytes() {
    for byte: UInt8 in [0, 0x80, 0xFF] {
      let text = Array(Self.good.utf8).map { $0 == UInt8(ascii: "1") ? byte : $0 }
      #expect(throws: PluginSignature.Fault.self) { _ = try PluginSignature(parsing: text) }
    }
  }
}
