// Signatures as RFC 8032 defines them, and keys as OpenSSL writes them.

import Glibc
import TestSupport
import Testing

@testable import PluginHost

/// Bytes of hexadecimal digits.
func hex(_ digits: String) -> [UInt8] {
  let all = digits.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
  return stride(from: 0, to: all.count - 1, by: 2).map { UInt8(all[$0] << 4 | all[$0 + 1]) }
}

@Suite("Ed25519")
struct Ed25519Tests {
  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var seed: String
    var key: String
    var message: String
    var signature: String
    var testDescription: String { name }
  }

  /// RFC 8032 §7.1.
  static let vectors: [Vector] = [
    Vector(
      name: "TEST 1", seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b"),
    Vector(
      name: "TEST 2", seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      name: "TEST 3", seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
      signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a"),
  ]

  @Test("The vectors of RFC 8032 verify", arguments: vectors)
  func verifies(_ vector: Vector) throws {
    let key = try #require(Ed25519PublicKey(hex(vector.key)))
    #expect(key.isSignature(hex(vector.signature), of: hex(vector.message)))
  }

  @Test("The private keys of RFC 8032 sign as it says, and have the public halves that it says", arguments: vectors)
  func signs(_ vector: Vector) throws {
    guard let key = Ed25519SigningKey(seed: hex(vector.seed)) else {
      Issue.record("no key")
      return
    }
    let (publicKey, signature) = (key.publicKey, key.sign(hex(vector.message)))
    #expect(publicKey.bytes == hex(vector.key))
    #expect(signature == hex(vector.signature))
  }

  @Test("One other bit, in the message, the signature or the key, and it is no signature", arguments: vectors)
  func otherBit(_ vector: Vector) throws {
    let key = try #require(Ed25519PublicKey(hex(vector.key)))
    let (message, signature) = (hex(vector.message), hex(vector.signature))
    #expect(!key.isSignature(signature, of: message + [0]))
    for at in signature.indices {
      var other = signature
      other[at] ^= 1
      #expect(!key.isSignature(other, of: message))
    }
    var other = key.bytes
    other[0] ^= 1
    #expect(Ed25519PublicKey(other)?.isSignature(signature, of: message) == false)
  }

  @Test("A signature whose S is not below the group's order is none (RFC 8032 §5.1.7)", arguments: vectors)
  func malleable(_ vector: Vector) throws {
    // L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var signature = hex(vector.signature)
    var carry = 0
    for at in 0..<32 {
      let sum = Int(signature[32 + at]) + Int(order[at]) + carry
      signature[32 + at] = UInt8(sum & 0xFF)
      carry = sum >> 8
    }
    try #require(carry == 0)
    let key = try #require(Ed25519PublicKey(hex(vector.key)))
    #expect(!key.isSignature(signature, of: hex(vector.message)))
  }

  @Test("A signature of another length, and a key of another length, are none")
  func lengths() throws {
    let vector = Self.vectors[0]
    let key = try #require(Ed25519PublicKey(hex(vector.key)))
    #expect(!key.isSignature([], of: []))
    #expect(!key.isSignature(Array(hex(vector.signature).dropLast()), of: []))
    #expect(!key.isSignature(hex(vector.signature) + [0], of: []))
    #expect(Ed25519PublicKey([]) == nil)
    #expect(Ed25519PublicKey(Array(key.bytes.dropLast())) == nil)
  }

  @Test("A public key is read from Base64 of its bytes and of its SubjectPublicKeyInfo, and from no other text")
  func base64() throws {
    // RFC 8410 §10.1: this public key, as PEM, and its 32 bytes.
    let info = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    let bytes = hex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
    #expect(Ed25519PublicKey(base64: info)?.bytes == bytes)
    #expect(Ed25519PublicKey(base64: "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")?.bytes == bytes)
    for text in ["", "=", " " + info, info + "\n", String(info.dropLast()), "AAAA", String(info.dropFirst(4))] {
      #expect(Ed25519PublicKey(base64: text) == nil, "\(text)")
    }
  }

  @Test("A key that is made is read again, with its public half, and only its owner can read it")
  func makes() throws {
    let path = FixturePlugins.folder + "/made.pem"
    let publicPath = try Ed25519SigningKey.make(at: path)
    #expect(publicPath == FixturePlugins.folder + "/made.pub.pem")
    var info = stat()
    #expect(stat(path, &info) == 0)
    #expect(info.st_mode & 0o777 == 0o600)
    let key = try Ed25519SigningKey(reading: path)
    let publicKey = key.publicKey
    #expect(try Ed25519PublicKey(reading: publicPath) == publicKey)
    // Never written over: somebody may have signed with it.
    let error = #expect(throws: PluginError.self) { _ = try Ed25519SigningKey.make(at: path) }
    #expect(error?.words == "cannot be made: File exists")
    #expect(try Ed25519PublicKey(reading: publicPath) == publicKey)
  }

  @Test("A private key that others can read is refused, and so is a public key that others can write")
  func modes() throws {
    let path = FixturePlugins.folder + "/modes.pem"
    let publicPath = try Ed25519SigningKey.make(at: path)
    chmod(path, 0o640)
    let error = #expect(throws: PluginError.self) { _ = try Ed25519SigningKey(reading: path) }
    #expect(error?.words.contains("others can read or write; refused (chmod 600 it)") == true)
    chmod(publicPath, 0o646)
    let other = #expect(throws: PluginError.self) { _ = try Ed25519PublicKey(reading: publicPath) }
    #expect(other?.words.contains("can be written by others") == true)
  }

  @Test("What is no key of this kind is refused: text, the other half, a key of another algorithm, nothing, a folder")
  func noKeys() throws {
    let folder = FixturePlugins.folder
    let text = try FixturePlugins.write("-----BEGIN PUBLIC KEY-----\nnonsense\n", to: "text.pem")
    let empty = try FixturePlugins.write("", to: "empty.pem")
    let large = try FixturePlugins.write(String(repeating: "x", count: 65_537), to: "large.pem")
    let mine = folder + "/halves.pem"
    let publicPath = try Ed25519SigningKey.make(at: mine)
    for path in [text, empty, large, mine, folder, folder + "/none.pem"] {
      #expect(throws: PluginError.self, "\(path)") { _ = try Ed25519PublicKey(reading: path) }
    }
    chmod(publicPath, 0o600)
    chmod(text, 0o600)
    for path in [text, publicPath, folder + "/none.pem"] {
      #expect(throws: PluginError.self, "\(path)") { _ = try Ed25519SigningKey(reading: path) }
    }
  }

  @Test("Keys and signatures are those of the openssl program", .enabled(if: run("command -v openssl >/dev/null") == 0))
  func openssl() throws {
    let folder = FixturePlugins.folder
    try #require(run("cd '\(folder)' && umask 077 && openssl genpkey -algorithm ed25519 -out o.pem 2>/dev/null") == 0)
    try #require(run("cd '\(folder)' && openssl pkey -in o.pem -pubout -out o.pub.pem") == 0)
    try #require(
      run("cd '\(folder)' && openssl genpkey -algorithm x25519 -out x.pem 2>/dev/null && chmod 600 x.pem") == 0)
    #expect(throws: PluginError.self) { _ = try Ed25519SigningKey(reading: folder + "/x.pem") }
    let key = try Ed25519SigningKey(reading: folder + "/o.pem")
    let publicKey = key.publicKey
    #expect(try Ed25519PublicKey(reading: folder + "/o.pub.pem") == publicKey)
    // It says of a signature of ours that it is one.
    let message = PluginSignature.message(sha256: [UInt8](repeating: 7, count: 32))
    let made = key.sign(message)
    let signature = try #require(made)
    try write(message, "o.message")
    try write(signature, "o.signature")
    #expect(
      run(
        "cd '\(folder)' && openssl pkeyutl -verify -pubin -inkey o.pub.pem -rawin -in o.message -sigfile o.signature "
          + ">/dev/null") == 0)
  }

  private func write(_ bytes: [UInt8], _ name: String) throws {
    try KeyFile.write(bytes, to: FixturePlugins.folder + "/" + name, mode: 0o644)
  }
}
