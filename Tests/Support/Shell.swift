// Other programs, for tests that need what they make.

import Glibc

/// Runs a shell command and waits for it; its exit status, or -1 if it did not end by itself.
public func run(_ command: String) -> Int32 {
  let status = system(command)
  return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
}

/// What a shell command writes to its standard output.
public func output(_ command: String) -> String {
  guard let pipe = popen(command, "r") else { return "" }
  defer { pclose(pipe) }
  var text: [UInt8] = []
  var room = [UInt8](repeating: 0, count: 4096)
  while case let count = fread(&room, 1, room.count, pipe), count > 0 { text += room[..<count] }
  return String(decoding: text, as: UTF8.self)
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
