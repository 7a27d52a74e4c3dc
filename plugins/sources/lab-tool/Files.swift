/// Whole files, written or refused in one line.

import ArgumentParser
import Glibc

/// A file that could not be written.
struct FileFailure: Error, CustomStringConvertible {
  var description: String
}

func write(_ files: [(name: String, bytes: [UInt8])], to folder: String) throws {
  if mkdir(folder, 0o777) != 0, errno != EEXIST {
    throw FileFailure(
      description: "\(folder): \(String(cString: strerror(errno))); make its parent, or name another folder")
  }
  for (name, bytes) in files {
    let path = "\(folder)/\(name)"
    guard let file = fopen(path, "wb") else {
      throw FileFailure(description: "\(path): \(String(cString: strerror(errno)))")
    }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    guard fclose(file) == 0, written == bytes.count else {
      throw FileFailure(description: "\(path): not all \(bytes.count) bytes could be written")
    }
    print("\(path)  \(bytes.count) bytes")
  }
}
