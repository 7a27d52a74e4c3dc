/// A text as it is put together character by character: bytes that are used again, not a `String` that grows.

/// UTF-8 of whole characters.
struct FoldedText {
  private(set) var bytes: [UInt8] = []

  var isEmpty: Bool { bytes.isEmpty }

  @inline(__always)
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      for unit in Unicode.UTF8.encode(scalar)?.makeIterator() ?? Unicode.UTF8.encodedReplacementCharacter.makeIterator()
      {
        bytes.append(unit)
      }
    }
  }

  /// The text so far; what is appended next begins another.
  mutating func take() -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    bytes.removeAll(keepingCapacity: true)
    return text
  }
}
