/// Secrets of the configuration: tokens and passwords that sources name and never have in their parameters.

#if canImport(Glibc)
  import Glibc
#endif

/// Why a secret that the configuration names cannot be had.
struct SecretError: Error, CustomStringConvertible {
  var description: String
}

/// The `secrets` of a configuration. Files and the environment are read when a secret is asked for, so that one that was
/// changed counts from the next time on.
struct Secrets: Sendable {
  private enum Place {
    case value(String)
    case file(String)
    case environment(String)
  }

  private var places: [String: Place] = [:]
  /// The most bytes of a secret.
  private static let most = 64 << 10

  init(_ configuration: Configuration) {
    for entry in configuration.mappings("secrets") {
      guard case .text(let name)? = entry["name"] else { continue }
      if case .text(let text)? = entry["value"], !text.isEmpty { places[name] = .value(text) }
      if case .text(let path)? = entry["file"], !path.isEmpty { places[name] = .file(path) }
      if case .text(let variable)? = entry["environment"], !variable.isEmpty { places[name] = .environment(variable) }
    }
  }

  /// The secret; nil where the configuration has none of that name. A file's line end is no part of it.
  func value(of name: String) throws(SecretError) -> String? {
    switch places[name] {
    case nil: return nil
    case .value(let text): return text
    case .environment(let variable):
      guard let value = getenv(variable) else {
        throw SecretError(description: "secret \(name): the environment has no \(variable)")
      }
      return String(cString: value)
    case .file(let path): return try Self.read(path, name)
    }
  }

  private static func read(_ path: String, _ name: String) throws(SecretError) -> String {
    func refused(_ why: String) -> SecretError { SecretError(description: "secret \(name): \(path) \(why)") }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw refused("cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw refused("is no file") }
    guard facts.st_mode & 0o007 == 0 else { throw refused("can be used by everybody: chmod o-rwx") }
    var bytes = [UInt8](repeating: 0, count: Self.most + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { room in
        Glibc.read(file, room.baseAddress.map { $0 + filled }, room.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw refused("cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      filled += count
    }
    guard filled <= Self.most else { throw refused("is larger than 64 KiB") }
    guard var text = String(validating: bytes[..<filled], as: UTF8.self) else { throw refused("is no UTF-8") }
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
