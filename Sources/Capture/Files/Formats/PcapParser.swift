// The pcap file format (draft-ietf-opsawg-pcap) and its kin: both byte orders, micro- and nanoseconds, Kuznetzov's
// longer records, Ixia's longer header, and the versions before 2.4, which have the two lengths of a record in turn.

import Packets

struct PcapParser {
  static let headerLength = 24

  private enum LengthOrder {
    case standard, swapped, either
  }

  private let order: FileOrder
  private let fractionUnit: Int64
  /// 16, or 24 in Kuznetzov's variant, which adds the interface and the packet type.
  private let recordHeaderLength: Int
  private let lengths: LengthOrder
  let linkType: LinkType
  private var clock = FrameClock()

  /// How long the header is of a file that begins with these four bytes; nil if it is no pcap.
  static func headerLength(_ magic: UInt32) -> Int? {
    switch magic {
    case 0xA1B2_C3D4, 0xD4C3_B2A1, 0xA1B2_3C4D, 0x4D3C_B2A1, 0xA1B2_CD34, 0x34CD_B2A1: headerLength
    // Ixia's lcap, of hardware and of software: the size of all records follows the header.
    case 0x1C00_01AC, 0xAC01_001C, 0x1C00_01AB, 0xAB01_001C: headerLength + 4
    default: nil
    }
  }

  /// `base` has the 24 bytes of the file's header, the first four of which are recognised.
  init(_ base: UnsafeRawPointer, name: String) throws(CaptureError) {
    let magic = base.loadUnaligned(as: UInt32.self)
    let isSwapped = magic & 0xFF00_0000 != 0xA100_0000 && magic & 0xFF00_0000 != 0x1C00_0000
    order = FileOrder(isSwapped: isSwapped)
    let kind = isSwapped ? magic.byteSwapped : magic
    fractionUnit = kind == 0xA1B2_3C4D || kind == 0x1C00_01AC ? 1 : 1000
    recordHeaderLength = kind == 0xA1B2_CD34 ? 24 : 16
    let major = order.u16(base, 4)
    let minor = order.u16(base, 6)
    guard major == 2 else {
      throw CaptureError(.malformed, name, at: 4, "pcap version \(major).\(minor); only 2 is known")
    }
    // 2.543 is that of DG/UX.
    lengths = minor < 3 || minor == 543 ? .swapped : minor == 3 ? .either : .standard
    // The upper bits say how long frame check sequences are.
    linkType = LinkType(rawValue: order.u32(base, 20) & 0x03FF_FFFF)
    guard linkType.isSupported else {
      throw CaptureError(.unsupportedLinkType, name, at: 20, unsupportedText(linkType))
    }
  }

  /// Parses records from `position` on, appending frames up to `limit`. What stops it is returned; `position` is then
  /// at the first record not taken.
  mutating func parse(
    _ input: ByteInput, into batch: inout [FrameView], limit: Int, counters: inout CaptureCounters, number: inout UInt64
  ) -> ParserStop {
    guard let base = input.window.baseAddress else { return .incomplete(recordHeaderLength) }
    let end = input.window.count
    var position = input.position
    defer { input.position = position }
    var ahead = LookAhead(at: position)
    while batch.count < limit {
      ahead.move(to: position, of: base)
      guard end &- position >= recordHeaderLength else { return .incomplete(recordHeaderLength) }
      var captured = order.u32(base, position &+ 8)
      var wireLength = order.u32(base, position &+ 12)
      if lengths != .standard, lengths == .swapped || captured > wireLength { swap(&captured, &wireLength) }
      let length = Int(captured)
      guard length <= frameLengthLimit else {
        return .failed(
          CaptureError(
            .malformed, input.name, at: input.windowOffset &+ UInt64(position),
            "record claims \(length) bytes, limit \(frameLengthLimit); what came before is kept"))
      }
      guard end &- position &- recordHeaderLength >= length else { return .incomplete(recordHeaderLength &+ length) }
      let seconds = Int64(order.u32(base, position))
      let fraction = Int64(order.u32(base, position &+ 4)) &* fractionUnit
      let time = seconds &* 1_000_000_000 &+ min(fraction, 999_999_999)
      let runsBack = clock.runsBack(to: time)
      number &+= 1
      batch.append(
        FrameView(
          bytes: UnsafeRawBufferPointer(start: base + position + recordHeaderLength, count: length), time: time,
          number: number, wireLength: wireLength, linkType: linkType, interface: 0,
          hasInvalidTime: runsBack || fraction > 999_999_999))
      position &+= recordHeaderLength &+ length
    }
    return .full
  }
}
