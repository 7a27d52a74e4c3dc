/// SMB 3 from its first bytes (MS-SMB2) to where it is encrypted, and NTLM (MS-NLMP) inside it.

struct FileMessages {
  let random: LabRandom

  /// Direct TCP: a zero and three bytes of length.
  private func framed(_ message: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0]
    out.u24(message.count)
    return out + message
  }

  private func header(_ command: Int, status: UInt32 = 0, message: UInt64, session: UInt64 = 0, reply: Bool) -> [UInt8]
  {
    var out: [UInt8] = [0xfe, 0x53, 0x4d, 0x42]
    out.le16(64)
    out.le16(1)
    out.le32(status)
    out.le16(command)
    out.le16(reply ? 33 : 31)
    out.le32(reply ? 1 : 0)
    out.le32(0)
    out.le64(message)
    out.le32(0xfeff)
    out.le32(0)
    out.le64(session)
    out.zeros(16)
    return out
  }

  func negotiate() -> [UInt8] {
    var out = header(0, message: 0, reply: false)
    out.le16(36)
    out.le16(3)
    out.le16(1)
    out.le16(0)
    out.le32(0x7f)
    out += random.bytes(16)
    out.le64(0)
    for dialect in [0x0202, 0x0210, 0x0302] { out.le16(dialect) }
    return framed(out)
  }

  /// `time` as FILETIME: tenths of microseconds since 1601.
  func negotiated(_ time: LabTime) -> [UInt8] {
    var out = header(0, message: 0, reply: true)
    out.le16(65)
    out.le16(1)
    out.le16(0x0302)
    out.le16(0)
    out += random.bytes(16)
    out.le32(0x2f)
    for _ in 0..<3 { out.le32(1_048_576) }
    out.le64(UInt64(time / 100 + 116_444_736_000_000_000))
    out.le64(0)
    out.le16(128)
    out.le16(0)
    out.le32(0)
    return framed(out)
  }

  func setup(_ token: [UInt8], message: UInt64, session: UInt64) -> [UInt8] {
    var out = header(1, message: message, session: session, reply: false)
    out.le16(25)
    out.u8(0)
    out.u8(1)
    out.le32(1)
    out.le32(0)
    out.le16(88)
    out.le16(token.count)
    out.le64(0)
    return framed(out + token)
  }

  func setupReply(_ token: [UInt8], status: UInt32, message: UInt64, session: UInt64) -> [UInt8] {
    var out = header(1, status: status, message: message, session: session, reply: true)
    out.le16(9)
    out.le16(0)
    out.le16(token.isEmpty ? 0 : 72)
    out.le16(token.count)
    return framed(out + (token.isEmpty ? [] : token))
  }

  /// STATUS_MORE_PROCESSING_REQUIRED
  static let more: UInt32 = 0xc000_0016

  /// An encrypted message (MS-SMB2 2.2.41).
  func sealed(_ count: Int, session: UInt64) -> [UInt8] {
    var out: [UInt8] = [0xfd, 0x53, 0x4d, 0x42]
    out += random.bytes(16) + random.bytes(11)
    out.zeros(5)
    out.le32(UInt32(count))
    out.le16(0)
    out.le16(1)
    out.le64(session)
    return framed(out + random.bytes(count))
  }
}

struct NTLMMessages {
  let random: LabRandom
  private static let flags: UInt32 = 0x6208_8215

  private static func start(_ type: UInt32) -> [UInt8] {
    var out = Array("NTLMSSP".utf8) + [0]
    out.le32(type)
    return out
  }

  func negotiate() -> [UInt8] {
    var out = Self.start(1)
    out.le32(Self.flags)
    out.zeros(16)
    // Version 10.0.17763, NTLM revision 15
    return out + [0x0a, 0, 0x63, 0x45, 0, 0, 0, 0x0f]
  }

  func challenge(_ domain: String) -> [UInt8] {
    let target = utf16(domain)
    var pairs: [UInt8] = []
    pairs.le16(2)
    pairs.le16(target.count)
    pairs += target
    pairs.zeros(4)
    var out = Self.start(2)
    out.le16(target.count)
    out.le16(target.count)
    out.le32(56)
    out.le32(Self.flags | 0x0081_0000)
    out += random.bytes(8)
    out.zeros(8)
    out.le16(pairs.count)
    out.le16(pairs.count)
    out.le32(UInt32(56 + target.count))
    out += [0x0a, 0, 0x63, 0x45, 0, 0, 0, 0x0f]
    return out + target + pairs
  }

  func authenticate(_ domain: String, _ user: String, _ machine: String) -> [UInt8] {
    let parts = [random.bytes(24), random.bytes(24), utf16(domain), utf16(user), utf16(machine), random.bytes(16)]
    var out = Self.start(3)
    var offset = 72
    for part in parts {
      out.le16(part.count)
      out.le16(part.count)
      out.le32(UInt32(offset))
      offset += part.count
    }
    out.le32(Self.flags)
    out += [0x0a, 0, 0x63, 0x45, 0, 0, 0, 0x0f]
    return out + parts.flatMap { $0 }
  }
}
