/// A look for words in the start of a file, for sources that have to recognise one.

import Glibc

extension UnsafeRawBufferPointer {
  /// Whether the bytes hold the word, letter by letter.
  public func holds(_ word: StaticString) -> Bool { first(word) != nil }

  /// Where the word first stands.
  public func first(_ word: StaticString) -> Int? {
    let wanted = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard let baseAddress, let head = wanted.first else { return nil }
    var at = 0
    while count - at >= wanted.count, let hit = memchr(baseAddress + at, Int32(head), count - at - wanted.count + 1) {
      at = UnsafeRawPointer(hit) - baseAddress
      if memcmp(hit, word.utf8Start, wanted.count) == 0 { return at }
      at += 1
    }
    return nil
  }

  /// The first byte that is no white space and no byte order mark.
  public var firstVisible: UInt8? {
    let bytes = starts(with: [0xef, 0xbb, 0xbf]) ? UnsafeRawBufferPointer(rebasing: self[3...]) : self
    return bytes.first { $0 > 0x20 }
  }
}
