/// ZIP files byte by byte (PKWARE APPNOTE 6.3), honest ones and others.

/// What is put into a ZIP file.
public struct ZipEntry {
  public var name: String
  public var bytes: [UInt8]
  /// Sizes and place are written in the extended information of ZIP64 (§4.5.3), however small they are.
  public var isZip64 = false
  /// What the directory says; nil: the truth.
  public var claimedSize: UInt64?
  public var claimedPacked: UInt64?
  public var claimedPlace: UInt64?
  /// So many bytes of the extended information are missing at its end.
  public var missingExtra = 0

  public init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
}

/// Entries are stored as they are.
public struct ZipBuilder {
  public var entries: [ZipEntry]
  /// The directory is found by the larger end record (§4.3.14) and its locator.
  public var isZip64 = false
  /// What the end record says; nil: the truth.
  public var claimedCount: UInt64?
  public var claimedStart: UInt64?
  public var claimedLength: UInt64?
  /// Where the locator says that the larger end record is; nil: the truth.
  public var claimedRecord: UInt64?
  public var lacksLocator = false
  public var comment: [UInt8] = []

  public init(_ entries: [ZipEntry]) { self.entries = entries }

  public var bytes: [UInt8] {
    var out: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let place = UInt64(out.count)
      let crc = Self.crc(entry.bytes)
      let (size, name) = (UInt64(entry.bytes.count), Array(entry.name.utf8))
      let small: UInt64 = entry.isZip64 ? 0xffff_ffff : size
      let localExtra = entry.isZip64 ? le(1, 2) + le(16, 2) + le(size, 8) + le(size, 8) : []
      out += le(0x0403_4b50, 4) + le(45, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(crc, 4) + le(small, 4) + le(small, 4)
      out += le(UInt64(name.count), 2) + le(UInt64(localExtra.count), 2) + name + localExtra + entry.bytes
      let claimed = (entry.claimedSize ?? size, entry.claimedPacked ?? size, entry.claimedPlace ?? place)
      var extra: [UInt8] = []
      if entry.isZip64 {
        extra =
          le(1, 2) + le(24 - UInt64(entry.missingExtra), 2) + le(claimed.0, 8) + le(claimed.1, 8) + le(claimed.2, 8)
        extra.removeLast(entry.missingExtra)
      }
      func field(_ value: UInt64) -> [UInt8] { le(entry.isZip64 ? 0xffff_ffff : value, 4) }
      directory += le(0x0201_4b50, 4) + le(45, 2) + le(45, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(crc, 4)
      directory += field(claimed.1) + field(claimed.0) + le(UInt64(name.count), 2) + le(UInt64(extra.count), 2)
      directory += le(0, 2) + le(0, 2) + le(0, 2) + le(0, 4) + field(claimed.2) + name + extra
    }
    let start = claimedStart ?? UInt64(out.count)
    let length = claimedLength ?? UInt64(directory.count)
    let count = claimedCount ?? UInt64(entries.count)
    out += directory
    if isZip64 {
      let record = claimedRecord ?? UInt64(out.count)
      out += le(0x0606_4b50, 4) + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 4) + le(0, 4)
      out += le(count, 8) + le(count, 8) + le(length, 8) + le(start, 8)
      if !lacksLocator { out += le(0x0706_4b50, 4) + le(0, 4) + le(record, 8) + le(1, 4) }
    }
    func end(_ value: UInt64, _ bytes: Int) -> [UInt8] { le(isZip64 ? .max : value, bytes) }
    out += le(0x0605_4b50, 4) + le(0, 2) + le(0, 2) + end(count, 2) + end(count, 2) + end(length, 4) + end(start, 4)
    return out + le(UInt64(comment.count), 2) + comment
  }

  /// The low bytes of a number, the lowest first.
  private func le(_ value: UInt64, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(value >> (8 * UInt64($0)) & 0xff) }
  }

  /// The check of ISO 3309, as ZIP has it (§4.4.7).
  static func crc(_ bytes: [UInt8]) -> UInt64 {
    var sum: UInt32 = .max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return UInt64(~sum)
  }
}
