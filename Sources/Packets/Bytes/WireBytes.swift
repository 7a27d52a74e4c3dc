// The one place of this room that reads memory by pointer.
//
// Invariant: `base` points to `count` readable bytes for as long as the value lives, which is one call of a decoder.
// Each read checks its range itself and gives 0 outside of it, so that no mistake above can read beyond the frame or
// trap on it; decoders check lengths first all the same, since a missing byte is a finding.

/// The bytes given to a decoder, read in network byte order.
struct WireBytes {
  let base: UnsafeRawPointer
  let count: Int

  /// Stands for an empty buffer, which need not have an address.
  private nonisolated(unsafe) static let nowhere = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8))

  init(_ buffer: UnsafeRawBufferPointer) {
    base = buffer.baseAddress ?? Self.nowhere
    count = buffer.count
  }

  @inline(__always) func u8(_ offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  @inline(__always) func u16(_ offset: Int) -> UInt16 {
    guard offset >= 0, offset <= count &- 2 else { return 0 }
    return UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inline(__always) func u32(_ offset: Int) -> UInt32 {
    guard offset >= 0, offset <= count &- 4 else { return 0 }
    return UInt32(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inline(__always) func u64(_ offset: Int) -> UInt64 {
    guard offset >= 0, offset <= count &- 8 else { return 0 }
    return UInt64(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always) func linkAddress(_ offset: Int) -> LinkAddress {
    LinkAddress(rawValue: UInt64(u16(offset)) << 32 | UInt64(u32(offset &+ 2)))
  }

  @inline(__always) func ipv4Address(_ offset: Int) -> NetworkAddress { NetworkAddress(ipv4: u32(offset)) }

  @inline(__always) func ipv6Address(_ offset: Int) -> NetworkAddress {
    NetworkAddress(high: u64(offset), low: u64(offset &+ 8))
  }

  /// The sum of the 16-bit words of a range as RFC 1071 has it, not yet folded, in the machine's byte order. An odd last
  /// byte counts as a word padded with zero. What lies outside the bytes counts as nothing.
  ///
  /// 64 bytes a step: each 64-bit lane is split into its 32-bit halves, so that no carry can be lost.
  func wordSum(_ start: Int, _ end: Int) -> UInt64 {
    var offset = max(0, start)
    let end = min(end, count)
    var sum: UInt64 = 0
    if end &- offset >= 64 {
      let low = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
      var lanes = SIMD4<UInt64>()
      while offset &+ 64 <= end {
        let first = base.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
        let second = base.loadUnaligned(fromByteOffset: offset &+ 32, as: SIMD4<UInt64>.self)
        lanes = lanes &+ (first & low) &+ (first &>> 32) &+ (second & low) &+ (second &>> 32)
        offset &+= 64
      }
      sum = lanes.wrappedSum()
    }
    while offset &+ 8 <= end {
      let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      sum = sum &+ (word & 0xFFFF_FFFF) &+ (word &>> 32)
      offset &+= 8
    }
    while offset &+ 2 <= end {
      sum = sum &+ UInt64(base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      offset &+= 2
    }
    if offset < end {
      sum = sum &+ UInt64(UInt16(littleEndian: UInt16(base.load(fromByteOffset: offset, as: UInt8.self))))
    }
    return sum
  }
}
