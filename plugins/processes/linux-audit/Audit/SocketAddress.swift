/// The peer of a connect: `saddr=` of a SOCKADDR record.

import PluginSupport

/// An address and a port of IPv4 or IPv6.
struct SocketAddress: Equatable {
  var address: AddressBytes
  var port: UInt16
}

extension SocketAddress {
  /// A `struct sockaddr` of Linux in hexadecimal: the family in the machine's order (2 or 10, x86-64 and arm64), the
  /// port and the address in network order. Nil for other families.
  init?(hexadecimal text: String) {
    guard let bytes = Digits.bytes(hexadecimal: text), bytes.count >= 8, bytes[1] == 0 else { return nil }
    let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    switch bytes[0] {
    case 2:
      guard let address = AddressBytes(bytes[4..<8]) else { return nil }
      self.init(address: address, port: port)
    case 10:
      // Port, flow label (4 bytes), address (16).
      guard bytes.count >= 24, let address = AddressBytes(bytes[8..<24]) else { return nil }
      self.init(address: Self.unmapped(address), port: port)
    default: return nil
    }
  }

  /// The interpreted form: `{ saddr_fam=inet laddr=192.0.2.1 lport=443 }`.
  init?(interpreted text: String) {
    guard text.contains("inet") else { return nil }
    var address: AddressBytes?
    var port: UInt16?
    for word in text.split(whereSeparator: { " {},".contains($0) }) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "laddr", "addr", "host": address = AddressBytes(String(parts[1]))
      case "lport", "port", "serv": port = UInt16(parts[1])
      default: break
      }
    }
    guard let address, let port else { return nil }
    self.init(address: address, port: port)
  }

  /// The record's value in either form.
  init?(_ fields: AuditFields) {
    for key in ["saddr", "SADDR"] {
      guard let text = fields[key]?.text else { continue }
      if let found = SocketAddress(hexadecimal: text) ?? SocketAddress(interpreted: text) {
        self = found
        return
      }
    }
    return nil
  }

  /// `::ffff:192.0.2.1` is seen as IPv4 on the wire.
  private static func unmapped(_ address: AddressBytes) -> AddressBytes {
    let octets = address.octets
    guard octets.count == 16, octets[0..<10].allSatisfy({ $0 == 0 }), octets[10] == 255, octets[11] == 255 else {
      return address
    }
    return AddressBytes(octets[12...]) ?? address
  }
}
