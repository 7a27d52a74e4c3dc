// Telling a checksum that a network card had still to fill from one that is wrong.

/// What `ChecksumMode.auto` knows of offloading.
///
/// A packet captured on its way to a card that computes checksums holds either zero or the pseudo-header's sum, and is
/// recognised by that alone. Any other bad checksum is reported until `tolerance` of them came from one
/// address to another with hardly a good one among them: then the sender leaves something else in the field, and it is
/// muted too. Whoever must not be misled by a forger of such values runs with `ChecksumMode.validate`.
///
/// Learned per ordered pair of addresses, because all packets of a pair come to one worker: what is muted does not depend on
/// how many workers there are. At most `capacity` pairs are learned; the first come keep their place, others are judged by
/// form alone and counted in `unlearned`.
public struct ChecksumPolicy: Sendable {
  /// Bad checksums of a pair that are reported before it is muted.
  public static var tolerance: UInt32 { 4 }
  /// Pairs that can be learned.
  public static var capacity: Int { 4096 }

  /// Bad checksums that were put down to offloading.
  public private(set) var muted: UInt64 = 0
  /// Bad checksums of pairs for which there was no room.
  public private(set) var unlearned: UInt64 = 0

  private struct Pair: Sendable {
    var key: UInt64 = 0
    var bad: UInt32 = 0
    var good: UInt32 = 0
  }
  /// Open addressing; key 0 is free. Empty until the first bad checksum.
  private var pairs: [Pair] = []
  private var count = 0

  public init() {}

  /// Turns bad verdicts that offloading explains into `unknown`.
  @inline(__always)
  mutating func settle(_ packet: inout Packet) {
    if packet.hasBadChecksum {
      settleBad(&packet)
    } else if count > 0, packet.transportChecksum == .ok, let place = place(of: key(packet)), pairs[place].key != 0 {
      pairs[place].good &+= 1
    }
  }

  private mutating func settleBad(_ packet: inout Packet) {
    if packet.ipChecksum == .bad, packet.ipChecksumForm == .zero {
      packet.ipChecksum = .unknown
      muted &+= 1
    }
    if packet.transportChecksum == .bad, packet.transportChecksumForm != .unremarkable {
      packet.transportChecksum = .unknown
      muted &+= 1
    }
    guard packet.hasBadChecksum else { return }
    guard let place = learn(key(packet)) else {
      unlearned &+= 1
      return
    }
    pairs[place].bad &+= 1
    let pair = pairs[place]
    guard pair.bad > Self.tolerance, pair.good &* 16 < pair.bad else { return }
    if packet.ipChecksum == .bad { packet.ipChecksum = .unknown }
    if packet.transportChecksum == .bad { packet.transportChecksum = .unknown }
    muted &+= 1
  }

  /// Never 0.
  private func key(_ packet: Packet) -> UInt64 {
    var hash = packet.source.high ^ 0x9E37_79B9_7F4A_7C15
    hash = mix(hash) ^ packet.source.low
    hash = mix(hash) ^ packet.destination.high
    hash = mix(hash) ^ packet.destination.low
    return mix(hash) | 1
  }

  private func mix(_ word: UInt64) -> UInt64 {
    let product = (word ^ (word &>> 32)) &* 0xD6E8_FEB8_6659_FD93
    return product ^ (product &>> 32)
  }

  /// Where a key is, or the free place where it would be; nil if all that it may use are taken.
  private func place(of key: UInt64) -> Int? {
    for step in 0..<8 {
      let place = (Int(truncatingIfNeeded: key &>> 1) &+ step) & (Self.capacity &- 1)
      if pairs[place].key == key || pairs[place].key == 0 { return place }
    }
    return nil
  }

  private mutating func learn(_ key: UInt64) -> Int? {
    if pairs.isEmpty { pairs = Array(repeating: Pair(), count: Self.capacity) }
    guard let place = place(of: key) else { return nil }
    if pairs[place].key == 0 {
      pairs[place].key = key
      count &+= 1
    }
    return place
  }
}
