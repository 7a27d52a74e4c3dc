/// DNS and mDNS messages (RFC 1035, RFC 6762), right ones and a few that are not.

enum NameMessages {
  static func name(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    for label in text.split(separator: ".") {
      out.u8(label.utf8.count)
      out.text(String(label))
    }
    out.u8(0)
    return out
  }

  private static func header(_ id: Int, _ flags: Int, _ counts: (Int, Int, Int, Int)) -> [UInt8] {
    var out: [UInt8] = []
    for value in [id, flags, counts.0, counts.1, counts.2, counts.3] { out.u16(value) }
    return out
  }

  static let a = 1
  static let aaaa = 28
  static let ptr = 12
  static let srv = 33

  static func query(_ id: Int, _ text: String, _ type: Int) -> [UInt8] {
    var out = header(id, 0x0100, (1, 0, 0, 0)) + name(text)
    out.u16(type)
    out.u16(1)
    return out
  }

  /// Answers with addresses, behind an alias where one is given; none: the name has no such record.
  static func answer(
    _ id: Int, _ text: String, _ type: Int, _ addresses: [LabAddress], alias: String? = nil, ttl: UInt32 = 300,
    unknown: Bool = false
  ) -> [UInt8] {
    var records: [UInt8] = []
    var count = 0
    var owner: [UInt8] = [0xc0, 12]
    if let alias, !addresses.isEmpty {
      let target = name(alias)
      records += owner
      records.u16(5)
      records.u16(1)
      records.u32(ttl)
      records.u16(target.count)
      owner = [0xc0, UInt8(truncatingIfNeeded: 12 + name(text).count + 4 + records.count)]
      records += target
      count += 1
    }
    for address in addresses {
      records += owner
      records.u16(type)
      records.u16(1)
      records.u32(ttl)
      records.u16(address.bytes.count)
      records += address.bytes
      count += 1
    }
    var out = header(id, unknown ? 0x8183 : 0x8180, (1, count, 0, 0)) + name(text)
    out.u16(type)
    out.u16(1)
    return out + records
  }

  /// `_ldap._tcp.dc._msdcs…`: where the domain controller is.
  static func service(_ id: Int, _ text: String, host: String, port: Int) -> [UInt8] {
    var out = header(id, 0x8580, (1, 1, 0, 0)) + name(text)
    out.u16(srv)
    out.u16(1)
    let target = name(host)
    out += [0xc0, 12]
    out.u16(srv)
    out.u16(1)
    out.u32(600)
    out.u16(6 + target.count)
    out.u16(0)
    out.u16(100)
    out.u16(port)
    return out + target
  }

  static func reverse(_ address: LabAddress) -> String {
    address.bytes.reversed().map { "\($0)" }.joined(separator: ".") + ".in-addr.arpa"
  }

  static func pointer(_ id: Int, _ text: String, _ host: String?) -> [UInt8] {
    var out = header(id, host == nil ? 0x8583 : 0x8580, (1, host == nil ? 0 : 1, 0, 0)) + name(text)
    out.u16(ptr)
    out.u16(1)
    guard let host else { return out }
    let target = name(host)
    out += [0xc0, 12]
    out.u16(ptr)
    out.u16(1)
    out.u32(1200)
    out.u16(target.count)
    return out + target
  }

  static func multicastQuery(_ services: [String]) -> [UInt8] {
    var out = header(0, 0, (services.count, 0, 0, 0))
    for service in services {
      out += name(service)
      out.u16(ptr)
      out.u16(1)
    }
    return out
  }

  /// Data hidden in what should be a query: a reserved bit (Z, RFC 1035 §4.1.1) and a label type that is not defined.
  static func smuggled(_ id: Int, _ data: [UInt8], badLabel: Bool) -> [UInt8] {
    var out = header(id, 0x0140, (1, 0, 0, 0))
    if badLabel {
      // 10 in the two highest bits of a length is reserved (RFC 1035 §4.1.4).
      out.u8(0x80 | data.count & 0x3f)
      out += data
    } else {
      for part in stride(from: 0, to: data.count, by: 40) {
        let label = data[part..<min(part + 40, data.count)]
        out.u8(label.count)
        out += label
      }
      out.u8(0)
      out.u16(16)
      out.u16(1)
    }
    return out
  }
}
