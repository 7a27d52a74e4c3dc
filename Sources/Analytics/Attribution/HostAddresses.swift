/// Which addresses are a host's own.

import Evidence

/// Learned from assets and roster, and from the hosts' connections: what a host opened came from its own address.
struct HostAddresses {
  private var certain: [String: Set<IPAddress>] = [:]
  private var votes: [IPAddress: [String: Int]] = [:]
  private var owners: [IPAddress: String] = [:]
  private var learned: [String: Set<IPAddress>] = [:]

  mutating func know(_ host: String, _ ip: IPAddress) {
    guard HostAddresses.tells(ip) else { return }
    certain[host, default: []].insert(ip)
  }

  mutating func learn(_ host: String, _ connection: ConnectionObservation) {
    // An accepted connection is weaker evidence: logs write its ends in either order.
    if connection.initiated == true, let source = connection.sourceIP {
      vote(host, source, 4)
    } else if connection.initiated == false, connection.proto == .tcp {
      // A datagram may have come to everybody's address.
      vote(host, connection.destinationIP, 1)
    }
  }

  private mutating func vote(_ host: String, _ ip: IPAddress, _ weight: Int) {
    guard HostAddresses.tells(ip) else { return }
    votes[ip, default: [:]][host, default: 0] += weight
  }

  /// Settles who has which address: one host each, by what is known, then by most votes.
  mutating func settle() {
    for (ip, hosts) in votes {
      let best = hosts.max { $0.value != $1.value ? $0.value < $1.value : $0.key > $1.key }
      guard let best, best.value >= 2 || hosts.count == 1 else { continue }
      owners[ip] = best.key
    }
    for (host, ips) in certain {
      for ip in ips where owners[ip].map({ certain[$0]?.contains(ip) != true || host < $0 }) ?? true {
        owners[ip] = host
      }
    }
    for (ip, host) in owners { learned[host, default: []].insert(ip) }
  }

  func isOwn(_ host: String, _ ip: IPAddress) -> Bool { ip.isLoopback || owners[ip] == host }
  func hasAny(_ host: String) -> Bool { learned[host] != nil }
  func addresses(_ host: String) -> Set<IPAddress> { learned[host] ?? [] }
  var all: [(host: String, ips: [IPAddress])] {
    learned.map { (host: $0.key, ips: $0.value.sorted()) }.sorted { $0.host < $1.host }
  }

  private static func tells(_ ip: IPAddress) -> Bool {
    !ip.isLoopback && !ip.isUnspecified && !ip.isMulticast && !ip.isLimitedBroadcast
  }
}
