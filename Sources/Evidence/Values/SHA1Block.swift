/// SHA-1 (FIPS 180-4) of up to 55 bytes, which is one block: all that a Community ID needs, without the library's set-up, which
/// takes longer than the block. It names flows and guards nothing.
struct SHA1Block {
  private var words = InlineArray<16, UInt32>(repeating: 0)
  private var count = 0

  /// Appends the low bytes of a number, the highest first. What goes beyond 55 bytes in all is left off.
  mutating func append(_ value: UInt64, bytes: Int) {
    for i in 0..<bytes where count < 55 {
      let byte = UInt32(truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - i))) & 0xFF
      words[count >> 2] |= byte << UInt32(24 - 8 * (count & 3))
      count += 1
    }
  }

  /// FIPS 180-4 §6.1.2, for a message of one block.
  consuming func digest() -> InlineArray<5, UInt32> {
    words[count >> 2] |= 0x80 << UInt32(24 - 8 * (count & 3))
    words[15] = UInt32(count * 8)
    var a: UInt32 = 0x6745_2301
    var b: UInt32 = 0xEFCD_AB89
    var c: UInt32 = 0x98BA_DCFE
    var d: UInt32 = 0x1032_5476
    var e: UInt32 = 0xC3D2_E1F0
    for t in 0..<80 {
      if t >= 16 {
        let w = words[(t - 3) & 15] ^ words[(t - 8) & 15] ^ words[(t - 14) & 15] ^ words[t & 15]
        words[t & 15] = w << 1 | w >> 31
      }
      let f: UInt32
      let k: UInt32
      switch t {
      case ..<20: (f, k) = (b & c | ~b & d, 0x5A82_7999)
      case ..<40: (f, k) = (b ^ c ^ d, 0x6ED9_EBA1)
      case ..<60: (f, k) = (b & c | b & d | c & d, 0x8F1B_BCDC)
      default: (f, k) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let next = (a << 5 | a >> 27) &+ f &+ e &+ k &+ words[t & 15]
      e = d
      d = c
      c = b << 30 | b >> 2
      b = a
      a = next
    }
    return [0x6745_2301 &+ a, 0xEFCD_AB89 &+ b, 0x98BA_DCFE &+ c, 0x1032_5476 &+ d, 0xC3D2_E1F0 &+ e]
  }
}
