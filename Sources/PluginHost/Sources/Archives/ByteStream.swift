/// Bytes that are read piece by piece, whatever they are packed in.

protocol ByteStream: AnyObject {
  /// Reads some bytes; 0 at the end.
  func read(into output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int
}

extension ByteStream {
  /// The next `count` bytes, or fewer where it ends before.
  func read(upTo count: Int) throws(InputFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let n = try bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(InputFault) in
          try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        }
      }.get()
      if n == 0 { break }
      filled += n
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}

extension Unpacker: ByteStream {}

/// A regular file of an archive.
struct ArchiveMember: Equatable, Sendable {
  /// As the archive has it. It names a member and never a place on disk.
  var name: String
  /// Unpacked bytes.
  var size: UInt64
}

/// What an archive may hold: beyond it, nothing more of it is read.
enum ArchiveLimits {
  static let members = 100_000
  /// Unpacked bytes of one member, and of all that is read over on the way to it.
  static let bytes: UInt64 = 16 << 30
  /// A member that unpacks to so many times its packed size is made to fill memory, and no export.
  static let ratio: UInt64 = 1_100
  static let nameBytes = 1_024
}
