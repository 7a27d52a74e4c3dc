/// Overlapping bytes are judged as the host judges that they are sent to: which hosts decide how is the site's to say.

import Evidence
import Packets

/// The hosts of one network, and how they decide.
public struct OverlapTarget: Sendable, Hashable {
  /// The network's address; bits behind the prefix do not count.
  public let network: IPAddress
  /// Bits of the prefix: 0...32 of an IPv4 network, 0...128 of an IPv6 one.
  public let prefix: Int
  public let policy: OverlapPolicy

  /// Nil when the prefix does not fit the address.
  public init?(network: IPAddress, prefix: Int, policy: OverlapPolicy) {
    guard (0...(network.isIPv4 ? 32 : 128)).contains(prefix) else { return nil }
    self.network = network
    self.prefix = prefix
    self.policy = policy
  }

  /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address, which stands for itself alone; nil for anything else.
  public init?(_ text: String, policy: OverlapPolicy) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
    if parts.count == 1 {
      self.init(network: address, prefix: address.isIPv4 ? 32 : 128, policy: policy)
    } else {
      guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let prefix = Int(parts[1]) else { return nil }
      self.init(network: address, prefix: prefix, policy: policy)
    }
  }
}

/// Finds the policy of a host. Asked only where bytes do overlap, so a list that is gone through will do.
struct OverlapTargets: Sendable {
  private struct Entry: BitwiseCopyable {
    var address: NetworkAddress
    var mask: NetworkAddress
    var policy: OverlapPolicy
  }
  /// The longest prefix first.
  private let entries: [Entry]
  private let fallback: OverlapPolicy

  init(_ targets: [OverlapTarget], fallback: OverlapPolicy) {
    self.fallback = fallback
    // The mapped form of IPv4 has 96 bits before the address.
    func bits(_ target: OverlapTarget) -> Int { target.network.isIPv4 ? target.prefix + 96 : target.prefix }
    entries = targets.sorted { bits($0) > bits($1) }.map { target in
      let length = bits(target)
      let mask = NetworkAddress(
        high: length >= 64 ? .max : ~(UInt64.max >> UInt64(length)),
        low: length <= 64 ? 0 : ~(UInt64.max >> UInt64(length - 64)))
      let address =
        target.network.isIPv4
        ? NetworkAddress(ipv4: UInt32(truncatingIfNeeded: target.network.low))
        : NetworkAddress(high: target.network.high, low: target.network.low)
      return Entry(
        address: NetworkAddress(high: address.high & mask.high, low: address.low & mask.low), mask: mask,
        policy: target.policy)
    }
  }

  /// How the host at that address decides: the most specific network that has it says so, else the default.
  func policy(of host: NetworkAddress) -> OverlapPolicy {
    for entry in entries
    where host.high & entry.mask.high == entry.address.high && host.low & entry.mask.low == entry.address.low {
      // ::/0 and its like are of IPv6: an IPv4 address has 96 bits of its own before it.
      if host.isIPv4, entry.mask.low >> 32 != 0xFFFF_FFFF { continue }
      return entry.policy
    }
    return fallback
  }
}
