// The pcapng file format (draft-ietf-opsawg-pcapng): walks the blocks and takes the three kinds that have packets.

import Packets

struct PcapngParser {
  /// Interfaces that a file may describe, all sections together.
  static var interfaceLimit: Int { 4096 }
  /// The largest block, as in libpcap.
  static var blockLimit: Int { 16 << 20 }
  /// The largest block that is read whole though it has no packet: those above are passed over, and counted.
  static var readBlockLimit: Int { 1 << 20 }

  struct Interface {
    var linkType: LinkType
    var snapLength: UInt32
    var resolution: TimeResolution
    /// What the file says the capturing side lost: summed over packets, and as a total in statistics blocks.
    var lostBetween: UInt64 = 0
    var lostInTotal: UInt64 = 0
    var lostByInterface: UInt64 = 0
  }

  enum BlockType {
    static let section: UInt32 = 0x0A0D_0D0A
    static let interface: UInt32 = 1
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let nameResolution: UInt32 = 4
    static let interfaceStatistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    static let decryptionSecrets: UInt32 = 10
  }

  var order = FileOrder(isSwapped: false)
  var interfaces: [Interface] = []
  /// Where the interfaces of this section begin in `interfaces`.
  var sectionStart = 0
  private var clock = FrameClock()
  /// What the file has besides packets.
  var annotations = CaptureAnnotations()
  /// Link types without a decoder, once each, that came up.
  private(set) var problems: [CaptureError] = []

  static func recognises(_ magic: UInt32) -> Bool { magic == BlockType.section }

  /// As `PcapParser.parse`.
  mutating func parse(
    _ input: ByteInput, into batch: inout [FrameView], limit: Int, counters: inout CaptureCounters, number: inout UInt64
  ) -> ParserStop {
    guard let base = input.window.baseAddress else { return .incomplete(12) }
    let end = input.window.count
    var position = input.position
    var ahead = LookAhead(at: position)
    while batch.count < limit {
      ahead.move(to: position, of: base)
      // A value that is set wherever the loop is left: the class behind it is not touched for each block.
      func fail(_ text: String) -> ParserStop {
        input.position = position
        return .failed(
          CaptureError(
            .malformed, input.name, at: input.windowOffset &+ UInt64(position), text + "; what came before is kept"))
      }
      func incomplete(_ count: Int) -> ParserStop {
        input.position = position
        return .incomplete(count)
      }
      let available = end &- position
      guard available >= 12 else { return incomplete(12) }
      let type = order.u32(base, position)
      if type == BlockType.section {
        // A section's header has its own byte order, which its length is in already.
        guard available >= 16 else { return incomplete(16) }
        switch base.loadUnaligned(fromByteOffset: position &+ 8, as: UInt32.self) {
        case 0x1A2B_3C4D: order.isSwapped = false
        case 0x4D3C_2B1A: order.isSwapped = true
        default: return fail("the section header has no byte-order mark")
        }
      }
      let length = Int(order.u32(base, position &+ 4))
      guard length >= 12, length % 4 == 0 else { return fail("block claims \(length) bytes") }
      guard length <= Self.blockLimit else { return fail("block claims \(length) bytes, limit \(Self.blockLimit)") }
      if Self.isRead(type, length) {
        // Of a hostile length no more is asked for than a packet's block can sensibly have.
        let wanted = Self.hasPacket(type) ? min(length, frameLengthLimit &+ 4096) : length
        guard available >= wanted else { return incomplete(wanted) }
        let body = position &+ 8
        let bodyEnd = min(position &+ length &- 4, end)
        let failure: String? =
          switch type {
          case BlockType.enhancedPacket:
            addPacket(base, body, bodyEnd, isObsolete: false, &batch, input.name, &counters, &number)
          case BlockType.obsoletePacket:
            addPacket(base, body, bodyEnd, isObsolete: true, &batch, input.name, &counters, &number)
          case BlockType.simplePacket: addSimplePacket(base, body, bodyEnd, &batch, input.name, &counters, &number)
          default: addOther(type, base, body, bodyEnd, &counters)
          }
        if let failure { return fail(failure) }
      } else if type == BlockType.nameResolution || type == BlockType.decryptionSecrets {
        annotations.leftOut &+= 1
      }
      guard available >= length else {
        // The rest of it is passed over as it comes.
        input.position = position
        input.skip(UInt64(length))
        return .incomplete(1)
      }
      let trailing = Int(order.u32(base, position &+ length &- 4))
      guard trailing == length else { return fail("block of \(length) bytes ends with a length of \(trailing)") }
      position &+= length
    }
    input.position = position
    return .full
  }

