/// Whole small files: rosters, configurations.

#if canImport(Glibc)
  import Glibc
#endif

/// Why a file could not be read, in words.
public struct FileError: Error, Sendable, CustomStringConvertible {
  public var description: String
}

/// Reads a file of at most that many bytes as UTF-8.
public func readTextFile(_ path: String, limit: Int = 64 << 20) throws(FileError) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(description: "\(path): \(String(cString: strerror(errno)))") }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let n = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if n < 0, errno == EINTR { continue }
    guard n >= 0 else { throw FileError(description: "\(path): \(String(cString: strerror(errno)))") }
    if n == 0 { break }
    bytes += piece[..<n]
    guard bytes.count <= limit else { throw FileError(description: "\(path): larger than \(limit) bytes") }
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw FileError(description: "\(path): is not UTF-8")
  }
  return text
}
