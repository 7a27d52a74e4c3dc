/// Which dissectors are asked first whose stream it is: what they declared of ports, ALPN identifiers and first bytes.

import PluginHost

/// Hints order the asking and never decide it: who is left out was asked before, or could not win any more.
struct ProbeHints {
  /// Dissectors as bits, by the low byte of a port and by transport. Ports that share it only make a dissector be asked
  /// sooner than it need be, and the table fits a page.
  private var overTCP = [UInt64](repeating: 0, count: 256)
  private var overUDP = [UInt64](repeating: 0, count: 256)
  private var alpn: [(identifier: [UInt8], dissectors: UInt64)] = []
  private var patterns: [(pattern: ProtocolDescription.Pattern, dissectors: UInt64)] = []

  /// Dissectors with their places.
  init(_ asked: [(at: Int, plugin: Plugin)]) {
    for (at, plugin) in asked {
      let bit: UInt64 = 1 << UInt64(at)
      for described in plugin.description.protocols {
        for ports in described.ports {
          // A range of 256 ports or more has every low byte.
          for port in ports.range.prefix(256) {
            if ports.transport == 6 { overTCP[Int(port & 255)] |= bit } else { overUDP[Int(port & 255)] |= bit }
          }
        }
        for identifier in described.alpn { alpn.append((Array(identifier.utf8), bit)) }
        for pattern in described.patterns { patterns.append((pattern, bit)) }
      }
    }
  }

  /// Dissectors that declared one of a flow's ports.
  @inline(__always) func expecting(_ clientPort: UInt16, _ serverPort: UInt16, isStream: Bool) -> UInt64 {
    isStream
      ? overTCP[Int(serverPort & 255)] | overTCP[Int(clientPort & 255)]
      : overUDP[Int(serverPort & 255)] | overUDP[Int(clientPort & 255)]
  }

  /// Dissectors that declared an ALPN identifier.
  func expecting(alpn identifier: [UInt8]) -> UInt64 {
    alpn.reduce(0) { $1.identifier == identifier ? $0 | $1.dissectors : $0 }
  }

  /// Dissectors of which a direction has the first bytes that they declared.
  func matching(_ direction: UInt8, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var found: UInt64 = 0
    for (pattern, dissectors) in patterns where pattern.direction == direction {
      let end = pattern.offset &+ pattern.bytes.count
      guard pattern.offset >= 0, end <= bytes.count else { continue }
      if zip(bytes[pattern.offset..<end], pattern.bytes).allSatisfy({ $0 == $1 }) { found |= dissectors }
    }
    return found
  }
}
