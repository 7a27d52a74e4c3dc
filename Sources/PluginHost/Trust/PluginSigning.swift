/// Signing a plugin's file: what a vendor does before it ships.

#if canImport(Glibc)
  import Glibc
#endif

public enum PluginSigning {
  /// Signs a file and writes the signature beside it, in place of one that is there.
  /// - Returns: the signature's path and the file's SHA-256 as hexadecimal digits.
  public static func sign(
    path: String, key: borrowing Ed25519SigningKey
  ) throws(PluginError) -> (signature: String, sha256: String) {
    let file = try SealedFile(path: path)
    guard let digest = try file.sha256() else {
      throw PluginError(.file, path, "VEDETTE_PLUGINS_IN_PLACE is set: there is no copy to sign; unset it")
    }
    guard let signature = PluginSignature(of: digest, by: key) else {
      throw PluginError(.file, path, "OpenSSL could not sign it")
    }
    let place = PluginSignature.path(of: path)
    // A reader finds the old signature or the new one, never half of one.
    let draft = place + ".new"
    unlink(draft)
    try KeyFile.write(Array(signature.text.utf8), to: draft, mode: 0o644)
    guard rename(draft, place) == 0 else {
      let words = systemWords
      unlink(draft)
      throw PluginError(.file, place, "cannot be written: \(words)")
    }
    return (place, HexText.encode(digest))
  }
}
