// Capture files as values: pcap and pcapng, in every byte order and resolution that readers meet.

import Glibc

/// One frame of a capture file to be written.
public struct CapturedFrame: Sendable {
  /// Nanoseconds since 1970 UTC; not negative.
  public var time: Int64
  public var bytes: [UInt8]
  /// What the record says the wire had.
  public var wireLength: Int
  /// The interface, in pcapng.
  public var interface: UInt32 = 0

  public init(at time: Int64, _ bytes: [UInt8], wireLength: Int? = nil, interface: UInt32 = 0) {
    self.time = time
    self.bytes = bytes
    self.wireLength = wireLength ?? bytes.count
    self.interface = interface
  }
}

/// A pcap file: its header, then a record a frame.
public func pcapFile(
  _ frames: [CapturedFrame], linkType: UInt32 = 1, nanoseconds: Bool = false, bigEndian: Bool = false,
  snapLength: UInt32 = 262144
) -> [UInt8] {
  var out: [UInt8] = []
  out.put(UInt32(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4), bigEndian: bigEndian)
  out.put(UInt16(2), bigEndian: bigEndian)
  out.put(UInt16(4), bigEndian: bigEndian)
  for word in [0, 0, snapLength, linkType] { out.put(word, bigEndian: bigEndian) }
  for frame in frames {
    let fraction = frame.time % 1_000_000_000 / (nanoseconds ? 1 : 1000)
    for word in [
      UInt32(frame.time / 1_000_000_000), UInt32(fraction), UInt32(frame.bytes.count), UInt32(frame.wireLength),
    ] {
      out.put(word, bigEndian: bigEndian)
    }
    out += frame.bytes
  }
  return out
}

/// An interface of a pcapng section. `resolution` is the option's byte: 6 microseconds, 9 nanoseconds, 0x80 | n for 2^-n.
public struct CaptureInterface: Sendable {
  public var linkType: UInt16
  public var resolution: UInt8?
  /// Seconds added to every time.
  public var offset: Int64?
  public init(linkType: UInt16 = 1, resolution: UInt8? = nil, offset: Int64? = nil) {
    self.linkType = linkType
    self.resolution = resolution
    self.offset = offset
  }
}

/// One block of a pcapng file.
public func pcapngBlock(_ type: UInt32, _ body: [UInt8], bigEndian: Bool = false) -> [UInt8] {
  var out: [UInt8] = []
  var padded = body
  while padded.count % 4 != 0 { padded.append(0) }
  out.put(type, bigEndian: bigEndian)
  out.put(UInt32(padded.count + 12), bigEndian: bigEndian)
  out += padded
  out.put(UInt32(padded.count + 12), bigEndian: bigEndian)
  return out
}

/// A pcapng section: its header, its interfaces and an enhanced packet block a frame.
public func pcapngSection(
  _ frames: [CapturedFrame], interfaces: [CaptureInterface] = [CaptureInterface()], bigEndian: Bool = false
)
  -> [UInt8]
{
  var header: [UInt8] = []
  header.put(UInt32(0x1A2B_3C4D), bigEndian: bigEndian)
  header.put(UInt16(1), bigEndian: bigEndian)
  header.put(UInt16(0), bigEndian: bigEndian)
  header.put(UInt64.max, bigEndian: bigEndian)
  var out = pcapngBlock(0x0A0D_0D0A, header, bigEndian: bigEndian)
  for interface in interfaces {
    var body: [UInt8] = []
    body.put(interface.linkType, bigEndian: bigEndian)
    body.put(UInt16(0), bigEndian: bigEndian)
    body.put(UInt32(262144), bigEndian: bigEndian)
    if let resolution = interface.resolution {
      body.put(UInt16(9), bigEndian: bigEndian)
      body.put(UInt16(1), bigEndian: bigEndian)
      body += [resolution, 0, 0, 0]
    }
    if let offset = interface.offset {
      body.put(UInt16(14), bigEndian: bigEndian)
      body.put(UInt16(8), bigEndian: bigEndian)
      body.put(offset, bigEndian: bigEndian)
    }
    if interface.resolution != nil || interface.offset != nil { body.put(UInt32(0), bigEndian: bigEndian) }
    out += pcapngBlock(1, body, bigEndian: bigEndian)
  }
  for frame in frames {
    let interface = interfaces[Int(frame.interface)]
    let since = frame.time - (interface.offset ?? 0) * 1_000_000_000
    let ticks: UInt64
    switch interface.resolution ?? 6 {
    case 9: ticks = UInt64(since)
    case let binary where binary & 0x80 != 0:
      let (seconds, rest) = since.quotientAndRemainder(dividingBy: 1_000_000_000)
      let shift = UInt64(binary & 0x7F)
      ticks = UInt64(seconds) << shift + UInt64(rest) << shift / 1_000_000_000
    default: ticks = UInt64(since / 1000)
    }
    var body: [UInt8] = []
    body.put(frame.interface, bigEndian: bigEndian)
    body.put(UInt32(ticks >> 32), bigEndian: bigEndian)
    body.put(UInt32(ticks & 0xFFFF_FFFF), bigEndian: bigEndian)
    body.put(UInt32(frame.bytes.count), bigEndian: bigEndian)
    body.put(UInt32(frame.wireLength), bigEndian: bigEndian)
    out += pcapngBlock(6, body + frame.bytes, bigEndian: bigEndian)
  }
  return out
}

/// Calls `body` with the path of a file of those bytes, which is gone afterwards.
public func withTemporaryFile<R>(_ bytes: [UInt8], suffix: String = ".pcap", _ body: (String) throws -> R) throws -> R {
  var name = Array("/tmp/vedette-test-XXXXXX\(suffix)".utf8CString)
  let descriptor = mkstemps(&name, Int32(suffix.utf8.count))
  guard descriptor >= 0 else { throw Corpus.Unreadable(description: "no temporary file can be made") }
  let path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  defer { unlink(path) }
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { break }
    written += count
  }
  close(descriptor)
  return try body(path)
}
