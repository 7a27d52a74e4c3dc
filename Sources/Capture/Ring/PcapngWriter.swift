// Frames as pcapng: what the packet ring and a case's packets are written in.

import Glibc
import Packets

/// Writes one section to a file: an interface for each link type, times in nanoseconds. One owner; errors are counted.
///
/// Blocks are gathered in a buffer of fixed size and written when it is full or `flush` is called.
final class PcapngWriter {
  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var used = 0
  /// Frames in the buffer, which are lost if it cannot be written.
  private var waiting: UInt64 = 0
  /// Link types in the order of their interfaces.
  private var interfaces: [LinkType] = []
  /// Bytes of the file, those in the buffer included.
  private(set) var size = 0
  private(set) var frames: UInt64 = 0
  /// Frames that could not be written.
  private(set) var lost: UInt64 = 0

  /// Makes a new file, readable by its owner and group; one that is there is replaced.
  init(_ path: String, bufferSize: Int = 1 << 20) throws(CaptureError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw CaptureError(.unreadable, path, CaptureError.system(errno)) }
    buffer = .allocate(byteCount: max(bufferSize, 2 * frameLengthLimit), alignment: 16)
    // The section header: version 1.0, of unknown length.
    put(0x0A0D_0D0A)
    put(28)
    put(0x1A2B_3C4D)
    put(0x0000_0001)
    put(0xFFFF_FFFF)
    put(0xFFFF_FFFF)
    put(28)
    size = used
  }

  deinit {
    flush()
    close(descriptor)
    buffer.deallocate()
  }

  /// Appends a frame; frames above the limit of capture files are cut to it.
  func write(_ frame: FrameView) {
    let length = min(frame.bytes.count, frameLengthLimit)
    let padded = (length &+ 3) & ~3
    // A description of the interface, if this is its first frame, takes 32 bytes.
    if buffer.count &- used < padded &+ 32 &+ 32 { flush() }
    let before = used
    var index = 0
    while index < interfaces.count, interfaces[index] != frame.linkType { index &+= 1 }
    if index == interfaces.count { describe(frame.linkType) }
    put(6)
    put(UInt32(padded &+ 32))
    put(UInt32(truncatingIfNeeded: index))
    let time = UInt64(bitPattern: frame.time)
    put(UInt32(truncatingIfNeeded: time >> 32))
    put(UInt32(truncatingIfNeeded: time))
    put(UInt32(truncatingIfNeeded: length))
    put(frame.wireLength)
    if let source = frame.bytes.baseAddress, let target = buffer.baseAddress {
      memcpy(target + used, source, length)
      memset(target + used + length, 0, padded &- length)
    }
    used &+= padded
    put(UInt32(padded &+ 32))
    size &+= used &- before
    waiting &+= 1
    frames &+= 1
  }

  /// Writes what is in the buffer. What cannot be written is given up and counted.
  func flush() {
    guard var rest = buffer.baseAddress.map({ UnsafeRawBufferPointer(start: $0, count: used) }) else { return }
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        lost &+= waiting
        frames &-= waiting
        // Half a block would end the reading of the file: back to the end of the last whole buffer.
        ftruncate(descriptor, off_t(size &- used))
        lseek(descriptor, off_t(size &- used), SEEK_SET)
        size &-= used
        break
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    used = 0
    waiting = 0
  }

  /// An interface of that link type, any length, nanoseconds (if_tsresol 9).
  private func describe(_ linkType: LinkType) {
    interfaces.append(linkType)
    put(1)
    put(32)
    put(linkType.rawValue & 0xFFFF)
    put(0)
    put(9 | 1 << 16)
    put(9)
    put(0)
    put(32)
  }

  private func put(_ word: UInt32) {
    buffer.storeBytes(of: word.littleEndian, toByteOffset: used, as: UInt32.self)
    used &+= 4
  }
}
