/// Reading bytes without pointers: what parsers of lines and of binary headers need beyond the standard library's `RawSpan`.

import Glibc

extension RawSpan {
  /// The octet at a position, which must be one of the span's.
  @inlinable public subscript(position: Int) -> UInt8 {
    @inline(__always) get { unsafeLoad(fromByteOffset: checked(position), as: UInt8.self) }
  }

  @inlinable @inline(__always) func checked(_ position: Int) -> Int {
    precondition(position >= 0 && position < byteCount, "a position beyond the bytes that were offered")
    return position
  }

  /// The position of an octet within `range`; nil where it is not there.
  @inlinable public func firstIndex(of octet: UInt8, in range: Range<Int>) -> Int? {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range beyond the bytes that were offered")
    guard !range.isEmpty else { return nil }
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let hit = memchr(base + range.lowerBound, Int32(octet), range.count) else {
        return nil
      }
      return UnsafeRawPointer(hit) - base
    }
  }

  /// The position of an octet, from `start` on; nil where it is not there.
  @inlinable public func firstIndex(of octet: UInt8, from start: Int = 0) -> Int? {
    firstIndex(of: octet, in: start..<byteCount)
  }

  /// Whether octets stand at a position.
  @inlinable public func has(_ octets: StaticString, at position: Int = 0) -> Bool {
    guard position >= 0, octets.utf8CodeUnitCount <= byteCount - position else { return false }
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return octets.utf8CodeUnitCount == 0 }
      return memcmp(base + position, octets.utf8Start, octets.utf8CodeUnitCount) == 0
    }
  }

  /// A number in network order at a position; nil where it is not all there.
  @inlinable public func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    _ position: Int, as type: Number.Type
  ) -> Number? {
    guard position >= 0, MemoryLayout<Number>.size <= byteCount - position else { return nil }
    return Number(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: type))
  }
}
