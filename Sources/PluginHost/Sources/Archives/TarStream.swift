/// Members of a tar archive (POSIX ustar, with the long names of pax and GNU), read from its beginning on.

#if canImport(Glibc)
  import Glibc
#endif

/// Goes from member to member; what is between is read over.
final class TarStream: ByteStream {
  private let source: any ByteStream
  /// Bytes of the member at hand that are left, and of its padding.
  private var left: UInt64 = 0
  private var padding: UInt64 = 0
  private var readOver: UInt64 = 0
  private var count = 0
  private let mostBytes: UInt64
  /// Files that are left out because their names are none, too long, or have the mark that parts archive and member.
  private(set) var leftOut = 0

  static let headerBytes = 512

  /// - Parameter mostBytes: of one member, and of all that is read over.
  init(_ source: any ByteStream, mostBytes: UInt64 = ArchiveLimits.bytes) {
    self.source = source
    self.mostBytes = mostBytes
  }

  /// Whether unpacked bytes begin as a tar archive does.
  static func isLikely(_ start: [UInt8]) -> Bool {
    start.count >= headerBytes && start[257..<262].elementsEqual("ustar".utf8) && checksumHolds(start[..<headerBytes])
  }

  /// The next regular file; nil at the end.
  func next() throws(InputFault) -> ArchiveMember? {
    var longName: String?
    var longSize: UInt64?
    while true {
      try skip(left + padding)
      (left, padding) = (0, 0)
      let header = try block()
      guard let header, header.contains(where: { $0 != 0 }) else { return nil }
      guard TarStream.checksumHolds(header[...]) else { throw InputFault(text: "the tar archive is broken") }
      count += 1
      guard count <= ArchiveLimits.members else {
        throw InputFault(text: "has more than \(ArchiveLimits.members) members")
      }
      var size = TarStream.number(header[124..<136])
      // A pax header gives the size of what does not fit into twelve digits; its own it has in its own.
      if header[156] == 0 || header[156] == UInt8(ascii: "0"), let longSize { size = longSize }
      guard let size, size <= mostBytes else {
        throw InputFault(text: "has a member of no size, or too large")
      }
      let rest = (512 - size % 512) % 512
      switch header[156] {
      case UInt8(ascii: "L"), UInt8(ascii: "x"):
        guard size <= 64 << 10 else {
          (left, padding) = (size, rest)
          continue
        }
        let text = try all(Int(size), padding: rest)
        if header[156] == UInt8(ascii: "L") {
          longName = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        } else {
          longName = TarStream.record("path", in: text) ?? longName
          // What is no number is no size: the member is refused.
          longSize = TarStream.record("size", in: text).map { UInt64($0) ?? .max } ?? longSize
        }
      case 0, UInt8(ascii: "0"):
        (left, padding) = (size, rest)
        let prefix = TarStream.text(header[345..<500])
        let short = (prefix.isEmpty ? "" : prefix + "/") + TarStream.text(header[0..<100])
        let name = longName ?? short
        (longName, longSize) = (nil, nil)
        guard !name.isEmpty, name.utf8.count <= ArchiveLimits.nameBytes, !name.contains("!") else {
          leftOut += 1
          continue
        }
        return ArchiveMember(name: name.hasPrefix("./") ? String(name.dropFirst(2)) : name, size: size)
      default:
        (left, padding) = (size, rest)
        (longName, longSize) = (nil, nil)
      }
    }
  }

  /// Bytes of the member at hand.
  func read(into output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
    guard left > 0, !output.isEmpty else { return 0 }
    let wanted = Int(min(left, UInt64(output.count)))
    let n = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: output[..<wanted]))
    guard n > 0 else { throw InputFault(text: "the tar archive is cut short") }
    left -= UInt64(n)
    return n
  }

  // MARK: Blocks

  private func block() throws(InputFault) -> [UInt8]? {
    let bytes = try source.read(upTo: TarStream.headerBytes)
    guard bytes.count == TarStream.headerBytes || bytes.isEmpty else {
      throw InputFault(text: "the tar archive is cut short")
    }
    return bytes.isEmpty ? nil : bytes
  }

  private func all(_ count: Int, padding: UInt64) throws(InputFault) -> [UInt8] {
    let bytes = try source.read(upTo: count)
    guard bytes.count == count else { throw InputFault(text: "the tar archive is cut short") }
    try skip(padding)
    return bytes
  }

  private func skip(_ count: UInt64) throws(InputFault) {
    readOver += count
    guard readOver <= mostBytes else {
      throw InputFault(text: "unpacks to more than \(mostBytes >> 30) GiB")
    }
    var left = count
    while left > 0 {
      let piece = try source.read(upTo: Int(min(left, UInt64(Unpacker.pieceBytes))))
      guard !piece.isEmpty else { throw InputFault(text: "the tar archive is cut short") }
      left -= UInt64(piece.count)
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits, or base 256 where the first bit is set (GNU).
  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard let first = bytes.first else { return nil }
    if first & 0x80 != 0 {
      var value = UInt64(first & 0x7F)
      for byte in bytes.dropFirst() {
        guard value <= UInt64.max >> 8 else { return nil }
        value = value << 8 | UInt64(byte)
      }
      return value
    }
    var value: UInt64 = 0
    for byte in bytes where byte != 0 && byte != 0x20 {
      guard byte >= 48, byte <= 55, value <= UInt64.max >> 3 else { return nil }
      value = value << 3 | UInt64(byte - 48)
    }
    return value
  }

  private static func checksumHolds(_ header: ArraySlice<UInt8>) -> Bool {
    let base = header.startIndex
    var sum: UInt64 = 0
    for (at, byte) in header.enumerated() { sum += at >= 148 && at < 156 ? 0x20 : UInt64(byte) }
    return number(header[(base + 148)..<(base + 156)]) == sum
  }

  /// The value of a record of a pax header: `LENGTH NAME=VALUE\n`; of several of one name the last.
  private static func record(_ name: String, in text: [UInt8]) -> String? {
    var rest = text[...]
    var value: String?
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex,
        length <= rest.count
      else { break }
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      let start = Array("\(name)=".utf8)
      if record.starts(with: start) {
        value = String(decoding: record.dropFirst(start.count).dropLast(), as: UTF8.self)
      }
      rest = rest[(rest.startIndex + length)...]
    }
    return value
  }
}
