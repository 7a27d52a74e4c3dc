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

  /// Two lower-case hexadecimal digits a byte.
  static func hexDigits(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (at, byte) in bytes.enumerated() {
        text[2 &* at] = digit(byte &>> 4)
        text[2 &* at &+ 1] = digit(byte & 15)
      }
      return 2 * bytes.count
    }
  }

  /// The digest of a text's UTF-8, or of other bytes, as hexadecimal digits.
  public static func hex(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { hex($0) } }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
  }

  // EVP_Q_digest fetches the algorithm anew each time (a lock and a look-up); the old one-shot function does not, and
  // is not deprecated.
  private static func into(_ bytes: UnsafeRawBufferPointer, _ digest: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    var nothing: UInt8 = 0
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    if let start { return CCrypto.SHA256(start, bytes.count, digest.baseAddress) != nil }
    return CCrypto.SHA256(&nothing, 0, digest.baseAddress) != nil
  }
}
