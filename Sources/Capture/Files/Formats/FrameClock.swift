// Times as capture files have them, to nanoseconds since 1970.

import Packets

/// The unit of an interface's times and what is added to them (if_tsresol, if_tsoffset).
struct TimeResolution {
  /// 10^-n or 2^-n seconds.
  private let exponent: UInt8
  private let isBinary: Bool
  /// Nanoseconds in a tick where that is a whole number: the usual case, which needs no division.
  private let tick: UInt64
  /// Seconds.
  private let offset: Int64
  /// The offset in nanoseconds; nil where 64 bits do not hold it.
  private let shift: Int64?

  /// - Parameters:
  ///   - resolution: the option's byte: n for 10^-n seconds, 0x80 | n for 2^-n.
  ///   - offset: seconds to be added.
  init(_ resolution: UInt8 = 6, offset: Int64 = 0) {
    exponent = resolution & 0x7F
    isBinary = resolution & 0x80 != 0
    self.offset = offset
    tick = isBinary ? (exponent == 0 ? 1_000_000_000 : 0) : exponent <= 9 ? Self.power(9 - exponent) : 0
    let scaled = offset.multipliedReportingOverflow(by: 1_000_000_000)
    shift = scaled.overflow ? nil : scaled.partialValue
  }

  /// Nanoseconds since 1970; nil if 64 bits do not hold them.
  @inline(__always)
  func nanoseconds(_ ticks: UInt64) -> Int64? {
    if tick > 0, let shift {
      let scaled = ticks.multipliedReportingOverflow(by: tick)
      if !scaled.overflow, let time = Int64(exactly: scaled.partialValue) {
        let moved = time.addingReportingOverflow(shift)
        if !moved.overflow { return moved.partialValue }
      }
    }
    return divided(ticks)
  }

  /// The same for any unit: whole seconds and the rest apart.
  @inline(never)
  private func divided(_ ticks: UInt64) -> Int64? {
    var seconds: UInt64
    let rest: UInt64
    if isBinary {
      if exponent > 63 {
        seconds = 0
        rest = 0
      } else {
        seconds = ticks >> UInt64(exponent)
        let part = ticks & ((1 << UInt64(exponent)) &- 1)
        let product = part.multipliedFullWidth(by: 1_000_000_000)
        rest = exponent == 0 ? 0 : product.high << (64 - UInt64(exponent)) | product.low >> UInt64(exponent)
      }
    } else {
      let unit = Self.power(exponent)
      // Beyond 10^-19 a tick is less than 64 bits can tell from nothing.
      guard unit > 0 else { return nil }
      let split = ticks.quotientAndRemainder(dividingBy: unit)
      seconds = split.quotient
      rest = exponent <= 9 ? split.remainder &* Self.power(9 - exponent) : split.remainder / Self.power(exponent - 9)
    }
    guard let whole = Int64(exactly: seconds) else { return nil }
    let (moved, first) = whole.addingReportingOverflow(offset)
    let (scaled, second) = moved.multipliedReportingOverflow(by: 1_000_000_000)
    let (time, third) = scaled.addingReportingOverflow(Int64(rest))
    return first || second || third ? nil : time
  }

  /// 10^n, or 0 if it does not fit.
  private static func power(_ exponent: UInt8) -> UInt64 {
    guard exponent <= 19 else { return 0 }
    var value: UInt64 = 1
    for _ in 0..<exponent { value &*= 10 }
    return value
  }
}

/// Watches a capture's clock for times that run back.
struct FrameClock {
  private var last: Int64?
  /// The time of the frame before, 0 if there was none: what a frame without a time gets.
  var current: Int64 { last ?? 0 }

  /// Notes a frame's time; true if it lies more than the tolerance before that of the frame before.
  @inline(__always)
  mutating func runsBack(to time: Int64) -> Bool {
    defer { last = time }
    guard let last else { return false }
    let (difference, overflow) = last.subtractingReportingOverflow(time)
    return overflow ? time < last : difference > FrameView.timeTolerance
  }
}
