/// Kerberos (RFC 4120) and LDAP (RFC 4511) as a Windows domain speaks them.

struct KerberosMessages {
  let random: LabRandom
  let realm: String

  private func name(_ type: Int, _ parts: [String]) -> [UInt8] {
    DER.sequence(DER.tagged(0xa0, DER.integer(type)) + DER.tagged(0xa1, DER.sequence(parts.flatMap { DER.text($0) })))
  }

  private func encrypted(_ count: Int) -> [UInt8] {
    DER.sequence(DER.tagged(0xa0, DER.integer(18)) + DER.tagged(0xa2, DER.octets(random.bytes(count))))
  }

  private func ticket(_ service: [String]) -> [UInt8] {
    DER.tagged(
      0x61,
      DER.sequence(
        DER.tagged(0xa0, DER.integer(5)) + DER.tagged(0xa1, DER.text(realm)) + DER.tagged(0xa2, name(2, service))
          + DER.tagged(0xa3, encrypted(random.within(900...1150)))))
  }

  private func framed(_ message: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.u32(UInt32(message.count))
    return out + message
  }

  /// AS-REQ with an encrypted time stamp, or TGS-REQ with a ticket.
  func request(_ user: String, _ service: [String], ticketed: Bool) -> [UInt8] {
    let proof: [UInt8]
    if ticketed {
      let message = DER.tagged(
        0x6e,
        DER.sequence(
          DER.tagged(0xa0, DER.integer(5)) + DER.tagged(0xa1, DER.integer(14))
            + DER.tagged(0xa2, DER.tagged(0x03, [0, 0, 0, 0, 0])) + DER.tagged(0xa3, ticket(["krbtgt", realm]))
            + DER.tagged(0xa4, encrypted(180))))
      proof = DER.sequence(DER.tagged(0xa1, DER.integer(1)) + DER.tagged(0xa2, DER.octets(message)))
    } else {
      proof = DER.sequence(DER.tagged(0xa1, DER.integer(2)) + DER.tagged(0xa2, DER.octets(encrypted(56))))
    }
    let body = DER.sequence(
      DER.tagged(0xa0, DER.tagged(0x03, [0, 0x40, 0x81, 0, 0x10]))
        + (ticketed ? [] : DER.tagged(0xa1, name(1, [user]))) + DER.tagged(0xa2, DER.text(realm))
        + DER.tagged(0xa3, name(2, service)) + DER.tagged(0xa5, DER.tagged(0x18, Array("20370913024805Z".utf8)))
        + DER.tagged(0xa7, DER.integer(random.within(1_000_000...2_000_000_000)))
        + DER.tagged(0xa8, DER.sequence(DER.integer(18) + DER.integer(17) + DER.integer(23))))
    let type = ticketed ? 12 : 10
    return framed(
      DER.tagged(
        0x60 + type,
        DER.sequence(
          DER.tagged(0xa1, DER.integer(5)) + DER.tagged(0xa2, DER.integer(type)) + DER.tagged(0xa3, DER.sequence(proof))
            + DER.tagged(0xa4, body))))
  }

  func reply(_ user: String, _ service: [String], ticketed: Bool) -> [UInt8] {
    let type = ticketed ? 13 : 11
    return framed(
      DER.tagged(
        0x60 + type,
        DER.sequence(
          DER.tagged(0xa0, DER.integer(5)) + DER.tagged(0xa1, DER.integer(type)) + DER.tagged(0xa3, DER.text(realm))
            + DER.tagged(0xa4, name(1, [user])) + DER.tagged(0xa5, ticket(service)) + DER.tagged(0xa6, encrypted(260))))
    )
  }
}

enum LDAPMessages {
  private static func message(_ id: Int, _ operation: [UInt8]) -> [UInt8] {
    DER.sequence(DER.integer(id) + operation)
  }

  /// `scope`: 0 the object itself, 2 the tree. The filter is one of presence or of equality.
  static func search(_ id: Int, base: String, scope: Int, attribute: String, equals: String?, wanted: [String])
    -> [UInt8]
  {
    let filter =
      equals.map { DER.tagged(0xa3, DER.octets(Array(attribute.utf8)) + DER.octets(Array($0.utf8))) }
      ?? DER.tagged(0x87, Array(attribute.utf8))
    return message(
      id,
      DER.tagged(
        0x63,
        DER.octets(Array(base.utf8)) + DER.integer(scope, tag: 0x0a) + DER.integer(0, tag: 0x0a) + DER.integer(0)
          + DER.integer(120) + [1, 1, 0] + filter + DER.sequence(wanted.flatMap { DER.octets(Array($0.utf8)) })))
  }

  static func entry(_ id: Int, _ dn: String, _ attributes: [(String, [String])]) -> [UInt8] {
    let list = attributes.flatMap { name, values in
      DER.sequence(DER.octets(Array(name.utf8)) + DER.tagged(0x31, values.flatMap { DER.octets(Array($0.utf8)) }))
    }
    return message(id, DER.tagged(0x64, DER.octets(Array(dn.utf8)) + DER.sequence(list)))
  }

  static func done(_ id: Int, operation: Int = 0x65, code: Int = 0) -> [UInt8] {
    message(id, DER.tagged(operation, DER.integer(code, tag: 0x0a) + DER.octets([]) + DER.octets([])))
  }

  /// A simple bind; without a password it is anonymous.
  static func bind(_ id: Int, _ dn: String, _ password: String) -> [UInt8] {
    message(id, DER.tagged(0x60, DER.integer(3) + DER.octets(Array(dn.utf8)) + DER.tagged(0x80, Array(password.utf8))))
  }

  static func unbind(_ id: Int) -> [UInt8] { message(id, [0x42, 0]) }
}
