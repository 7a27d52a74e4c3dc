/// A signature of a plugin's file, in a small text file beside it: `libdissector_acme.so.sig`.

import JSON

/// Who signed which bytes. What is signed is ``message(sha256:)``, so that a signature means this and nothing else.
///
///     vedette plugin signature 1
///     algorithm: ed25519
///     key: 2b5cbdab10a6a1ee3ccf3a7bc1e2b5ae
///     signature: (88 digits of Base64)
///
/// Each line once, in this order, each with its end.
public struct PluginSignature: Sendable, Hashable {
  /// The first line; a form that means something else has another number.
  static let title = "vedette plugin signature 1"
  /// Larger than any that is one.
  static let mostBytes = 4096

  /// Which key it claims (``Ed25519PublicKey/id``): a hint where to look, no proof.
  public let keyID: String
  /// 64 bytes.
  public let bytes: [UInt8]

  /// Where the signature of a plugin's file is.
  public static func path(of plugin: String) -> String { plugin + ".sig" }

  /// What is signed: words that no other use of the key has, a NUL, and the 32 bytes of the file's SHA-256.
  public static func message(sha256: [UInt8]) -> [UInt8] { Array(title.utf8) + [0] + sha256 }

  /// Signs a digest; nil if the library fails.
  public init?(of sha256: [UInt8], by key: borrowing Ed25519SigningKey) {
    guard sha256.count == 32, let bytes = key.sign(Self.message(sha256: sha256)) else { return nil }
    keyID = key.publicKey.id
    self.bytes = bytes
  }

  /// What is wrong with a text that is no signature.
  struct Fault: Error, Hashable { var words: String }

  init(parsing text: [UInt8]) throws(Fault) {
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard lines.first?.hasPrefix("vedette plugin signature ") == true else {
      throw Fault(words: "does not begin with '\(Self.title)'")
    }
    guard lines.first == Self.title else { throw Fault(words: "is of a form that this version does not know") }
    guard lines.popLast() == "" else { throw Fault(words: "is cut off") }
    guard lines.count == 4 else { throw Fault(words: "has \(lines.count) lines instead of 4") }
    func value(_ line: Int, _ name: String) throws(Fault) -> String {
      guard lines[line].hasPrefix(name + ": ") else { throw Fault(words: "line \(line + 1) is no '\(name): …'") }
      return String(lines[line].dropFirst(name.count + 2))
    }
    guard try value(1, "algorithm") == "ed25519" else {
      throw Fault(words: "line 2 names another algorithm than ed25519")
    }
    let key = try value(2, "key")
    guard key.utf8.count == 32, key.utf8.allSatisfy(HexText.isDigit) else {
      throw Fault(words: "line 3 has no key id of 32 hexadecimal digits")
    }
    guard let bytes = Base64Text.decode(try value(3, "signature")), bytes.count == Ed25519PublicKey.signatureByteCount
    else { throw Fault(words: "line 4 has no Base64 of 64 bytes") }
    keyID = key
    self.bytes = bytes
  }

  /// The text of its file.
  public var text: String {
    "\(Self.title)\nalgorithm: ed25519\nkey: \(keyID)\nsignature: \(Base64Text.encode(bytes))\n"
  }
}
