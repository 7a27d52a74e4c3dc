/// TLS as it looks from outside (RFC 8446, RFC 5246): hellos in clear, a certificate in 1.2, the rest opaque.

/// What a TLS client says in its hello: each stack has its own.
struct HelloProfile: Sendable {
  var ciphers: [Int]
  var groups: [Int]
  var signatures: [Int]
  var protocols: [String]
  var isModern = true
  /// Reserved values that keep servers tolerant (RFC 8701).
  var greases = false

  private static let common = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
  ]
  private static let modern = [0x1301, 0x1302, 0x1303]

  static let chromium = HelloProfile(
    ciphers: modern + common, groups: [29, 23, 24],
    signatures: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
    protocols: ["h2", "http/1.1"], greases: true)
  static let firefox = HelloProfile(
    ciphers: [0x1301, 0x1303, 0x1302] + common, groups: [29, 23, 24, 25, 256, 257],
    signatures: [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601], protocols: ["h2", "http/1.1"])
  static let schannel = HelloProfile(
    ciphers: [
      0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0xc00a, 0xc009, 0xc014, 0xc013, 0x009d, 0x009c,
      0x003d, 0x003c, 0x0035, 0x002f,
    ],
    groups: [29, 23, 24],
    signatures: [0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601, 0x0603],
    protocols: [], isModern: false)
  static let library = HelloProfile(
    ciphers: modern + [0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e, 0x00ff],
    groups: [29, 23, 30, 25, 24],
    signatures: [0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601],
    protocols: ["http/1.1"])
}

struct SecureMessages {
  let random: LabRandom

  static func record(_ type: Int, _ body: [UInt8], version: Int = 0x0303) -> [UInt8] {
    var out: [UInt8] = []
    // A record holds 2^14 bytes at most.
    var offset = 0
    repeat {
      let part = body[offset..<min(offset + 16_384, body.count)]
      out.u8(type)
      out.u16(version)
      out.u16(part.count)
      out += part
      offset += 16_384
    } while offset < body.count
    return out
  }

  private static func handshake(_ type: Int, _ body: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [UInt8(truncatingIfNeeded: type)]
    out.u24(body.count)
    return out + body
  }

  private static func option(_ type: Int, _ body: [UInt8], to list: inout [UInt8]) {
    list.u16(type)
    list.u16(body.count)
    list += body
  }

  private static func numbers(_ values: [Int]) -> [UInt8] {
    var out: [UInt8] = []
    out.counted(2) { for value in values { $0.u16(value) } }
    return out
  }

  func clientHello(_ name: String?, _ profile: HelloProfile) -> [UInt8] {
    let grease = 0x0a0a + 0x1010 * random.below(16)
    var body: [UInt8] = [3, 3] + random.bytes(32)
    body.counted(1) { $0 += profile.isModern ? random.bytes(32) : [] }
    body += Self.numbers((profile.greases ? [grease] : []) + profile.ciphers)
    body += [1, 0]
    body.counted(2) { list in
      if profile.greases { Self.option(grease, [], to: &list) }
      if let name {
        var value: [UInt8] = []
        value.counted(2) { inner in
          inner.u8(0)
          inner.counted(2) { $0.text(name) }
        }
        Self.option(0, value, to: &list)
      }
      Self.option(23, [], to: &list)
      Self.option(0xff01, [0], to: &list)
      Self.option(10, Self.numbers((profile.greases ? [grease] : []) + profile.groups), to: &list)
      Self.option(11, [1, 0], to: &list)
      Self.option(35, [], to: &list)
      if !profile.protocols.isEmpty {
        var value: [UInt8] = []
        value.counted(2) { inner in
          for name in profile.protocols { inner.counted(1) { $0.text(name) } }
        }
        Self.option(16, value, to: &list)
      }
      Self.option(5, [1, 0, 0, 0, 0], to: &list)
      Self.option(13, Self.numbers(profile.signatures), to: &list)
      if profile.isModern {
        var share: [UInt8] = []
        share.counted(2) { inner in
          inner.u16(29)
          inner.counted(2) { $0 += random.bytes(32) }
        }
        Self.option(51, share, to: &list)
        Self.option(45, [1, 1], to: &list)
        var versions: [UInt8] = []
        versions.counted(1) {
          if profile.greases { $0.u16(grease) }
          $0.u16(0x0304)
          $0.u16(0x0303)
        }
        Self.option(43, versions, to: &list)
      }
    }
    return Self.record(22, Self.handshake(1, body), version: 0x0301)
  }

