/// Searching text by its bytes: rules try hundreds of words on each command line, and none of them needs Unicode's
/// idea of a character.

extension String {
  /// Whether the UTF-8 bytes of `needle` occur in a row. An empty needle occurs everywhere.
  func holds(_ needle: String) -> Bool {
    let found = utf8.withContiguousStorageIfAvailable { hay in
      needle.utf8.withContiguousStorageIfAvailable { occurs($0, in: hay) }
    }
    guard let found, let found else { return contains(needle) }
    return found
  }
}

private func occurs(_ needle: UnsafeBufferPointer<UInt8>, in hay: UnsafeBufferPointer<UInt8>) -> Bool {
  guard let first = needle.first else { return true }
  guard hay.count >= needle.count else { return false }
  var at = 0
  let end = hay.count - needle.count
  while at <= end {
    if hay[at] == first {
      var n = 1
      while n < needle.count, hay[at + n] == needle[n] { n += 1 }
      if n == needle.count { return true }
    }
    at += 1
  }
  return false
}
