/// Where in a source's input something stands, and the cursor that carries it over a restart.

/// A line of the decompressed input: its number and the offset of its first byte.
public struct Place: Comparable, Hashable, Sendable {
  /// 1-based.
  public var line: UInt64
  /// In bytes from the start of the input.
  public var offset: UInt64

  public init(line: UInt64, offset: UInt64) {
    self.line = line
    self.offset = offset
  }

  public static let start = Place(line: 1, offset: 0)
  public static func < (a: Place, b: Place) -> Bool { a.offset < b.offset }
}

extension Place {
  /// The cursor's text: `lines/1 OFFSET LINE`.
  public var cursor: String { "lines/1 \(offset) \(line)" }

  /// Reads a cursor of `cursor`'s form; nil for anything else.
  public init?(cursor: UnsafeRawBufferPointer) {
    let parts = cursor.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("lines/1".utf8),
      let offset = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[1])),
      let line = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[2])), line > 0
    else { return nil }
    self.init(line: line, offset: offset)
  }
}
