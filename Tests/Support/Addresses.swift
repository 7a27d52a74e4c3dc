// Addresses as tests write them: text.

import Glibc

/// The 4 bytes of an IPv4 or the 16 of an IPv6 address. A test that misspells one stops.
public func addressBytes(_ text: String) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 16)
  if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
  if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
  fatalError("'\(text)' is no IP address")
}

/// The 6 bytes of a MAC address such as 00:00:5e:00:53:01. A test that misspells one stops.
public func linkAddressBytes(_ text: String) -> [UInt8] {
  let bytes = text.split(separator: ":").compactMap { UInt8($0, radix: 16) }
  guard bytes.count == 6 else { fatalError("'\(text)' is no MAC address") }
  return bytes
}
