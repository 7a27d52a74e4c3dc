#if canImport(Glibc)
  import Glibc
#endif

/// Address space from the kernel for tables that grow: zero, and real memory only where it is touched.
///
/// Behind the first two mebibytes it is asked for in huge pages where the system gives them: a table of many flows is touched at
/// random, and with small pages most of that is the processor looking for the page.
enum PageMemory {
  private static var hugePage: Int { 2 << 20 }
  private static var page: Int { 4096 }

  /// Room for `bytes`, on the border of a page (of a huge one if it is longer than that), or nil where there is no address space.
  static func reserve(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard bytes > 0, let length = rounded(bytes) else { return nil }
    if length <= hugePage { return map(length) }
    // More than is wanted, so that a border lies within; what is on both sides of it goes back.
    guard let base = map(length + hugePage) else { return nil }
    let before = (hugePage - Int(bitPattern: base) & (hugePage - 1)) & (hugePage - 1)
    let start = base + before
    if before > 0 { munmap(base, before) }
    munmap(start + length, hugePage - before)
    // Only a wish: without it all is the same but slower.
    madvise(start + hugePage, length - hugePage, MADV_HUGEPAGE)
    return start
  }

  /// Gives back what `reserve` gave for as many bytes.
  static func release(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    if let length = rounded(bytes) { munmap(memory, length) }
  }

  /// Gives back the memory of part of what `reserve` gave, from the border of a page on; its address space stays and reads as
  /// zero.
  static func forget(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    if let length = rounded(bytes) { madvise(memory, length, MADV_DONTNEED) }
  }

  private static func rounded(_ bytes: Int) -> Int? {
    // Far beyond what any address space has, and far from an overflow.
    bytes <= 1 << 52 ? (bytes + page - 1) & ~(page - 1) : nil
  }

  private static func map(_ length: Int) -> UnsafeMutableRawPointer? {
    let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    return memory == MAP_FAILED ? nil : memory
  }
}
