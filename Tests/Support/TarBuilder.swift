/// Tar archives byte by byte (POSIX ustar, pax), honest ones and others.

/// What is put into a tar archive.
public struct TarEntry {
  public var name: String
  public var bytes: [UInt8]
  /// `0` a file, `5` a folder, `2` a link, `x` a pax header, `L` GNU's long name.
  public var type: Character = "0"
  /// What the header says; nil: the truth.
  public var claimedSize: UInt64?
  /// Written as GNU writes large numbers.
  public var isBase256 = false

  public init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
}

public enum TarBuilder {
  public static func archive(_ entries: [TarEntry]) -> [UInt8] {
    var out: [UInt8] = []
    for entry in entries { out += header(entry) + entry.bytes + padding(entry.bytes.count) }
    return out + [UInt8](repeating: 0, count: 1024)
  }

  /// A pax header that says something of the next entry.
  public static func pax(_ name: String, _ value: String) -> TarEntry {
    let body = " \(name)=\(value)\n"
    // The length counts its own digits.
    var length = body.utf8.count
    while "\(length)".utf8.count + body.utf8.count != length { length = "\(length)".utf8.count + body.utf8.count }
    var entry = TarEntry("pax", "\(length)\(body)")
    entry.type = "x"
    return entry
  }

  static func header(_ entry: TarEntry) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at: Int) { block.replaceSubrange(at..<(at + text.utf8.count), with: Array(text.utf8)) }
    func octal(_ value: UInt64, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(entry.name.prefix(100)), at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    let size = entry.claimedSize ?? UInt64(entry.bytes.count)
    if entry.isBase256 || size >= 1 << 33 {
      block[124] = 0x80
      for place in 0..<8 { block[128 + place] = UInt8(size >> (56 - 8 * UInt64(place)) & 0xff) }
    } else {
      put(octal(size, digits: 11), at: 124)
    }
    put("00000000000", at: 136)
    put(String(entry.type), at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    let sum = block.reduce(UInt64(0)) { $0 + UInt64($1) } + 8 * 0x20
    put(octal(sum, digits: 6), at: 148)
    block[155] = 0x20
    return block
  }

  private static func padding(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: (512 - count % 512) % 512) }
}
