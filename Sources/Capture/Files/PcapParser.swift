// The pcap file format (draft-ietf-opsawg-pcap), in both byte orders, micro- and nanoseconds, and Kuznetzov's variant.

import Packets

struct PcapParser {
  static let headerLength = 24

  private let order: FileOrder
  private let fractionUnit: UInt32
  /// 16, or 24 in Kuznetzov's variant, which adds the interface and the packet type.
  private let recordHeaderLength: Int
  let linkType: LinkType
  private var clock = FrameClock()

  /// Whether a file that begins with these four bytes is a pcap.
  static func recognises(_ magic: UInt32) -> Bool {
    switch magic {
    case 0xA1B2_C3D4, 0xD4C3_B2A1, 0xA1B2_3C4D, 0x4D3C_B2A1, 0xA1B2_CD34, 0x34CD_B2A1: true
    default: false
    }
  }

  /// `base` has the 24 bytes of the file's header, the first four of which are recognised.
  init(_ base: UnsafeRawPointer, name: String) throws(CaptureError) {
    let magic = base.loadUnaligned(as: UInt32.self)
    let isSwapped = magic & 0xFF00_0000 != 0xA100_0000
    order = FileOrder(isSwapped: isSwapped)
    let kind = isSwapped ? magic.byteSwapped : magic
    fractionUnit = kind == 0xA1B2_3C4D ? 1 : 1000
    recordHeaderLength = kind == 0xA1B2_CD34 ? 24 : 16
    let major = order.u16(base, 4)
    guard major == 2 else {
      throw CaptureError(.malformed, name, at: 4, "pcap version \(major).\(order.u16(base, 6)); only 2 is known")
    }
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
    while batch.count < limit {
      guard end &- position >= recordHeaderLength else { return .incomplete(recordHeaderLength) }
      let length = Int(order.u32(base, position &+ 8))
      guard length <= frameLengthLimit else {
        return .failed(
          CaptureError(
            .malformed, input.name, at: input.windowOffset &+ UInt64(position),
            "record claims \(length) bytes, limit \(frameLengthLimit); what came before is kept"))
      }
      guard end &- position &- recordHeaderLength >= length else { return .incomplete(recordHeaderLength &+ length) }
      let seconds = Int64(order.u32(base, position))
      let fraction = Int64(order.u32(base, position &+ 4)) &* Int64(fractionUnit)
      let time = seconds &* 1_000_000_000 &+ min(fraction, 999_999_999)
      let runsBack = clock.runsBack(to: time)
      number &+= 1
      batch.append(
        FrameView(
          bytes: UnsafeRawBufferPointer(start: base + position + recordHeaderLength, count: length), time: time,
          number: number, wireLength: order.u32(base, position &+ 12), linkType: linkType, interface: 0,
          hasInvalidTime: runsBack || fraction > 999_999_999))
      position &+= recordHeaderLength &+ length
    }
    return .full
  }
}

/// What is said of a link type that has no decoder.
func unsupportedText(_ linkType: LinkType) -> String {
  "frames of link type \(linkType.name) (\(linkType.rawValue)) cannot be decoded"
}