  private static func hasPacket(_ type: UInt32) -> Bool {
    type == BlockType.enhancedPacket || type == BlockType.simplePacket || type == BlockType.obsoletePacket
  }

  private static func isRead(_ type: UInt32, _ length: Int) -> Bool {
    switch type {
    case BlockType.enhancedPacket, BlockType.simplePacket, BlockType.obsoletePacket: true
    case BlockType.section, BlockType.interface, BlockType.interfaceStatistics, BlockType.nameResolution,
      BlockType.decryptionSecrets:
      length <= readBlockLimit
    default: false
    }
  }

  /// An enhanced packet block, or the obsolete packet block, whose interface has 16 bits and whose other 16 count what was
  /// lost before it.
  @inline(__always)
  private mutating func addPacket(
    _ base: UnsafeRawPointer, _ body: Int, _ end: Int, isObsolete: Bool,
    _ batch: inout [FrameView], _ name: String, _ counters: inout CaptureCounters, _ number: inout UInt64
  ) -> String? {
    let headerLength = 20
    guard end &- body >= headerLength else { return "the packet block is too short" }
    let local = isObsolete ? Int(order.u16(base, body)) : Int(order.u32(base, body))
    let index = sectionStart &+ local
    guard index < interfaces.count else { return "packet of interface \(local), which is not described" }
    let ticks = UInt64(order.u32(base, body &+ 4)) << 32 | UInt64(order.u32(base, body &+ 8))
    let length = Int(order.u32(base, body &+ 12))
    guard length <= frameLengthLimit else { return "packet claims \(length) bytes, limit \(frameLengthLimit)" }
    guard end &- body &- headerLength >= length else { return "packet claims \(length) bytes, more than its block has" }
    let time = interfaces[index].resolution.nanoseconds(ticks)
    let runsBack = time.map { clock.runsBack(to: $0) } ?? true
    if isObsolete {
      let lost = order.u16(base, body &+ 2)
      // 0xFFFF: not known.
      if lost != 0, lost != 0xFFFF { note(lostBetween: UInt64(lost), on: index, &counters) }
    } else {
      let options = body &+ headerLength &+ (length &+ 3) & ~3
      if end &- options >= 4 { readPacketOptions(base, options, end, index, &counters) }
    }
    append(
      UnsafeRawBufferPointer(start: base + body + headerLength, count: length), time: time ?? clock.current,
      wireLength: order.u32(base, body &+ 16), index, runsBack, &batch, name, &counters, &number)
    return nil
  }

  /// A packet of the section's first interface, without a time: it gets that of the packet before.
  private mutating func addSimplePacket(
    _ base: UnsafeRawPointer, _ body: Int, _ end: Int, _ batch: inout [FrameView], _ name: String,
    _ counters: inout CaptureCounters, _ number: inout UInt64
  ) -> String? {
    guard end &- body >= 4 else { return "the packet block is too short" }
    guard sectionStart < interfaces.count else { return "packet of interface 0, which is not described" }
    let wireLength = order.u32(base, body)
    let snapLength = interfaces[sectionStart].snapLength
    let length = min(Int(wireLength), snapLength == 0 ? .max : Int(snapLength), end &- body &- 4)
    guard length <= frameLengthLimit else { return "packet claims \(length) bytes, limit \(frameLengthLimit)" }
    append(
      UnsafeRawBufferPointer(start: base + body + 4, count: length), time: clock.current, wireLength: wireLength,
      sectionStart, false, &batch, name, &counters, &number)
    return nil
  }

  @inline(__always)
  private mutating func append(
    _ bytes: UnsafeRawBufferPointer, time: Int64, wireLength: UInt32, _ index: Int, _ hasInvalidTime: Bool,
    _ batch: inout [FrameView], _ name: String, _ counters: inout CaptureCounters, _ number: inout UInt64
  ) {
    number &+= 1
    let linkType = interfaces[index].linkType
    guard linkType.isSupported else {
      counters.unsupported &+= 1
      noteUnsupported(linkType, name)
      return
    }
    batch.append(
      FrameView(
        bytes: bytes, time: time, number: number, wireLength: wireLength, linkType: linkType,
        interface: UInt32(truncatingIfNeeded: index), hasInvalidTime: hasInvalidTime))
  }

  @inline(never)
  private mutating func noteUnsupported(_ linkType: LinkType, _ name: String) {
    let text = unsupportedText(linkType)
    if problems.count < 16, !problems.contains(where: { $0.text == text }) {
      problems.append(CaptureError(.unsupportedLinkType, name, text))
    }
  }
}
