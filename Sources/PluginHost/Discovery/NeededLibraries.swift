/// Which other libraries an image asks for, read from its file before the loader acts on it.
///
/// A plugin is one file: it may need only what the system's loader finds by itself. A path of its own (RUNPATH, RPATH) would
/// find libraries on the machine where it was built and not on the next, or what somebody else put there.

#if canImport(Glibc)
  import Glibc
#endif

/// The dynamic section of a 64-bit little-endian ELF file (System V ABI, "Dynamic Section"). Every offset is hostile.
struct NeededLibraries {
  /// DT_NEEDED, in order; at most 256.
  private(set) var names: [String] = []
  /// DT_RPATH or DT_RUNPATH is there.
  private(set) var hasOwnPath = false

  /// Nil where the file is none that it can read: the loader has the better words then.
  init?(_ file: SealedFile) {
    let descriptor = file.descriptor >= 0 ? dup(file.descriptor) : open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let header = Self.read(descriptor, at: 0, 64), header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
      return nil
    }
    let programs = Self.u64(header, 32)
    let entrySize = Int(Self.u16(header, 54))
    let count = Int(Self.u16(header, 56))
    guard entrySize == 56, count <= 4096, let table = Self.read(descriptor, at: programs, count * entrySize) else {
      return nil
    }
    // PT_LOAD says where in the file an address lies; PT_DYNAMIC where the section is.
    var loads: [(address: UInt64, offset: UInt64, size: UInt64)] = []
    var dynamic: (offset: UInt64, size: UInt64)?
    for at in stride(from: 0, to: count * entrySize, by: entrySize) {
      let offset = Self.u64(table, at + 8)
      let size = Self.u64(table, at + 32)
      switch Self.u32(table, at) {
      case 1: loads.append((Self.u64(table, at + 16), offset, size))
      case 2: dynamic = (offset, size)
      default: break
      }
    }
    guard let dynamic, dynamic.size <= 1 << 20, let tags = Self.read(descriptor, at: dynamic.offset, Int(dynamic.size))
    else { return nil }
    var strings: UInt64?
    var nameOffsets: [UInt64] = []
    tags: for at in stride(from: 0, through: tags.count - 16, by: 16) {
      let value = Self.u64(tags, at + 8)
      switch Self.u64(tags, at) {
      case 0: break tags
      case 1 where nameOffsets.count < 256: nameOffsets.append(value)
      case 5: strings = value
      case 15, 29: hasOwnPath = true
      default: break
      }
    }
    guard let strings, let home = loads.first(where: { $0.address <= strings && strings &- $0.address < $0.size })
    else {
      return nil
    }
    let base = home.offset &+ (strings &- home.address)
    for offset in nameOffsets {
      guard let bytes = Self.read(descriptor, at: base &+ offset, 256, orLess: true), let end = bytes.firstIndex(of: 0)
      else { return nil }
      names.append(String(decoding: bytes[..<end], as: UTF8.self))
    }
  }

  private static func read(_ descriptor: Int32, at offset: UInt64, _ count: Int, orLess: Bool = false) -> [UInt8]? {
    guard count > 0, let offset = Int(exactly: offset), offset <= 1 << 40 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, offset) }
    guard got == count || orLess && got > 0 else { return nil }
    return got == count ? bytes : Array(bytes[..<got])
  }

  private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
    guard at >= 0, at + count <= bytes.count else { return 0 }
    return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
  private static func u16(_ bytes: [UInt8], _ at: Int) -> UInt64 { number(bytes, at, 2) }
  private static func u32(_ bytes: [UInt8], _ at: Int) -> UInt64 { number(bytes, at, 4) }
  private static func u64(_ bytes: [UInt8], _ at: Int) -> UInt64 { number(bytes, at, 8) }
}

extension NeededLibraries {
  /// Has the loader find each library without the image, so that the image's own path decides nothing.
  func find(for file: SealedFile) throws(PluginError) {
    for name in names {
      guard !name.contains("/") else {
        throw PluginError(.image, file.path, "needs the library \(name) by its path; link it in")
      }
      // Stays loaded: the image, which needs it, does, too.
      guard dlopen(name, RTLD_LAZY | RTLD_LOCAL) == nil else { continue }
      let path = hasOwnPath ? ", and a plugin's own RUNPATH does not count" : ""
      throw PluginError(
        .image, file.path, "needs \(name), which the system's loader does not find\(path); link it in")
    }
  }
}
