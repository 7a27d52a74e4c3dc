/// Copies text and checks on the way that it is UTF-8 (RFC 3629).

/// True where all of it is UTF-8. ASCII goes eight bytes at a time. `destination` has 8 bytes of room beyond `length`. The copy
/// is what is checked: the source may be memory that others write to.
@inline(__always)
func copyText(from source: UnsafePointer<UInt8>, to destination: UnsafeMutableRawPointer, _ length: Int) -> Bool {
  let raw = UnsafeRawPointer(source)
  var at = 0
  var seen: UInt64 = 0
  while at &+ 8 <= length {
    let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    destination.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
    seen |= word
    at &+= 8
  }
  while at < length {
    let byte = source[at]
    destination.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
    seen |= UInt64(byte)
    at &+= 1
  }
  if seen & 0x8080_8080_8080_8080 == 0 { return true }
  return isUTF8(UnsafePointer(destination.assumingMemoryBound(to: UInt8.self)), length)
}

/// RFC 3629 §4: shortest forms only, no surrogates, nothing above U+10FFFF.
@inline(never)
func isUTF8(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
  var at = 0
  while at < length {
    let first = bytes[at]
    if first < 0x80 {
      at &+= 1
      continue
    }
    let more: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: more = 1
    case 0xE0...0xEF:
      more = 2
      if first == 0xE0 { lowest = 0xA0 }
      if first == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      more = 3
      if first == 0xF0 { lowest = 0x90 }
      if first == 0xF4 { highest = 0x8F }
    default: return false
    }
    guard more < length &- at else { return false }
    guard bytes[at &+ 1] >= lowest, bytes[at &+ 1] <= highest else { return false }
    var next = 2
    while next <= more {
      guard bytes[at &+ next] & 0xC0 == 0x80 else { return false }
      next &+= 1
    }
    at &+= more &+ 1
  }
  return true
}
