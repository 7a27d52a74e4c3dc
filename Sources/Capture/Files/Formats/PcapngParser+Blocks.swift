// The blocks of a pcapng file that say something about its packets: sections, interfaces, statistics, names, secrets.

import Packets

/// What a capture file says besides its frames. Bounded; what was beyond the bounds is counted.
public struct CaptureAnnotations: Sendable, Equatable {
  /// An address and a name of it, as the capturing side resolved it (name resolution block).
  public struct Name: Sendable, Equatable {
    /// 4 or 16 bytes, in network order.
    public var address: [UInt8]
    public var name: String
  }

  /// Secrets for decryption (decryption secrets block).
  public struct Secrets: Sendable, Equatable {
    /// What they are: 0x544C534B for a TLS key log, 0x57474B4C for WireGuard's, as the draft lists them.
    public var kind: UInt32
    public var bytes: [UInt8]
  }

  public internal(set) var names: [Name] = []
  public internal(set) var secrets: [Secrets] = []
  /// Names, and blocks of names or secrets, that were not kept.
  public internal(set) var leftOut: UInt64 = 0

  static let nameLimit = 10_000
  static let secretsLimit = 4 << 20

  public init() {}
}

extension PcapngParser {
  /// A block that is read though it has no packet. Returns what is wrong with it.
  @inline(never)
  mutating func addOther(
    _ type: UInt32, _ base: UnsafeRawPointer, _ body: Int, _ end: Int, _ counters: inout CaptureCounters
  ) -> String? {
    switch type {
    case BlockType.section: return beginSection(base, body, end)
    case BlockType.interface: return addInterface(base, body, end)
    case BlockType.interfaceStatistics: addStatistics(base, body, end, &counters)
    case BlockType.nameResolution: addNames(base, body, end)
    case BlockType.decryptionSecrets: addSecrets(base, body, end)
    default: break
    }
    return nil
  }

  private mutating func beginSection(_ base: UnsafeRawPointer, _ body: Int, _ end: Int) -> String? {
    guard end &- body >= 16 else { return "the section header is too short" }
    let major = order.u16(base, body &+ 4)
    guard major == 1 else { return "pcapng version \(major).\(order.u16(base, body &+ 6)); only 1 is known" }
    sectionStart = interfaces.count
    return nil
  }

  private mutating func addInterface(_ base: UnsafeRawPointer, _ body: Int, _ end: Int) -> String? {
    guard end &- body >= 8 else { return "the interface description is too short" }
    guard interfaces.count < Self.interfaceLimit else { return "more than \(Self.interfaceLimit) interfaces" }
    var resolution: UInt8 = 6
    var offset: Int64 = 0
    let isWhole = forEachOption(base, body &+ 8, end) { code, at, length in
      switch code {
      case 9 where length >= 1: resolution = base.load(fromByteOffset: at, as: UInt8.self)
      case 14 where length >= 8: offset = Int64(bitPattern: order.u64(base, at))
      default: break
      }
    }
    guard isWhole else { return "an option of the interface description runs past its end" }
    interfaces.append(
      Interface(
        linkType: LinkType(rawValue: UInt32(order.u16(base, body))), snapLength: order.u32(base, body &+ 4),
        resolution: TimeResolution(resolution, offset: offset)))
    return nil
  }

  /// Calls `body` with code, place and length of each option from `start` on. False if one runs past the end.
  private func forEachOption(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ body: (UInt16, Int, Int) -> Void
  ) -> Bool {
    var option = start
    while end &- option >= 4 {
      let code = order.u16(base, option)
      let length = Int(order.u16(base, option &+ 2))
      if code == 0 { break }
      guard end &- option &- 4 >= length else { return false }
      body(code, option &+ 4, length)
      option &+= 4 &+ (length &+ 3) & ~3
    }
    return true
  }

  // MARK: what was lost

  /// isb_ifdrop and isb_osdrop: what the interface and the operating system lost since the capture began.
  private mutating func addStatistics(
    _ base: UnsafeRawPointer, _ body: Int, _ end: Int, _ counters: inout CaptureCounters
  ) {
    guard end &- body >= 12 else { return }
    let index = sectionStart &+ Int(order.u32(base, body))
    guard index < interfaces.count else { return }
    var byInterface: UInt64?
    var bySystem: UInt64?
    _ = forEachOption(base, body &+ 12, end) { code, at, length in
      guard length >= 8 else { return }
      if code == 5 { byInterface = order.u64(base, at) }
      if code == 7 { bySystem = order.u64(base, at) }
    }
    if let total = byInterface, total > interfaces[index].lostByInterface {
      counters.interfaceDropped &+= total &- interfaces[index].lostByInterface
      interfaces[index].lostByInterface = total
    }
    if let total = bySystem, total > interfaces[index].lostInTotal {
      let known = max(interfaces[index].lostBetween, interfaces[index].lostInTotal)
      if total > known { counters.dropped &+= total &- known }
      interfaces[index].lostInTotal = total
    }
  }

  /// epb_dropcount: what was lost since the packet before.
  @inline(never)
  mutating func readPacketOptions(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ index: Int, _ counters: inout CaptureCounters
  ) {
    var lost: UInt64 = 0
    _ = forEachOption(base, start, end) { code, at, length in
      if code == 4, length >= 8 { lost = order.u64(base, at) }
    }
    if lost > 0 { note(lostBetween: lost, on: index, &counters) }
  }

  /// The same loss may be told both ways: what counts is the larger sum.
  mutating func note(lostBetween lost: UInt64, on index: Int, _ counters: inout CaptureCounters) {
    let known = max(interfaces[index].lostBetween, interfaces[index].lostInTotal)
    interfaces[index].lostBetween &+= lost
    let total = interfaces[index].lostBetween
    if total > known { counters.dropped &+= total &- known }
  }

  // MARK: names and secrets

  /// Records of an address and its names, each name ended by a zero. One that does not fit ends the block's reading.
  private mutating func addNames(_ base: UnsafeRawPointer, _ body: Int, _ end: Int) {
    var record = body
    while end &- record >= 4 {
      let type = order.u16(base, record)
      let length = Int(order.u16(base, record &+ 2))
      guard type != 0, end &- record &- 4 >= length else { return }
      let addressLength = type == 1 ? 4 : type == 2 ? 16 : 0
      if addressLength > 0, length > addressLength {
        let bytes = UnsafeRawBufferPointer(start: base + record + 4, count: length)
        for name in bytes[addressLength...].split(separator: 0) {
          guard annotations.names.count < CaptureAnnotations.nameLimit else {
            annotations.leftOut &+= 1
            continue
          }
          annotations.names.append(
            .init(address: Array(bytes[..<addressLength]), name: String(decoding: name.prefix(255), as: UTF8.self)))
        }
      }
      record &+= 4 &+ (length &+ 3) & ~3
    }
  }

  private mutating func addSecrets(_ base: UnsafeRawPointer, _ body: Int, _ end: Int) {
    guard end &- body >= 8 else { return }
    let length = Int(order.u32(base, body &+ 4))
    let held = annotations.secrets.reduce(0) { $0 &+ $1.bytes.count }
    guard length <= end &- body &- 8, held &+ length <= CaptureAnnotations.secretsLimit,
      annotations.secrets.count < 1000
    else {
      annotations.leftOut &+= 1
      return
    }
    annotations.secrets.append(
      .init(
        kind: order.u32(base, body), bytes: Array(UnsafeRawBufferPointer(start: base + body + 8, count: length))))
  }
}
