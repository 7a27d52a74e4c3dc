/// Cuts pieces of an input into lines, for formats of lines that are documents as a whole.

/// Keeps the start of a line until its end comes, up to a limit: what is beyond it is left out of the line, and that is
/// said.
public struct LineCutter {
  private let limit: Int
  private var bytes: [UInt8] = []
  private var isCut = false
  private var start = Place.start
  private var hasStart = false

  public init(limit: Int) { self.limit = limit }

  /// Takes the next bytes; the first stands at `place`. Lines come without their end (LF or CRLF), valid for the call.
  public mutating func take(
    _ piece: UnsafeRawBufferPointer, at place: Place, _ line: (UnsafeRawBufferPointer, Place, _ isCut: Bool) -> Void
  ) {
    var rest = piece
    var here = place
    while !rest.isEmpty {
      if !hasStart {
        start = here
        hasStart = true
      }
      let end = rest.firstIndex(of: 0x0a)
      let part = UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.count)])
      let room = max(0, limit - bytes.count)
      isCut = isCut || part.count > room
      bytes.append(contentsOf: part.prefix(room))
      guard let end else { return }
      give(line)
      here.offset &+= UInt64(end + 1)
      here.line &+= 1
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
  }

  /// Nothing follows: the last line has no end.
  public mutating func end(_ line: (UnsafeRawBufferPointer, Place, _ isCut: Bool) -> Void) {
    if hasStart { give(line) }
  }

  private mutating func give(_ line: (UnsafeRawBufferPointer, Place, _ isCut: Bool) -> Void) {
    if bytes.last == 0x0d { bytes.removeLast() }
    bytes.withUnsafeBytes { line($0, start, isCut) }
    bytes.removeAll(keepingCapacity: true)
    isCut = false
    hasStart = false
  }
}
