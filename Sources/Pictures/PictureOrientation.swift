/// How a picture is meant to be seen: cameras write the way they were held beside the pixels, and platforms that encode a
/// picture anew turn the pixels instead.

/// The values of Exif's Orientation (JEITA CP-3451, §4.6.4 A), by what has to be done to see the picture upright.
enum PictureOrientation: UInt16 {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnRight, transversed, turnLeft

  /// Of a JPEG file; nil for another file, and for one that says nothing or cannot be understood.
  init?(jpeg bytes: UnsafeRawBufferPointer) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var at = 2
    // Up to the first scan, behind which are no more headers that count.
    while at + 4 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      if marker == 0xDA || marker == 0xD9 { return nil }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      let segment = UnsafeRawBufferPointer(rebasing: bytes[(at + 4)..<end])
      if marker == 0xE1, segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
        self.init(tiff: UnsafeRawBufferPointer(rebasing: segment[6...]))
        return
      }
      at = end
    }
    return nil
  }

  /// Of the TIFF structure within Exif: its first directory.
  private init?(tiff bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 8 else { return nil }
    let isLittle = bytes.starts(with: [0x49, 0x49, 0x2A, 0])
    guard isLittle || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
    func u16(_ at: Int) -> UInt16 {
      isLittle ? UInt16(bytes[at + 1]) << 8 | UInt16(bytes[at]) : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }
    let high = Int(u16(isLittle ? 6 : 4))
    let low = Int(u16(isLittle ? 4 : 6))
    let directory = high << 16 | low
    guard directory >= 8, directory + 2 <= bytes.count else { return nil }
    for entry in 0..<Int(u16(directory)) {
      let at = directory + 2 + entry * 12
      guard at + 12 <= bytes.count else { return nil }
      // 274 is the tag, 3 a short number.
      guard u16(at) == 274 else { continue }
      guard u16(at + 2) == 3, let known = Self(rawValue: u16(at + 8)) else { return nil }
      self = known
      return
    }
    return nil
  }
}
