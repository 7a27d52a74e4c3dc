/// The name of one flow record, the same for any number of workers and for a second run.

public struct FlowID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible, BitwiseCopyable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public static func < (a: FlowID, b: FlowID) -> Bool { a.rawValue < b.rawValue }

  /// `flow-` and sixteen hexadecimal digits.
  public var description: String { "flow-" + hexDigits(rawValue) }

  public init?(_ text: some StringProtocol) {
    guard text.hasPrefix("flow-"), text.utf8.count == 21, let v = UInt64(text.dropFirst(5), radix: 16) else {
      return nil
    }
    rawValue = v
  }
}

/// Sixteen lower-case hexadecimal digits.
func hexDigits(_ value: UInt64) -> String {
  String(unsafeUninitializedCapacity: 16) { out in
    writeHexDigits(value, into: out)
    return 16
  }
}

/// Writes sixteen lower-case hexadecimal digits; `out` has room for them.
func writeHexDigits(_ value: UInt64, into out: UnsafeMutableBufferPointer<UInt8>) {
  let digits: StaticString = "0123456789abcdef"
  for i in 0..<min(16, out.count) {
    out[i] = digits.utf8Start[Int(truncatingIfNeeded: value >> UInt64(60 - 4 * i)) & 15]
  }
}
