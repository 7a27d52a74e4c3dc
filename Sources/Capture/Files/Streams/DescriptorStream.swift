// A descriptor, read as it is; with `follow`, the end of the file is not the end.

import Glibc

/// Reads a file, a pipe or a device, and owns its descriptor. No call waits longer than some 100 ms, so that whoever wants
/// to stop can.
final class DescriptorStream: ByteStream {
  let name: String
  private var descriptor: Int32
  private let follow: Bool
  /// Bytes handed out so far, of the file that is read now.
  private(set) var offset: UInt64 = 0
  /// A file of the same name was seen to be another one: what this one still has comes first.
  private var isReplaced = false

  init(_ descriptor: Int32, name: String, follow: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.follow = follow
  }

  deinit { close(descriptor) }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    while true {
      // So that a silent pipe does not hold up whoever wants to stop. A plain file is always ready.
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { return .idle }
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count < 0, errno == EINTR || errno == EAGAIN { return .idle }
      guard count >= 0 else { throw CaptureError(.unreadable, name, at: offset, CaptureError.system(errno)) }
      if count > 0 {
        offset &+= UInt64(count)
        return .bytes(count)
      }
      guard follow else { return .end }
      if let why = try restart() { return .restarted(why) }
      // What was written between the end seen and the replacement seen.
      if isReplaced { continue }
      poll(nil, 0, 100)
      return .idle
    }
  }

  /// At the end of a followed file: whether it was cut, or another file has taken its name (as rotation does). A file that
  /// was renamed and has no successor yet is still read.
  private func restart() throws(CaptureError) -> String? {
    var mine = stat()
    guard fstat(descriptor, &mine) == 0 else {
      throw CaptureError(.unreadable, name, at: offset, CaptureError.system(errno))
    }
    if mine.st_size >= 0, UInt64(mine.st_size) < offset {
      let text = "was cut from \(offset) bytes to \(mine.st_size); it is read from its beginning again"
      guard lseek(descriptor, 0, SEEK_SET) == 0 else {
        throw CaptureError(.unreadable, name, at: offset, CaptureError.system(errno))
      }
      offset = 0
      isReplaced = false
      return text
    }
    var named = stat()
    guard stat(name, &named) == 0, named.st_ino != mine.st_ino || named.st_dev != mine.st_dev else { return nil }
    guard isReplaced else {
      isReplaced = true
      return nil
    }
    let successor = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard successor >= 0 else { return nil }
    close(descriptor)
    descriptor = successor
    let text = "was replaced after \(offset) bytes; the new file is read"
    offset = 0
    isReplaced = false
    return text
  }
}
