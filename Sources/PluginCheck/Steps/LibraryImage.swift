/// What an ELF file says of itself, read without loading it (System V ABI, chapters 4 and 5).

#if canImport(Glibc)
  import Glibc
#endif

/// The parts of a shared library that decide whether it can be shipped as one file. Each read is bounded by the file.
struct LibraryImage {
  enum Fault: Error {
    case unreadable(String)
    case notELF(String)
  }

  private(set) var needed: [String] = []
  /// DT_RPATH and DT_RUNPATH, as they stand.
  private(set) var searchPaths: [String] = []
  /// Global symbols that it defines.
  private(set) var exports: [String] = []
  private(set) var wantsExecutableStack = false
  /// The program that loads it, of an executable.
  private(set) var interpreter: String?

  private let bytes: [UInt8]

  init(path: String) throws(Fault) {
    bytes = try Self.read(path)
    guard bytes.count >= 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF("is no ELF file") }
    // EI_CLASS 2 and EI_DATA 1: 64 bits, little-endian, as the plugin ABI asks for.
    guard bytes[4] == 2, bytes[5] == 1 else { throw .notELF("is not of 64 bits and little-endian") }
    readSegments()
    readSymbols()
  }

  private static func read(_ path: String) throws(Fault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_size >= 0, info.st_size < 1 << 30 else {
      throw .unreadable("it is no file of at most 1 GiB")
    }
    var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
    var count = 0
    while count < bytes.count {
      let n = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      guard n > 0 else { break }
      count += n
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  // MARK: Numbers and texts of the file; 0 and nothing beyond its end

  private func number(_ offset: UInt64, _ width: Int) -> UInt64 {
    guard let at = Int(exactly: offset), at <= bytes.count - width, at >= 0 else { return 0 }
    return bytes[at..<at + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func text(_ offset: UInt64) -> String? {
    guard let at = Int(exactly: offset), at >= 0, at < bytes.count else { return nil }
    return String(decoding: bytes[at...].prefix(4096).prefix { $0 != 0 }, as: UTF8.self)
  }

  // MARK: Segments

  private var segments: [(type: UInt64, flags: UInt64, offset: UInt64, address: UInt64, size: UInt64)] {
    let start = number(32, 8)
    let size = number(54, 2)
    return (0..<min(number(56, 2), 1024)).map { index in
      let at = start &+ index &* size
      return (number(at, 4), number(at &+ 4, 4), number(at &+ 8, 8), number(at &+ 16, 8), number(at &+ 32, 8))
    }
  }

  private mutating func readSegments() {
    let segments = self.segments
    /// Where in the file an address lies.
    func place(_ address: UInt64) -> UInt64? {
      segments.first { $0.type == 1 && address >= $0.address && address - $0.address < $0.size }
        .map { address - $0.address &+ $0.offset }
    }
    for segment in segments {
      switch segment.type {
      case 3: interpreter = text(segment.offset)  // PT_INTERP
      case 0x6474_E551: wantsExecutableStack = segment.flags & 1 != 0  // PT_GNU_STACK
      default: break
      }
    }
    guard let dynamic = segments.first(where: { $0.type == 2 }) else { return }  // PT_DYNAMIC
    let entries = (0..<min(dynamic.size / 16, 4096)).map { index in
      (tag: number(dynamic.offset &+ index &* 16, 8), value: number(dynamic.offset &+ index &* 16 &+ 8, 8))
    }.prefix { $0.tag != 0 }
    guard let strings = entries.first(where: { $0.tag == 5 }).flatMap({ place($0.value) }) else { return }  // DT_STRTAB
    for entry in entries {
      switch entry.tag {
      case 1: if let name = text(strings &+ entry.value) { needed.append(name) }  // DT_NEEDED
      case 15, 29: if let path = text(strings &+ entry.value) { searchPaths.append(path) }  // DT_RPATH, DT_RUNPATH
      default: break
      }
    }
  }

  /// From the section of dynamic symbols, which linkers leave in place.
  private mutating func readSymbols() {
    let start = number(40, 8)
    let size = number(58, 2)
    let count = min(number(60, 2), 4096)
    for index in 0..<count {
      let section = start &+ index &* size
      guard number(section &+ 4, 4) == 11 else { continue }  // SHT_DYNSYM
      let strings = number(start &+ number(section &+ 40, 4) &* size &+ 24, 8)
      let table = number(section &+ 24, 8)
      for symbol in 0..<min(number(section &+ 32, 8) / 24, 1 << 20) {
        let at = table &+ symbol &* 24
        let isGlobal = [1, 2].contains(number(at &+ 4, 1) >> 4)  // STB_GLOBAL, STB_WEAK
        let isVisible = [0, 3].contains(number(at &+ 5, 1) & 3)  // STV_DEFAULT, STV_PROTECTED
        if isGlobal, isVisible, number(at &+ 6, 2) != 0, let name = text(strings &+ number(at, 4)) {
          exports.append(name)
        }
      }
    }
  }
}
