// Where tests find captures of the development corpus, if this machine has it.

import Glibc

/// The repository and the corpus beside it.
public enum Corpus {
  /// The root of the repository.
  public static let repository: String = {
    // Resolved, for the folder may be a link to the repository's.
    var here = #filePath
    if let resolved = realpath(here, nil) {
      here = String(cString: resolved)
      free(resolved)
    }
    var parts = here.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// The corpus: `VEDETTE_CORPUS`, or `../shared/corpus` beside the repository; nil if neither is there.
  public static let path: String? = {
    if let named = getenv("VEDETTE_CORPUS") { return String(cString: named) }
    let beside = repository + "/../shared/corpus"
    return access(beside, R_OK) == 0 ? beside : nil
  }()

  public struct Unreadable: Error, CustomStringConvertible {
    public let description: String
  }

  /// All bytes of a file.
  public static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Unreadable(description: "\(path): cannot be opened") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw Unreadable(description: "\(path): cannot be read") }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// The files below a folder whose name ends with one of `suffixes`, sorted.
  public static func files(below folder: String, suffixes: [String]) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      if entry.pointee.d_type == UInt8(DT_DIR) {
        found += files(below: path, suffixes: suffixes)
      } else if suffixes.contains(where: name.hasSuffix) {
        found.append(path)
      }
    }
    return found.sorted()
  }
}
