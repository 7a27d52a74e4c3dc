/// Members of a ZIP file (PKWARE APPNOTE 6.3), found by its central directory and unpacked one at a time.
///
/// Nothing is written anywhere: a member's name is compared and shown, never used as a path.

import CZlib

#if canImport(Glibc)
  import Glibc
#endif

struct ZipFile {
  private struct Entry {
    var member: ArchiveMember
    var packed: UInt64
    var method: UInt16
    var checksum: UInt32
    var header: UInt64
  }

  private let entries: [Entry]
  /// Members that are left out: encrypted, packed in a way that is not known, or out of all proportion.
  private(set) var leftOut = 0

  var members: [ArchiveMember] { entries.map(\.member) }

  /// Whether a file that begins so may be a ZIP file.
  static func isLikely(_ start: [UInt8]) -> Bool { start.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  /// Reads the directory. The descriptor stays the caller's, and has to be that of a file.
  init(_ descriptor: Int32) throws(InputFault) {
    let size = lseek(descriptor, 0, SEEK_END)
    guard size >= 22 else { throw InputFault(text: "is no ZIP file: too short") }
    // The end record is followed by a comment of at most 64 KiB (§4.3.16).
    let tail = try Bytes(descriptor, at: UInt64(max(0, size - 65_557)), count: Int(min(size, 65_557)))
    guard
      let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
        tail.u32($0) == 0x0605_4B50 && $0 + 22 + Int(tail.u16($0 + 20)) <= tail.count
      })
    else { throw InputFault(text: "is a ZIP file without its directory: cut short?") }
    var count = UInt64(tail.u16(end + 10))
    var length = UInt64(tail.u32(end + 12))
    var start = UInt64(tail.u32(end + 16))
    if count == 0xFFFF || length == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      // ZIP64: a locator before the end record says where the larger one is (§4.3.14, §4.3.15).
      guard end >= 20, tail.u32(end - 20) == 0x0706_4B50 else { throw InputFault(text: "lacks its ZIP64 directory") }
      let record = try Bytes(descriptor, at: tail.u64(end - 12), count: 56)
      guard record.u32(0) == 0x0606_4B50 else { throw InputFault(text: "lacks its ZIP64 directory") }
      (count, length, start) = (record.u64(32), record.u64(40), record.u64(48))
    }
    guard count <= ArchiveLimits.members else {
      throw InputFault(text: "has \(count) members, more than \(ArchiveLimits.members)")
    }
    guard length <= 256 << 20, start <= UInt64(size), length <= UInt64(size) - start else {
      throw InputFault(text: "has a directory that does not lie within it")
    }
    let directory = try Bytes(descriptor, at: start, count: Int(length))
    var found: [Entry] = []
    var at = 0
    for _ in 0..<count {
      guard at + 46 <= directory.count, directory.u32(at) == 0x0201_4B50 else {
        throw InputFault(text: "has a broken directory")
      }
      let (nameLength, extraLength) = (Int(directory.u16(at + 28)), Int(directory.u16(at + 30)))
      let next = at + 46 + nameLength + extraLength + Int(directory.u16(at + 32))
      guard next <= directory.count else { throw InputFault(text: "has a broken directory") }
      if let entry = ZipFile.entry(directory, at, nameLength, extraLength) {
        found.append(entry)
      } else if nameLength == 0 || directory.bytes[at + 45 + nameLength] != UInt8(ascii: "/") {
        leftOut += 1
      }
      at = next
    }
    entries = found
  }

  /// An entry of the directory; nil for a folder, and for what is not read.
  private static func entry(_ d: Bytes, _ at: Int, _ nameLength: Int, _ extraLength: Int) -> Entry? {
    let (flags, method) = (d.u16(at + 8), d.u16(at + 10))
    guard flags & 1 == 0, method == 0 || method == 8, (1...ArchiveLimits.nameBytes).contains(nameLength) else {
      return nil
    }
    let name = String(decoding: d.bytes[(at + 46)..<(at + 46 + nameLength)], as: UTF8.self)
    guard !name.hasSuffix("/"), !name.contains("!") else { return nil }
    var packed = UInt64(d.u32(at + 20))
    var size = UInt64(d.u32(at + 24))
    var header = UInt64(d.u32(at + 42))
    // The extended information has those of the three that do not fit, in this order (§4.5.3).
    var extra = at + 46 + nameLength
    let end = extra + extraLength
    while extra + 4 <= end {
      let length = Int(d.u16(extra + 2))
      guard extra + 4 + length <= end else { break }
      if d.u16(extra) == 1 {
        var place = extra + 4
        func wide(_ value: inout UInt64) {
          guard value == 0xFFFF_FFFF, place + 8 <= extra + 4 + length else { return }
          value = d.u64(place)
          place += 8
        }
        wide(&size)
        wide(&packed)
        wide(&header)
      }
      extra += 4 + length
    }
    guard size <= ArchiveLimits.bytes, packed <= ArchiveLimits.bytes,
      size <= max(1 << 20, packed.multipliedReportingOverflow(by: ArchiveLimits.ratio).partialValue)
    else { return nil }
    return Entry(
      member: ArchiveMember(name: name, size: size), packed: packed, method: method, checksum: d.u32(at + 16),
      header: header)
  }

  /// The bytes of a member. The descriptor is the stream's from now on; it is closed also where this throws.
  func open(_ name: String, _ descriptor: Int32) throws(InputFault) -> ZipStream {
    do throws(InputFault) {
      guard let entry = entries.first(where: { $0.member.name == name }) else {
        throw InputFault(text: "has no member '\(name)' that can be read")
      }
      let local = try Bytes(descriptor, at: entry.header, count: 30)
      guard local.u32(0) == 0x0403_4B50 else {
        throw InputFault(text: "its member '\(name)' is not where it should be")
      }
      let (start, overflow) = entry.header.addingReportingOverflow(30 + UInt64(local.u16(26)) + UInt64(local.u16(28)))
      guard !overflow, start <= UInt64(Int64.max), lseek(descriptor, Int(start), SEEK_SET) >= 0 else {
        throw InputFault(text: "its member '\(name)' is not where it should be")
      }
      return ZipStream(
        descriptor, packed: entry.packed, size: entry.member.size, checksum: entry.checksum,
        deflated: entry.method == 8 ? try ZipStream.inflater() : nil)
    } catch {
      close(descriptor)
      throw error
    }
  }
}

