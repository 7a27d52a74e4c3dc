// Other programs, for tests that need what they make.

import Glibc

/// Runs a shell command and waits for it; its exit status, or -1 if it did not end by itself.
public func run(_ command: String) -> Int32 {
  let status = system(command)
  return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
}

/// Appends bytes to a file.
public func append(_ bytes: [UInt8], to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_APPEND)
  guard descriptor >= 0 else { throw Corpus.Unreadable(description: "\(path): cannot be opened") }
  defer { close(descriptor) }
  guard write(descriptor, bytes, bytes.count) == bytes.count else {
    throw Corpus.Unreadable(description: "\(path): cannot be written")
  }
}
