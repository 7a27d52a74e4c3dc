/// The named values of one event, whatever form they came in.

import PluginSupport

/// Looks a value up by its name in the log; nil where it is missing or the log's way to say "none" (`-`, empty).
public struct EventFields {
  private let lookUp: (String) -> String?

  public init(_ lookUp: @escaping (String) -> String?) { self.lookUp = lookUp }

  public subscript(name: String) -> String? {
    guard let text = lookUp(name), !text.isEmpty, text != "-" else { return nil }
    return text
  }

  /// Text of any kind, spaces at the ends included; nil only where it is missing, empty or `-`.
  public func number(_ name: String) -> UInt64? { self[name].flatMap(Digits.number) }

  /// A GUID that is not all zeros.
  public func guid(_ name: String) -> String? {
    guard let text = self[name], text.utf8.contains(where: { Digits.nibble($0) ?? 0 != 0 }) else { return nil }
    return text
  }

  public func address(_ name: String) -> AddressBytes? { self[name].flatMap { AddressBytes($0) } }
  public func port(_ name: String) -> UInt16? { number(name).flatMap { UInt16(exactly: $0) } }

  public func flag(_ name: String) -> Bool? {
    switch self[name]?.lowercased() {
    case "true", "1": true
    case "false", "0": false
    default: nil
    }
  }
}

/// What became of an event.
public enum EventOutcome: Equatable, Sendable {
  case record(HostRecord)
  /// Read over: of a kind that tells no process or connection, or one that tells of none. The kind is counted.
  case skipped(String)
  /// The event lacks what it must have: `missing ProcessId`.
  case refused(String)
}

/// The name of an IP protocol by its number or name: `6` and `TCP` are tcp.
public func protocolName(_ text: String) -> String {
  switch text {
  case "1": "icmp"
  case "2": "igmp"
  case "6": "tcp"
  case "17": "udp"
  case "58": "icmpv6"
  case "132": "sctp"
  default: text.lowercased()
  }
}

/// The SHA-256 of a list of digests as Sysmon writes it (`SHA1=…,SHA256=…`), in lower case.
public func sha256(ofHashes list: String) -> String? {
  for item in list.split(separator: ",") {
    let name = item.prefix { $0 != "=" }
    guard name.lowercased() == "sha256" else { continue }
    let digest = item.dropFirst(name.count + 1)
    guard digest.utf8.count == 64, digest.utf8.allSatisfy({ Digits.nibble($0) != nil }) else { return nil }
    return digest.lowercased()
  }
  return nil
}
