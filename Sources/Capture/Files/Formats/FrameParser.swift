// What the parsers of both file formats share.

import CLibpcap
import Packets

/// The largest frame that a capture may hold, as in libpcap.
let frameLengthLimit = 262_144

/// Why a parser has stopped.
enum ParserStop {
  /// The batch is full, or the bytes at hand have no whole record any more; the value says how many it asks for.
  case full
  case incomplete(Int)
  case failed(CaptureError)
}

/// Numbers in the byte order of a file. Invariant: callers have checked that the bytes are there.
struct FileOrder {
  var isSwapped: Bool

  @inline(__always) func u16(_ base: UnsafeRawPointer, _ offset: Int) -> UInt16 {
    let value = base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isSwapped ? value.byteSwapped : value
  }

  @inline(__always) func u32(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    let value = base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isSwapped ? value.byteSwapped : value
  }

  @inline(__always) func u64(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    let value = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    return isSwapped ? value.byteSwapped : value
  }
}

/// Has the lines ahead of the parser fetched while it works: a record says where the next one is, so that the processor
/// cannot guess, and each header would cost the whole way to memory.
struct LookAhead {
  private var asked: Int

  init(at position: Int) { asked = position }

  @inline(__always)
  mutating func move(to position: Int, of base: UnsafeRawPointer) {
    if asked < position { asked = position }
    while asked < position &+ 1024 {
      capture_prefetch(base + asked)
      asked &+= 64
    }
  }
}

/// What is said of a link type that has no decoder.
func unsupportedText(_ linkType: LinkType) -> String {
  "frames of link type \(linkType.name) (\(linkType.rawValue)) cannot be decoded"
}
