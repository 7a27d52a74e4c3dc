// The pcapng file format (draft-ietf-opsawg-pcapng): sections, interfaces and the three kinds of packet blocks.

import Packets

struct PcapngParser {
  /// Interfaces that a file may describe, all sections together.
  static var interfaceLimit: Int { 4096 }
  /// The largest block that is not a packet's, as in libpcap.
  static var blockLimit: Int { 16 << 20 }

  private struct Interface {
    var linkType: LinkType
    var snapLength: UInt32
    var resolution: TimeResolution
  }

  private var order = FileOrder(isSwapped: false)
  private var interfaces: [Interface] = []
  /// Where the interfaces of this section begin in `interfaces`.
  private var sectionStart = 0
  private var clock = FrameClock()
  /// Link types without a decoder, once each, that came up.
  private(set) var problems: [CaptureError] = []

  static func recognises(_ magic: UInt32) -> Bool { magic == 0x0A0D_0D0A }

  /// As `PcapParser.parse`.
  mutating func parse(
    _ input: ByteInput, into batch: inout [FrameView], limit: Int, counters: inout CaptureCounters, number: inout UInt64
  ) -> ParserStop {
    guard let base = input.window.baseAddress else { return .incomplete(12) }
    let end = input.window.count
    while batch.count < limit {
      let position = input.position
      let available = end &- position
      guard available >= 12 else { return .incomplete(12) }
      func fail(_ text: String) -> ParserStop {
        .failed(CaptureError(.malformed, input.name, at: input.windowOffset &+ UInt64(position), text))
      }
      var type = order.u32(base, position)
      if type == 0x0A0D_0D0A {
        // A section's header has its own byte order, which its length is in already.
        guard available >= 16 else { return .incomplete(16) }
        switch base.loadUnaligned(fromByteOffset: position &+ 8, as: UInt32.self) {
        case 0x1A2B_3C4D: order.isSwapped = false
        case 0x4D3C_2B1A: order.isSwapped = true
        default: return fail("the section header has no byte-order mark; what came before is kept")
        }
        type = 0x0A0D_0D0A
      }
      let length = Int(order.u32(base, position &+ 4))
      guard length >= 12, length % 4 == 0 else { return fail("block claims \(length) bytes; what came before is kept") }
      guard length <= Self.blockLimit else {
        return fail("block claims \(length) bytes, limit \(Self.blockLimit); what came before is kept")
      }
      switch type {
      case 0x0A0D_0D0A, 1, 2, 3, 6:
        // Of a hostile length no more is asked for than a packet's block can sensibly have.
        let wanted = min(length, frameLengthLimit &+ 4096)
        guard available >= wanted else { return .incomplete(wanted) }
        let body = position &+ 8
        let bodyEnd = min(position &+ length &- 4, end)
        let failure: String?
        switch type {
        case 0x0A0D_0D0A: failure = beginSection(base, body, bodyEnd)
        case 1: failure = addInterface(base, body, bodyEnd)
        case 6:
          failure = addPacket(
            base, body, bodyEnd, headerLength: 20, &batch, input.name, &counters, &number)
        case 2:
          failure = addPacket(
            base, body, bodyEnd, headerLength: 20, isObsolete: true, &batch, input.name, &counters, &number)
        default: failure = addSimplePacket(base, body, bodyEnd, &batch, input.name, &counters, &number)
        }
        if let failure { return fail(failure + "; what came before is kept") }
      default: break
      }
      if available >= length {
        let trailing = Int(order.u32(base, position &+ length &- 4))
        guard trailing == length else {
          return fail("block of \(length) bytes ends with a length of \(trailing); what came before is kept")
        }
      }
      input.skip(UInt64(length))
      if input.isSkipping { return .incomplete(1) }
    }
    return .full
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
    var interface = Interface(
      linkType: LinkType(rawValue: UInt32(order.u16(base, body))), snapLength: order.u32(base, body &+ 4),
      resolution: TimeResolution())
    var option = body &+ 8
    while end &- option >= 4 {
      let code = order.u16(base, option)
      let length = Int(order.u16(base, option &+ 2))
      if code == 0 { break }
      guard end &- option &- 4 >= length else { return "an option of the interface description runs past its end" }
      switch code {
      case 9 where length >= 1:
        let value = base.load(fromByteOffset: option &+ 4, as: UInt8.self)
        interface.resolution.exponent = value & 0x7F
        interface.resolution.isBinary = value & 0x80 != 0
      case 14 where length >= 8: interface.resolution.offset = Int64(bitPattern: order.u64(base, option &+ 4))
      default: break
      }
      option &+= 4 &+ (length &+ 3) & ~3
    }
    interfaces.append(interface)
    return nil
  }

  /// An enhanced packet block, or the obsolete packet block, whose interface has 16 bits.
  private mutating func addPacket(
    _ base: UnsafeRawPointer, _ body: Int, _ end: Int, headerLength: Int, isObsolete: Bool = false,
    _ batch: inout [FrameView], _ name: String, _ counters: inout CaptureCounters, _ number: inout UInt64
  ) -> String? {
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
      if problems.count < 16, !problems.contains(where: { $0.text == unsupportedText(linkType) }) {
        problems.append(CaptureError(.unsupportedLinkType, name, unsupportedText(linkType)))
      }
      return
    }
    batch.append(
      FrameView(
        bytes: bytes, time: time, number: number, wireLength: wireLength, linkType: linkType,
        interface: UInt32(truncatingIfNeeded: index), hasInvalidTime: hasInvalidTime))
  }
}
