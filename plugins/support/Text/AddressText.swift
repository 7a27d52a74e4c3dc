/// Addresses as logs write them.

import Glibc

/// An IPv4 or IPv6 address in network order.
public struct AddressBytes: Hashable, Sendable {
  /// The first `count` bytes count.
  private var high: UInt64
  private var low: UInt64
  /// 4 or 16.
  public let count: Int

  /// 4 or 16 bytes; nil for another number of them.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    count = bytes.count
    high = 0
    low = 0
    withUnsafeMutableBytes(of: &self) { $0.copyBytes(from: bytes) }
  }

  /// `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0` (the zone is left out). Nil for anything else.
  public init?(_ text: String) {
    let bare = text.utf8.prefix { $0 != UInt8(ascii: "%") }
    guard !bare.isEmpty, bare.count < 64, !bare.contains(0) else { return nil }
    let isV6 = bare.contains(UInt8(ascii: ":"))
    var octets = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
    let terminated = bare.map { CChar(bitPattern: $0) } + [0]
    guard inet_pton(isV6 ? AF_INET6 : AF_INET, terminated, &octets) == 1 else { return nil }
    self.init(octets)
  }

  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeBytes(of: self) { try body(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
  }

  public var octets: [UInt8] { withBytes { Array($0) } }

  /// All zero: no address at all.
  public var isUnspecified: Bool { high == 0 && low == 0 }
}

extension AddressBytes: CustomStringConvertible {
  public var description: String {
    var text = [CChar](repeating: 0, count: 64)
    let done = withBytes { inet_ntop(count == 4 ? AF_INET : AF_INET6, $0.baseAddress, &text, 64) }
    guard done != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Six bytes of a MAC address from `00:1b:21:0a:0b:0c`, with `:` or `-`; nil for anything else.
public func macBytes(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
  guard text.count == 17 else { return nil }
  var out: [UInt8] = []
  for index in 0..<6 {
    let at = index * 3
    guard let high = Digits.nibble(text[at]), let low = Digits.nibble(text[at + 1]),
      index == 5 || text[at + 2] == UInt8(ascii: ":") || text[at + 2] == UInt8(ascii: "-")
    else { return nil }
    out.append(high << 4 | low)
  }
  return out
}
