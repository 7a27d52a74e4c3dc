/// Ed25519 (RFC 8032) by OpenSSL's libcrypto: whose signature a plugin bears.
///
/// Nothing is computed here: every pointer given to the library is of an array, or of an object of its own, that lives for
/// the call.

import CCrypto
import JSON

/// A public key: whoever holds the other half can sign plugins for those who trust this one.
public struct Ed25519PublicKey: Sendable, Hashable {
  public static let byteCount = 32
  public static let signatureByteCount = 64

  /// As RFC 8032 §5.1.5 has it.
  public let bytes: [UInt8]
  /// What people call it: the first 32 hexadecimal digits of the SHA-256 of its bytes.
  public let id: String

  /// Nil for anything but 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
    id = String(SHA256.hex(bytes).prefix(32))
  }

  /// From Base64 of its 32 bytes, or of its SubjectPublicKeyInfo (RFC 8410), which is what a PEM file has between its
  /// lines. Both end with `=`.
  public init?(base64: String) {
    guard let bytes = Base64Text.decode(base64) else { return nil }
    let isInfo = bytes.count == Self.infoPrefix.count + Self.byteCount && bytes.starts(with: Self.infoPrefix)
    self.init(isInfo ? Array(bytes.suffix(Self.byteCount)) : bytes)
  }

  /// What precedes the key in its SubjectPublicKeyInfo: two sequences, the object identifier 1.3.101.112, and the head of a
  /// bit string (RFC 8410 §4).
  private static let infoPrefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

  /// Whether these are the 64 bytes with which this key's other half signed the message (RFC 8032 §5.1.7).
  public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureByteCount else { return false }
    defer { ERR_clear_error() }
    guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else { return false }
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}

/// A private key with its public half.
public struct Ed25519SigningKey: ~Copyable {
  /// An `EVP_PKEY` of this value alone.
  let handle: OpaquePointer
  public let publicKey: Ed25519PublicKey

  /// Takes the key over; nil, and freed, if it is of another kind.
  init?(taking handle: OpaquePointer) {
    var bytes = [UInt8](repeating: 0, count: Ed25519PublicKey.byteCount)
    var count = bytes.count
    guard EVP_PKEY_get_id(handle) == EVP_PKEY_ED25519, EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1,
      count == bytes.count, let publicKey = Ed25519PublicKey(bytes)
    else {
      EVP_PKEY_free(handle)
      ERR_clear_error()
      return nil
    }
    self.handle = handle
    self.publicKey = publicKey
  }

  /// From the 32 bytes that RFC 8032 calls the private key.
  public init?(seed: [UInt8]) {
    guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
      return nil
    }
    self.init(taking: key)
  }

  /// A new key of the library's random numbers; nil if it has none to give.
  public static func make() -> Ed25519SigningKey? {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &key) == 1, let key else { return nil }
    return Ed25519SigningKey(taking: key)
  }

  deinit { EVP_PKEY_free(handle) }

  /// The 64 bytes of the signature; nil if the library fails.
  public func sign(_ message: [UInt8]) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureByteCount)
    var count = signature.count
    guard EVP_DigestSignInit(context, nil, nil, nil, handle) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
    else {
      ERR_clear_error()
      return nil
    }
    return signature
  }
}

/// Base64 (RFC 4648 §4) in one line, by libcrypto, which alone would let spaces and stray bits pass.
enum Base64Text {
  static func encode(_ bytes: [UInt8]) -> String {
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = Int(EVP_EncodeBlock(&text, bytes, Int32(clamping: bytes.count)))
    return String(decoding: text.prefix(max(0, count)), as: UTF8.self)
  }

  /// Nil for anything that ``encode(_:)`` would not have written, and for more than 4096 digits.
  static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard !digits.isEmpty, digits.count <= 4096, digits.count % 4 == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: digits.count / 4 * 3)
    let count = Int(EVP_DecodeBlock(&bytes, digits, Int32(clamping: digits.count)))
    // It counts what the padding stands for.
    let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard count == bytes.count, padding <= 2 else {
      ERR_clear_error()
      return nil
    }
    bytes.removeLast(padding)
    return encode(bytes) == text ? bytes : nil
  }
}