/// Little-endian numbers in a piece of a file, all of which is there.
private struct Bytes {
  let bytes: [UInt8]
  var count: Int { bytes.count }

  init(_ descriptor: Int32, at offset: UInt64, count: Int) throws(InputFault) {
    guard offset <= UInt64(Int64.max) - UInt64(count) else { throw InputFault(text: "points beyond its end") }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let n = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, Int(offset) + filled)
      }
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { throw InputFault(text: n == 0 ? "points beyond its end" : "cannot be read: \(systemWords)") }
      filled += n
    }
    self.bytes = bytes
  }

  func u16(_ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }
  func u32(_ at: Int) -> UInt32 { UInt32(u16(at)) | UInt32(u16(at + 2)) << 16 }
  func u64(_ at: Int) -> UInt64 { UInt64(u32(at)) | UInt64(u32(at + 4)) << 32 }
}

/// A member while it is unpacked: no more bytes than the directory says, and those with its checksum.
final class ZipStream: ByteStream {
  private let descriptor: Int32
  private var packedLeft: UInt64
  private var left: UInt64
  private let expected: UInt32
  private var checksum = crc32(0, nil, 0)
  private var input = [UInt8](repeating: 0, count: Unpacker.pieceBytes)
  private var inputAt = 0
  private var inputCount = 0
  private var isOver = false
  /// At one address for life: zlib's state points back to it. Nil where the bytes are stored as they are.
  private let deflated: UnsafeMutablePointer<z_stream>?

  /// Takes the descriptor, which stands at the member's first packed byte, and the inflater.
  init(
    _ descriptor: Int32, packed: UInt64, size: UInt64, checksum: UInt32, deflated: UnsafeMutablePointer<z_stream>?
  ) {
    self.descriptor = descriptor
    packedLeft = packed
    left = size
    expected = checksum
    self.deflated = deflated
  }

  /// For raw deflate (RFC 1951).
  static func inflater() throws(InputFault) -> UnsafeMutablePointer<z_stream> {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, negative: no header.
    guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      throw InputFault(text: "no memory to decompress it")
    }
    return stream
  }

  deinit {
    if let deflated {
      inflateEnd(deflated)
      deflated.deallocate()
    }
    close(descriptor)
  }

  func read(into output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
    guard !isOver, !output.isEmpty else { return 0 }
    var count = 0
    var ended = false
    while count == 0, !ended {
      if inputAt == inputCount, packedLeft > 0 { try refill() }
      if let deflated {
        (count, ended) = try inflate(deflated, output)
      } else {
        count = min(output.count, inputCount - inputAt)
        input.withUnsafeBytes {
          output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inputAt..<inputAt + count]))
        }
        inputAt += count
        ended = count == 0
      }
    }
    guard UInt64(count) <= left else { throw InputFault(text: "a member is larger than its directory says") }
    left -= UInt64(count)
    checksum = crc32(checksum, output.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(clamping: count))
    if ended || count == 0 {
      isOver = true
      guard left == 0 else { throw InputFault(text: "a member is cut short") }
      guard UInt32(truncatingIfNeeded: checksum) == expected else {
        throw InputFault(text: "a member's checksum is wrong")
      }
    }
    return count
  }

  private func refill() throws(InputFault) {
    let wanted = Int(min(packedLeft, UInt64(input.count)))
    let count = input.withUnsafeMutableBytes { buffer in
      var n: Int
      repeat { n = Glibc.read(descriptor, buffer.baseAddress, wanted) } while n < 0 && errno == EINTR
      return n
    }
    guard count > 0 else { throw InputFault(text: count == 0 ? "is cut short" : "cannot be read: \(systemWords)") }
    packedLeft -= UInt64(count)
    inputAt = 0
    inputCount = count
  }

  private func inflate(
    _ stream: UnsafeMutablePointer<z_stream>, _ output: UnsafeMutableRawBufferPointer
  ) throws(InputFault) -> (Int, Bool) {
    let status = input.withUnsafeMutableBytes { buffer in
      stream.pointee.next_in = buffer.baseAddress.map { ($0 + inputAt).assumingMemoryBound(to: UInt8.self) }
      stream.pointee.avail_in = UInt32(inputCount - inputAt)
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(clamping: output.count)
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    inputAt = inputCount - Int(stream.pointee.avail_in)
    let count = output.count - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END: return (count, true)
    case Z_OK: return (count, false)
    case Z_BUF_ERROR where packedLeft > 0 || count > 0: return (count, false)
    case Z_BUF_ERROR: throw InputFault(text: "a member is cut short")
    default: throw InputFault(text: "a member's packed data is broken (\(status))")
    }
  }
}
