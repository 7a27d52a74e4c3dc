/// Results go to standard output, everything else to standard error.

#if canImport(Glibc)
  import Glibc
#endif

/// Writes all bytes to a descriptor, over interruptions. False when the reader went away.
@discardableResult
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
  var rest = bytes
  while !rest.isEmpty {
    let n = write(descriptor, rest.baseAddress, rest.count)
    if n > 0 {
      rest = UnsafeRawBufferPointer(rebasing: rest[n...])
    } else if n < 0, errno == EINTR {
      continue
    } else if n < 0, errno == EAGAIN {
      var p = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&p, 1, -1)
    } else {
      return false
    }
  }
  return true
}

enum StandardOutput {
  static let isTerminal = isatty(1) == 1

  @discardableResult
  static func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { writeAll(1, UnsafeRawBufferPointer($0)) }
  }
}

enum StandardError {
  static let isTerminal = isatty(2) == 1

  static func line(_ text: String) {
    var text = text.hasSuffix("\n") ? text : text + "\n"
    text.withUTF8 { _ = writeAll(2, UnsafeRawBufferPointer($0)) }
  }
}