  /// The server's first flight. 1.3: hello, then all encrypted; 1.2: hello, certificate, key exchange, done.
  func serverFlight(_ name: String, modern: Bool, chosen: String?, _ time: LabTime) -> [UInt8] {
    var body: [UInt8] = [3, 3] + random.bytes(32)
    body.counted(1) { $0 += random.bytes(32) }
    body.u16(modern ? 0x1301 : 0xc02f)
    body.u8(0)
    if modern {
      body.counted(2) { list in
        Self.option(43, [3, 4], to: &list)
        var share: [UInt8] = []
        share.u16(29)
        share.counted(2) { $0 += random.bytes(32) }
        Self.option(51, share, to: &list)
      }
      return Self.record(22, Self.handshake(2, body)) + Self.record(20, [1])
        + Self.record(23, random.bytes(random.within(2200...4100)))
    }
    body.counted(2) { list in
      Self.option(0xff01, [0], to: &list)
      Self.option(23, [], to: &list)
      if let chosen {
        var value: [UInt8] = []
        value.counted(2) { inner in inner.counted(1) { $0.text(chosen) } }
        Self.option(16, value, to: &list)
      }
    }
    var chain: [UInt8] = []
    chain.counted(3) { list in
      list.counted(3) { $0 += certificate(name, time) }
    }
    var exchange: [UInt8] = [3, 0, 29]
    exchange.counted(1) { $0 += random.bytes(32) }
    exchange.u16(0x0804)
    exchange.counted(2) { $0 += random.bytes(256) }
    return Self.record(22, Self.handshake(2, body)) + Self.record(22, Self.handshake(11, chain))
      + Self.record(22, Self.handshake(12, exchange)) + Self.record(22, Self.handshake(14, []))
  }

  /// The client's second flight.
  func clientFinish(modern: Bool) -> [UInt8] {
    if modern { return Self.record(20, [1]) + Self.record(23, random.bytes(53)) }
    var exchange: [UInt8] = []
    exchange.counted(1) { $0 += random.bytes(32) }
    return Self.record(22, Self.handshake(16, exchange)) + Self.record(20, [1]) + Self.record(22, random.bytes(40))
  }

  func serverFinish(modern: Bool) -> [UInt8] {
    modern
      ? Self.record(23, random.bytes(random.within(180...260)))
      : Self.record(20, [1]) + Self.record(22, random.bytes(40))
  }

  func data(_ count: Int) -> [UInt8] { Self.record(23, random.bytes(max(count, 24))) }

  /// X.509 in form, with a key and a signature that are nothing but numbers.
  private func certificate(_ name: String, _ time: LabTime) -> [UInt8] {
    func stamp(_ time: LabTime) -> [UInt8] {
      let civil = CivilTime(time)
      let text = "\(padded(civil.year % 100, 2))\(padded(civil.month, 2))\(padded(civil.day, 2))000000Z"
      return DER.tagged(0x17, Array(text.utf8))
    }
    func commonName(_ text: String) -> [UInt8] {
      DER.sequence(DER.tagged(0x31, DER.sequence(DER.tagged(0x06, [0x55, 4, 3]) + DER.tagged(0x0c, Array(text.utf8)))))
    }
    let algorithm = DER.sequence(DER.tagged(0x06, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b]) + [5, 0])
    let key = DER.sequence(
      DER.sequence(
        DER.tagged(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1])
          + DER.tagged(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]))
        + DER.tagged(0x03, [0, 4] + random.bytes(64)))
    let names = DER.sequence(DER.tagged(0x82, Array(name.utf8)))
    let extensions = DER.tagged(
      0xa3, DER.sequence(DER.sequence(DER.tagged(0x06, [0x55, 0x1d, 0x11]) + DER.tagged(0x04, names))))
    let body = DER.sequence(
      DER.tagged(0xa0, DER.integer(2)) + DER.tagged(0x02, [0x11] + random.bytes(15)) + algorithm
        + commonName("Meadowgate Issuing CA 3") + DER.sequence(stamp(time - 40 * day) + stamp(time + 50 * day))
        + commonName(name) + key + extensions)
    return DER.sequence(body + algorithm + DER.tagged(0x03, [0] + random.bytes(256)))
  }
}
