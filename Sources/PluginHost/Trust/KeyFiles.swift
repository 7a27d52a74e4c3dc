/// Keys in files: PEM as OpenSSL writes it, so that `openssl genpkey -algorithm ed25519` and ours are the same.

import CCrypto

#if canImport(Glibc)
  import Glibc
#endif

extension Ed25519PublicKey {
  /// Reads a PEM file. One that others than its owner, root or this user could have changed is refused.
  public init(reading path: String) throws(PluginError) {
    let bytes = try KeyFile.read(path) { file, info in
      // As of a plugin's file: who can put another key there can sign plugins.
      FileOwnership.fault(info) ?? FileOwnership.fault(ofFolderOf: file)
    }
    guard let key = Self.parse(pem: bytes) else {
      throw PluginError(
        .file, path, "is no PEM file of an Ed25519 public key (`openssl pkey -in KEY.pem -pubout` writes one)")
    }
    self = key
  }

  /// From the configuration or a command line: Base64 (both forms end with `=`), else the path of a PEM file.
  public init(pathOrBase64 text: String) throws(PluginError) {
    guard text.hasSuffix("=") else {
      try self.init(reading: text)
      return
    }
    guard let key = Ed25519PublicKey(base64: text) else {
      throw PluginError(.file, text, "is no Ed25519 public key in Base64")
    }
    self = key
  }

  static func parse(pem: [UInt8]) -> Ed25519PublicKey? {
    defer { ERR_clear_error() }
    guard let input = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return nil }
    defer { BIO_free(input) }
    // Without its own answer the library would ask the terminal for a password that no public key has.
    guard let key = PEM_read_bio_PUBKEY(input, nil, { _, _, _, _ in -1 }, nil) else { return nil }
    return Ed25519SigningKey.publicHalf(of: key)
  }

  /// As a PEM file has it; nil if the library fails.
  public var pem: String? {
    guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else { return nil }
    defer { EVP_PKEY_free(key) }
    return KeyFile.text { PEM_write_bio_PUBKEY($0, key) }.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Ed25519SigningKey {
  /// Reads a PEM file (PKCS #8). If it is encrypted, OpenSSL asks the terminal for the password. One that others than its
  /// owner can read is refused.
  public init(reading path: String) throws(PluginError) {
    let bytes = try KeyFile.read(path) { _, info in
      info.st_mode & 0o077 == 0
        ? nil : "holds a private key that others can read or write; refused (chmod 600 it)"
    }
    defer { ERR_clear_error() }
    guard let input = BIO_new_mem_buf(bytes, Int32(clamping: bytes.count)) else {
      throw PluginError(.file, path, "no memory to read it")
    }
    defer { BIO_free(input) }
    guard let handle = PEM_read_bio_PrivateKey(input, nil, nil, nil), let key = Ed25519SigningKey(taking: handle) else {
      throw PluginError(
        .file, path,
        "is no PEM file of an Ed25519 private key (`vedette plugin sign --new-key --key FILE` makes one)")
    }
    self = key
  }

  /// Makes a key and writes it to `path`, which must not be there and only its owner can read, and its public half beside
  /// it.
  /// - Returns: the path of the public half: `vendor.pem` has `vendor.pub.pem`.
  public static func make(at path: String) throws(PluginError) -> String {
    let stem = path.hasSuffix(".pem") ? String(path.dropLast(4)) : path
    let publicPath = stem + ".pub.pem"
    func failure() -> PluginError { PluginError(.file, path, "OpenSSL could not make a key") }
    guard let key = make() else { throw failure() }
    let handle = key.handle
    guard let publicText = key.publicKey.pem,
      var text = KeyFile.text({ PEM_write_bio_PrivateKey($0, handle, nil, nil, 0, nil, nil) })
    else { throw failure() }
    defer { text.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
    try KeyFile.write(text, to: path, mode: 0o600)
    do throws(PluginError) {
      try KeyFile.write(Array(publicText.utf8), to: publicPath, mode: 0o644)
    } catch {
      unlink(path)
      throw error
    }
    return publicPath
  }

  /// The public half of a key that is freed.
  static func publicHalf(of handle: OpaquePointer) -> Ed25519PublicKey? {
    guard let key = Ed25519SigningKey(taking: handle) else { return nil }
    return key.publicKey
  }
}

enum KeyFile {
  /// Far more than a key with comments before it.
  static let mostBytes = 64 << 10

  /// The bytes of a small file.
  /// - Parameter fault: what is wrong with the open file, if anything is.
  static func read(
    _ path: String, most: Int = mostBytes, fault: (_ file: Int32, _ info: stat) -> String? = { _, _ in nil }
  ) throws(PluginError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw PluginError(.file, path, "cannot be read: \(systemWords)") }
    defer { close(file) }
    var info = stat()
    guard fstat(file, &info) == 0 else { throw PluginError(.file, path, "cannot be read: \(systemWords)") }
    guard info.st_mode & S_IFMT == S_IFREG else { throw PluginError(.file, path, "is no file") }
    if let words = fault(file, info) { throw PluginError(.file, path, words) }
    var bytes = [UInt8](repeating: 0, count: most + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { room in
        Glibc.read(file, room.baseAddress.map { $0 + filled }, room.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw PluginError(.file, path, "cannot be read: \(systemWords)") }
      if count == 0 { break }
      filled += count
    }
    guard filled <= most else { throw PluginError(.file, path, "is larger than \(most) bytes") }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  /// Writes a file that is not there yet; one that could not be written whole is taken away.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(PluginError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw PluginError(.file, path, "cannot be made: \(systemWords)") }
    var written = 0
    var fault: String?
    while written < bytes.count, fault == nil {
      let count = bytes.withUnsafeBytes { room in
        Glibc.write(file, room.baseAddress.map { $0 + written }, room.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { fault = systemWords } else { written += count }
    }
    if close(file) != 0, fault == nil { fault = systemWords }
    if let fault {
      unlink(path)
      throw PluginError(.file, path, "cannot be written: \(fault)")
    }
  }

  /// What OpenSSL writes.
  static func text(_ body: (OpaquePointer) -> Int32) -> [UInt8]? {
    guard let output = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(output) }
    guard body(output) == 1 else {
      ERR_clear_error()
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    let count = Int(BIO_read(output, &bytes, Int32(bytes.count)))
    guard count > 0 else { return nil }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
