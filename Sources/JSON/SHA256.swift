// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.

import CCrypto

/// SHA-256 digests.
public enum SHA256 {
  /// The 32 bytes of the digest.
  public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      count = into(bytes, digest) ? 32 : 0
    }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
      guard into(bytes, digest) else { return "" }
      return hexDigits(UnsafeBufferPointer(digest))
    }
  }

  /// Gives the 64 lower-case hexadecimal digits of the digest to `body`, for the call, without making a text of them.
  public static func withHex<R>(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 96) { room in
      let digest = UnsafeMutableBufferPointer(rebasing: room[..<32])
      let text = UnsafeMutableBufferPointer(rebasing: room[32...])
      guard into(bytes, digest) else {
        return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[..<0]))
      }
      put(UnsafeBufferPointer(digest), into: text)
      return body(UnsafeRawBufferPointer(text))
    }
  }

  /// Two lower-case hexadecimal digits a byte.
  static func hexDigits(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      put(bytes, into: text)
      return 2 * bytes.count
    }
  }

  private static func put(_ bytes: UnsafeBufferPointer<UInt8>, into text: UnsafeMutableBufferPointer<UInt8>) {
    for (at, byte) in bytes.enumerated() {
      text[2 &* at] = digit(byte &>> 4)
      text[2 &* at &+ 1] = digit(byte & 15)
    }
  }

  /// The digest of a text's UTF-8, or of other bytes, as hexadecimal digits.
  public static func hex(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { hex($0) } }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
  }

  /// Fetched once: in OpenSSL 3 the one-shot functions that are called by a name (`SHA256`, `EVP_Q_digest`) look it up each
  /// time, behind a lock. Never freed, and nothing writes to it.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  private static func into(_ bytes: UnsafeRawBufferPointer, _ digest: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    var nothing: UInt8 = 0
    if let start = bytes.baseAddress {
      return EVP_Digest(start, bytes.count, digest.baseAddress, nil, algorithm, nil) == 1
    }
    return EVP_Digest(&nothing, 0, digest.baseAddress, nil, algorithm, nil) == 1
  }
}
