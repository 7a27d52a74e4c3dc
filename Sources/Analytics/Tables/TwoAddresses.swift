/// Two addresses side by side, as the keys of large tables hold them.

import Evidence

/// Their words, and in one byte which of them are of IPv4: two ``IPAddress`` in a row would be rounded up twice.
struct TwoAddresses: Equatable, BitwiseCopyable {
  let firstHigh: UInt64
  let firstLow: UInt64
  let secondHigh: UInt64
  let secondLow: UInt64
  /// Bit 0: the first is of IPv4; bit 1: the second is.
  private let families: UInt8

  init(_ first: IPAddress, _ second: IPAddress) {
    firstHigh = first.high
    firstLow = first.low
    secondHigh = second.high
    secondLow = second.low
    families = (first.isIPv4 ? 1 : 0) | (second.isIPv4 ? 2 : 0)
  }

  var first: IPAddress { TwoAddresses.address(firstHigh, firstLow, isIPv4: families & 1 != 0) }
  var second: IPAddress { TwoAddresses.address(secondHigh, secondLow, isIPv4: families & 2 != 0) }

  var areIPv4: Bool { families == 3 }

  private static func address(_ high: UInt64, _ low: UInt64, isIPv4: Bool) -> IPAddress {
    isIPv4 ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : IPAddress(high: high, low: low)
  }
}

/// Two addresses of IPv4.
struct NarrowAddresses: DenseKey {
  private let firstWord: UInt32
  private let secondWord: UInt32

  /// Nil where one of them is of IPv6.
  init?(_ both: TwoAddresses) {
    guard both.areIPv4 else { return nil }
    firstWord = UInt32(truncatingIfNeeded: both.firstLow)
    secondWord = UInt32(truncatingIfNeeded: both.secondLow)
  }

  var both: TwoAddresses { TwoAddresses(IPAddress(ipv4: firstWord), IPAddress(ipv4: secondWord)) }

  func hash(seed: UInt64) -> UInt64 {
    foldedProduct(UInt64(firstWord) ^ seed, UInt64(secondWord) ^ seed &* 0x9e37_79b9_7f4a_7c15)
  }
}
