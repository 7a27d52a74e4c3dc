// The one place of this room that reads memory by pointer.
//
// Invariant: `base` points to `count` readable bytes for as long as the value lives, which is one call of a decoder.
// Each read checks its range itself and gives 0 outside of it, so that no mistake above can read beyond the frame or
// trap on it; decoders check lengths first all the same, since a missing byte is a finding. A `HeaderBytes` was checked
// as a whole: its reads at constant offsets are proven by the compiler and cost no test.

/// The bytes given to a decoder, read in network byte order.
struct WireBytes: NetworkOrder {
  let base: UnsafeRawPointer
  let count: Int

  /// Stands for an empty buffer, which need not have an address.
  private nonisolated(unsafe) static let nowhere = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8))

  @inline(__always)
  init(_ buffer: UnsafeRawBufferPointer) {
    base = buffer.baseAddress ?? Self.nowhere
    count = buffer.count
  }

  /// The first `length` bytes of a region; nil if it has fewer.
  @inline(__always) func header(_ region: Region, _ length: Int) -> HeaderBytes? {
    guard region.offset >= 0, region.end <= count, length <= region.end &- region.offset else { return nil }
    return HeaderBytes(base: base + region.offset, count: length)
  }

  @inline(__always) func linkAddress(_ offset: Int) -> LinkAddress {
    LinkAddress(rawValue: UInt64(u16(offset)) << 32 | UInt64(u32(offset &+ 2)))
  }

  @inline(__always) func ipv4Address(_ offset: Int) -> NetworkAddress { NetworkAddress(ipv4: u32(offset)) }

  /// The sum of the 16-bit words of a range as RFC 1071 has it, not yet folded, in the machine's byte order. An odd last
  /// byte counts as a word padded with zero. What lies outside the bytes counts as nothing.
  ///
  /// Eight bytes an addition, in two chains of 128 bits that run beside each other: 2^64 is 1 to the ones-complement sum,
  /// so that the carries, gathered in the upper halves, are added in the end.
  @inline(never)
  func wordSum(_ start: Int, _ end: Int) -> UInt64 {
    let start = max(0, start)
    let length = min(end, count) &- start
    guard length > 0 else { return 0 }
    var at = base + start
    var left = length
    var even: UInt128 = 0
    var odd: UInt128 = 0
    while left >= 64 {
      even = even &+ UInt128(at.loadUnaligned(as: UInt64.self))
      odd = odd &+ UInt128(at.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      even = even &+ UInt128(at.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
      odd = odd &+ UInt128(at.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
      even = even &+ UInt128(at.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
      odd = odd &+ UInt128(at.loadUnaligned(fromByteOffset: 40, as: UInt64.self))
      even = even &+ UInt128(at.loadUnaligned(fromByteOffset: 48, as: UInt64.self))
      odd = odd &+ UInt128(at.loadUnaligned(fromByteOffset: 56, as: UInt64.self))
      at += 64
      left &-= 64
    }
    while left >= 8 {
      even = even &+ UInt128(at.loadUnaligned(as: UInt64.self))
      at += 8
      left &-= 8
    }
    let sum = even &+ odd &+ UInt128(UInt64(littleEndian: rest(at, left, isAfterEight: length >= 8)))
    let low = UInt64(truncatingIfNeeded: sum)
    return (low & 0xFFFF_FFFF) &+ (low &>> 32) &+ UInt64(truncatingIfNeeded: sum &>> 64)
  }

  /// The fewer than eight bytes from `at` on, in the order of a little-endian word, the missing ones zero.
  ///
  /// Without a branch where eight bytes can be read that end with them: those that were counted already are shifted out.
  @inline(__always)
  private func rest(_ at: UnsafeRawPointer, _ left: Int, isAfterEight: Bool) -> UInt64 {
    if isAfterEight {
      let word = UInt64(littleEndian: (at + (left &- 8)).loadUnaligned(as: UInt64.self))
      return left == 0 ? 0 : word &>> UInt64(64 &- left &* 8)
    }
    var word: UInt64 = 0
    for index in 0..<left { word |= UInt64(at.load(fromByteOffset: index, as: UInt8.self)) &<< UInt64(index &* 8) }
    return word
  }
}

/// The bytes of one header that are known to be there, read in network byte order from its start.
///
/// Invariant: as that of `WireBytes`, `count` readable bytes at `base`.
struct HeaderBytes: NetworkOrder {
  let base: UnsafeRawPointer
  let count: Int
}

/// Bytes read in network order, by offsets from their start; what lies outside them reads as zero.
///
/// Invariant: `count` readable bytes at `base`.
protocol NetworkOrder {
  var base: UnsafeRawPointer { get }
  var count: Int { get }
}

extension NetworkOrder {
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

  @inline(__always) func ipv6Address(_ offset: Int) -> NetworkAddress {
    NetworkAddress(high: u64(offset), low: u64(offset &+ 8))
  }
}
