/// SSH's clear part (RFC 4253) and NTP (RFC 5905).

struct ShellMessages {
  let random: LabRandom

  /// A binary packet: padding to 8 bytes, at least 4.
  private func packet(_ payload: [UInt8]) -> [UInt8] {
    var padding = 8 - (payload.count + 5) % 8
    if padding < 4 { padding += 8 }
    var out: [UInt8] = []
    out.u32(UInt32(payload.count + 1 + padding))
    out.u8(padding)
    out += payload
    out.zeros(padding)
    return out
  }

  func exchangeInit() -> [UInt8] {
    var out: [UInt8] = [20] + random.bytes(16)
    let ciphers = "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-ctr"
    for list in [
      "curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-512", ciphers, ciphers,
      "hmac-sha2-256-etm@openssh.com",
      "hmac-sha2-256-etm@openssh.com", "none,zlib@openssh.com", "none,zlib@openssh.com", "", "",
    ] { out.counted(4) { $0.text(list) } }
    out.zeros(5)
    return packet(out)
  }

  func exchange() -> [UInt8] {
    var out: [UInt8] = [30]
    out.counted(4) { $0 += random.bytes(32) }
    return packet(out)
  }

  func exchangeReply() -> [UInt8] {
    var out: [UInt8] = [31]
    out.counted(4) { key in
      key.counted(4) { $0.text("ssh-ed25519") }
      key.counted(4) { $0 += random.bytes(32) }
    }
    out.counted(4) { $0 += random.bytes(32) }
    out.counted(4) { signature in
      signature.counted(4) { $0.text("ssh-ed25519") }
      signature.counted(4) { $0 += random.bytes(64) }
    }
    return packet(out) + newKeys()
  }

  func newKeys() -> [UInt8] { packet([21]) }
}

enum TimeMessages {
  /// Seconds since 1900 and their fraction.
  private static func stamp(_ time: LabTime) -> [UInt8] {
    var out: [UInt8] = []
    out.u32(UInt32(truncatingIfNeeded: time / second + 2_208_988_800))
    out.u32(UInt32(truncatingIfNeeded: (time % second) << 32 / second))
    return out
  }

  static func request(_ time: LabTime) -> [UInt8] {
    var out: [UInt8] = [0x23, 0, 10, 0xe9]
    out.zeros(36)
    return out + stamp(time)
  }

  static func reply(_ asked: LabTime, _ time: LabTime, stratum: Int) -> [UInt8] {
    var out: [UInt8] = [0x24, UInt8(truncatingIfNeeded: stratum), 10, 0xe9]
    out.u32(0x0000_0120)
    out.u32(0x0000_0280)
    out += [192, 0, 2, 123]
    return out + stamp(time - 300 * second) + stamp(asked) + stamp(time) + stamp(time + 40_000)
  }
}
