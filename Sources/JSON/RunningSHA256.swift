/// SHA-256 of bytes that come in parts, over OpenSSL.

import CCrypto

/// The digest of everything added so far.
public final class RunningSHA256 {
  /// Owned; nil where there was no memory for it.
  private let context: OpaquePointer?

  public init() {
    context = EVP_MD_CTX_new()
    if let context { EVP_DigestInit_ex(context, EVP_sha256(), nil) }
  }

  deinit { EVP_MD_CTX_free(context) }

  public func add(_ bytes: UnsafeRawBufferPointer) {
    guard let context, let start = bytes.baseAddress, bytes.count > 0 else { return }
    EVP_DigestUpdate(context, start, bytes.count)
  }

  /// The digest as 64 lower-case hexadecimal digits; nil where OpenSSL could not give it. Nothing may be added afterwards.
  public func finish() -> String? {
    guard let context else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { digest in
      guard EVP_DigestFinal_ex(context, digest.baseAddress, nil) == 1 else { return nil }
      return SHA256.hexDigits(UnsafeBufferPointer(rebasing: digest[..<32]))
    }
  }
}
