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
  @inlinable @inline(__always) public func firstIndex(of octet: UInt8, in range: Range<Int>) -> Int? {
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

  /// Whether all octets of `range` pass a test. Checked once for the whole range, so it is as fast as a loop can be.
  @inlinable @inline(__always) public func allSatisfy(in range: Range<Int>, _ test: (UInt8) -> Bool) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range beyond the bytes that were offered")
    return withUnsafeBytes { bytes in
      guard var at = bytes.baseAddress?.advanced(by: range.lowerBound) else { return true }
      let end = at + (range.upperBound - range.lowerBound)
      while at < end {
        if !test(at.load(as: UInt8.self)) { return false }
        at += 1
      }
      return true
    }
  }

  /// `range` without the octets at both its ends that pass a test.
  @inlinable @inline(__always) public func trimmed(_ range: Range<Int>, _ test: (UInt8) -> Bool) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range beyond the bytes that were offered")
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return range }
      var (start, end) = (range.lowerBound, range.upperBound)
      while start < end, test(base.load(fromByteOffset: start, as: UInt8.self)) { start &+= 1 }
      while end > start, test(base.load(fromByteOffset: end &- 1, as: UInt8.self)) { end &-= 1 }
      return Range(uncheckedBounds: (start, end))
    }
  }

  /// The number that decimal digits stand for; nil where `range` is empty, longer than 19 digits, or has anything else, or the
  /// number is over `most`.
  @inlinable @inline(__always) public func decimal(in range: Range<Int>, atMost most: UInt64 = .max) -> UInt64? {
    guard !range.isEmpty, range.count <= 19 else { return nil }
    // 19 digits fit into 64 bits.
    var number: UInt64 = 0
    let isDigits = allSatisfy(in: range) { octet in
      let digit = octet &- 0x30
      number = number &* 10 &+ UInt64(digit)
      return digit < 10
    }
    return isDigits && number <= most ? number : nil
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
