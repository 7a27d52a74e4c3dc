// The small unsafe core of the writer: room, bytes, escapes, decimals. Its invariant stands in JSONWriter.swift.

extension JSONWriter {
  /// Room for `more` bytes.
  @inlinable mutating func reserve(_ more: Int) {
    if more > capacity &- used { grow(more) }
  }

  @usableFromInline mutating func grow(_ more: Int) {
    let wanted = max(capacity &* 2, used &+ more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: used)
    base.deallocate()
    base = larger
    capacity = wanted
  }

  @inlinable mutating func byte(_ byte: UInt8) {
    reserve(1)
    base[used] = byte
    used &+= 1
  }

  @usableFromInline mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    UnsafeMutableRawPointer(base + used).copyMemory(from: start, byteCount: bytes.count)
    used &+= bytes.count
  }

  @inlinable mutating func separate() {
    if afterValue { byte(UInt8(ascii: ",")) }
  }

  @inlinable mutating func open(_ bracket: UInt8) {
    separate()
    byte(bracket)
    afterValue = false
  }

  @inlinable mutating func close(_ bracket: UInt8) {
    byte(bracket)
    afterValue = true
  }

  mutating func word(_ word: StaticString) {
    separate()
    append(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    afterValue = true
  }

  /// A string that is written in place: `fill` gets room for `limit` bytes and says how many it wrote. They have to be ASCII that
  /// needs no escape; nobody looks.
  @inlinable public mutating func string(atMost limit: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    separate()
    reserve(limit &+ 2)
    base[used] = UInt8(ascii: "\"")
    let length = min(max(0, fill(UnsafeMutableBufferPointer(start: base + (used &+ 1), count: limit))), limit)
    used &+= length &+ 2
    base[used &- 1] = UInt8(ascii: "\"")
    afterValue = true
  }

  mutating func quoted(_ text: String) {
    var text = text
    text.withUTF8 { escaped(UnsafeRawBufferPointer($0)) }
  }

  /// Text of unknown origin: the eye that looks for escapes also sees whether it is more than ASCII.
  mutating func quoted(_ bytes: UnsafeRawBufferPointer) {
    if bytes.allSatisfy({ $0 < 0x80 }) || String(validating: bytes, as: UTF8.self) != nil {
      escaped(bytes)
    } else {
      quoted(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Well-formed UTF-8 in quotes. Only what must be escaped is, in the forms of RFC 8785 §3.2.2.2, so that the
  /// canonical form and ours are the same.
  mutating func escaped(_ bytes: UnsafeRawBufferPointer) {
    // The longest form of a byte is \u00XX; with that much room no further look is needed.
    reserve(bytes.count &* 6 &+ 2)
    var out = base + used
    out.pointee = UInt8(ascii: "\"")
    out += 1
    var at = 0
    // Most text needs no escape: eight bytes at a time as long as none of them does.
    while at &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      if JSONWriter.mayNeedEscape(word) { break }
      UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt64.self)
      out += 8
      at &+= 8
    }
    if at &+ 8 > bytes.count, writeRest(bytes, from: at, to: out) {
      out += bytes.count &- at
      at = bytes.count
    }
    for byte in bytes[at...] {
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        out.pointee = byte
        out += 1
        continue
      }
      out[0] = UInt8(ascii: "\\")
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out[1] = byte
      case 0x08: out[1] = UInt8(ascii: "b")
      case 0x09: out[1] = UInt8(ascii: "t")
      case 0x0A: out[1] = UInt8(ascii: "n")
      case 0x0C: out[1] = UInt8(ascii: "f")
      case 0x0D: out[1] = UInt8(ascii: "r")
      default:
        out[1] = UInt8(ascii: "u")
        out[2] = UInt8(ascii: "0")
        out[3] = UInt8(ascii: "0")
        out[4] = UInt8(ascii: "0") &+ byte &>> 4
        out[5] = byte & 15 < 10 ? UInt8(ascii: "0") &+ byte & 15 : UInt8(ascii: "a") &+ (byte & 15 &- 10)
        out += 4
      }
      out += 2
    }
    out.pointee = UInt8(ascii: "\"")
    used = out + 1 - base
  }

  /// Writes the fewer than eight bytes from `at` on where none of them may need an escape: in words that end with them, or begin
  /// and end with them, and reach into what is written already.
  @inline(__always)
  private func writeRest(_ bytes: UnsafeRawBufferPointer, from at: Int, to out: UnsafeMutablePointer<UInt8>) -> Bool {
    let left = bytes.count &- at
    let out = UnsafeMutableRawPointer(out)
    if bytes.count >= 8 {
      let word = bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
      if JSONWriter.mayNeedEscape(word) { return false }
      (out + (left &- 8)).storeBytes(of: word, as: UInt64.self)
      return true
    }
    guard left >= 4 else { return false }
    let first = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
    let last = bytes.loadUnaligned(fromByteOffset: bytes.count &- 4, as: UInt32.self)
    if JSONWriter.mayNeedEscape(UInt64(first) | UInt64(last) << 32) { return false }
    out.storeBytes(of: first, as: UInt32.self)
    (out + (left &- 4)).storeBytes(of: last, as: UInt32.self)
    return true
  }

  /// Whether one of eight bytes may be a quote, a backslash or below 0x20: of each byte its highest bit says whether what was
  /// subtracted was more than it. Never wrong where it says no.
  private static func mayNeedEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let low = (word &- ones &* 0x20) & ~word
    return (low | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & (ones &* 0x80) != 0
  }

  @usableFromInline mutating func decimal(_ magnitude: UInt64, negative: Bool) {
    reserve(20)
    if negative {
      base[used] = UInt8(ascii: "-")
      used &+= 1
    }
    var length = 1
    var rest = magnitude
    while rest >= 10 {
      rest /= 10
      length &+= 1
    }
    rest = magnitude
    var at = used &+ length
    repeat {
      at &-= 1
      base[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    used &+= length
  }
}
