/// Reads what comes from a descriptor piece by piece, with the place of each.

/// Reads a file or a pipe. One thread at a time, but `wake`.
///
/// Unsafe core: `buffer` is owned by the reader, and a piece that was given out is valid until the next call.
public final class PieceReader {
  public enum Step {
    case piece(UnsafeRawBufferPointer, Place)
    /// Nothing came in the time given, or `wake` was called.
    case waiting
    case end
    /// An error number of the system.
    case failed(Int32)
  }

  let input: InputDescriptor
  private let buffer: UnsafeMutableRawBufferPointer
  /// The place behind what was given out.
  public private(set) var place: Place
  /// Bytes of the buffer that were read before this reader was made.
  private var ahead: Int

  /// Goes on at `start`; what cannot seek is read over up to there. `ahead`: what was read from the descriptor already.
  public init(descriptor: Int32, start: Place = .start, pieceBytes: Int = 1 << 16, ahead: [UInt8] = []) {
    input = InputDescriptor(descriptor)
    buffer = .allocate(byteCount: max(pieceBytes, 4096), alignment: 16)
    self.ahead = min(ahead.count, 4096)
    buffer.copyBytes(from: ahead.prefix(self.ahead))
    place = start
    input.goOn(at: start.offset)
  }

  deinit { buffer.deallocate() }

  /// Ends a wait, or the next one. Any thread.
  public func wake() { input.wake() }

  /// The next bytes; waits at most `wait` milliseconds for them.
  public func next(wait: Int32) -> Step {
    let reading = ahead > 0 ? .bytes(ahead) : input.read(into: buffer, wait: wait)
    ahead = 0
    switch reading {
    case .bytes(let count):
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      let here = place
      place.offset &+= UInt64(count)
      place.line &+= UInt64(piece.count { $0 == 0x0a })
      return .piece(piece, here)
    case .waiting: return .waiting
    case .end: return .end
    case .failed(let number): return .failed(number)
    }
  }
}
