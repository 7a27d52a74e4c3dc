// Telling a checksum that a network card had still to fill from one that is wrong.

/// What `ChecksumMode.auto` knows of offloading.
///
/// A packet captured on its way to a card that computes checksums holds either zero or the pseudo-header's sum, and is
/// recognised by that alone. Any other bad checksum is reported until `tolerance` of them came over one interface from one
/// address to another with hardly a good one among them: then the sender leaves something else in the field, and it is
/// muted too. Whoever must not be misled by a forger of such values runs with `ChecksumMode.validate`.
///
/// Learned per interface and ordered pair of addresses, because all packets of a pair come to one worker: what is muted does
/// not depend on how many workers there are. At most `capacity` pairs are learned; the first come keep their place, others
/// are judged by form alone and counted in `unlearned`. `offloading` says where offloading was recognised.
public struct ChecksumPolicy: Sendable {
  /// Bad checksums of a pair that are reported before it is muted.
  public static var tolerance: UInt32 { 4 }
  /// Pairs that can be learned.
  public static var capacity: Int { 16384 }
  /// Interfaces for which `offloading` has an entry of its own; the rest share the last.
  public static var interfaceCapacity: Int { 64 }

  /// An interface on which checksums are left to a network card, and what was put down to that.
  public struct Offloading: Sendable, Equatable {
    /// The last of `interfaceCapacity` entries stands for all interfaces that came later, and has `UInt32.max`.
    public var interface: UInt32
    /// When it was first seen, nanoseconds since 1970 UTC.
    public var since: Int64
    /// The packet in which it was.
    public var firstPacket: UInt64
    /// Packets whose checksum was not reported.
    public var muted: UInt64
    /// Of these, such with an empty field or the pseudo-header's sum in it; the others were learned.
    public var recognised: UInt64
    /// Addresses of that packet: the direction in which it goes.
    public var source: NetworkAddress
    public var destination: NetworkAddress

    public init(
      interface: UInt32, since: Int64, firstPacket: UInt64, muted: UInt64, recognised: UInt64, source: NetworkAddress,
      destination: NetworkAddress
    ) {
      self.interface = interface
      self.since = since
      self.firstPacket = firstPacket
      self.muted = muted
      self.recognised = recognised
      self.source = source
      self.destination = destination
    }
  }

  /// Bad checksums that were put down to offloading.
  public private(set) var muted: UInt64 = 0
  /// Bad checksums of pairs for which there was no room.
  public private(set) var unlearned: UInt64 = 0
  /// Where offloading was recognised, by interface, in the order in which it was.
  public private(set) var offloading: [Offloading] = []

  /// An interface and an ordered pair of addresses: small, so that no packet is copied on the way here.
  struct Way {
    var interface: UInt32
    var source: NetworkAddress
    var destination: NetworkAddress
    /// The outermost tunnel, 0 for none: packets are spread over decoders by its ends.
    var tunnel: UInt64

    @inline(__always)
    init(of packet: inout Packet) {
      interface = packet.interface
      tunnel = packet.tunnelDepth == 0 ? 0 : packet.tunnelEnds
      source = packet.source
      destination = packet.destination
    }

    /// Never 0.
    var key: UInt64 {
      var hash = source.high ^ 0x9E37_79B9_7F4A_7C15 &+ UInt64(interface) ^ tunnel
      hash = mix(hash) ^ source.low
      hash = mix(hash) ^ destination.high
      hash = mix(hash) ^ destination.low
      return mix(hash) | 1
    }

    @inline(__always)
    var filterBit: Int {
      let word = (source.low ^ source.high) &* 0x9E37_79B9_7F4A_7C15 ^ destination.low
      return Int(truncatingIfNeeded: (word &* 0xD6E8_FEB8_6659_FD93) &>> 50)
    }

    @inline(__always)
    private func mix(_ word: UInt64) -> UInt64 {
      let product = (word ^ (word &>> 32)) &* 0xD6E8_FEB8_6659_FD93
      return product ^ (product &>> 32)
    }
  }

  /// What several decoders of one capture recognised, taken together: by interface, in order.
  public static func merge(_ parts: [Offloading]) -> [Offloading] {
    var whole: [UInt32: Offloading] = [:]
    for part in parts {
      guard var known = whole[part.interface] else {
        whole[part.interface] = part
        continue
      }
      let first = (part.since, part.firstPacket) < (known.since, known.firstPacket) ? part : known
      known.muted &+= part.muted
      known.recognised &+= part.recognised
      (known.since, known.firstPacket) = (first.since, first.firstPacket)
      (known.source, known.destination) = (first.source, first.destination)
      whole[part.interface] = known
    }
    return whole.values.sorted { $0.interface < $1.interface }
  }

  private struct Pair: Sendable {
    var key: UInt64 = 0
    var bad: UInt32 = 0
    var good: UInt32 = 0
  }
  /// Open addressing; key 0 is free. Empty until the first bad checksum.
  private var pairs: [Pair] = []
  private var count = 0
  /// One bit of 16384 for each learned pair, so that packets of others pass without a look at the table. Empty until then.
  private var filter: [UInt64] = []

  public init() {}

  /// Counts a good checksum, if it is of a pair that has had bad ones.
  @inline(__always)
  mutating func noteGood(_ way: Way) {
    let bit = way.filterBit
    if filter[bit &>> 6] &>> UInt64(bit & 63) & 1 != 0 { noteGood(ofLearned: way) }
  }

  /// Whether any pair was learned, so that good checksums matter.
  @inline(__always) var hasLearned: Bool { count > 0 }

  @inline(never)
  private mutating func noteGood(ofLearned way: Way) {
    if let place = place(of: way.key), pairs[place].key != 0 { pairs[place].good &+= 1 }
  }

  /// Turns bad verdicts that offloading explains into `unknown`.
  @inline(never)
  mutating func settleBad(_ packet: inout Packet) {
    var recognised = false
    if packet.ipChecksum == .bad, packet.ipChecksumForm == .zero {
      packet.ipChecksum = .unknown
      muted &+= 1
      recognised = true
    }
    if packet.transportChecksum == .bad, packet.transportChecksumForm != .unremarkable {
      packet.transportChecksum = .unknown
      muted &+= 1
      recognised = true
    }
    let way = Way(of: &packet)
    if recognised { say(way, at: packet.time, in: packet.number, recognised: true) }
    guard packet.hasBadChecksum else { return }
    guard let place = learn(way) else {
      unlearned &+= 1
      return
    }
    pairs[place].bad &+= 1
    let pair = pairs[place]
    guard pair.bad > Self.tolerance, pair.good &* 16 < pair.bad else { return }
    if packet.ipChecksum == .bad { packet.ipChecksum = .unknown }
    if packet.transportChecksum == .bad { packet.transportChecksum = .unknown }
    muted &+= 1
    if !recognised { say(way, at: packet.time, in: packet.number, recognised: false) }
  }

  /// Counts a packet in `offloading`.
  private mutating func say(_ way: Way, at time: Int64, in number: UInt64, recognised: Bool) {
    let interface = way.interface
    var place: Int?
    for at in 0..<offloading.count where offloading[at].interface == interface { place = at }
    if place == nil, offloading.count == Self.interfaceCapacity { place = offloading.count - 1 }
    guard let place else {
      offloading.append(
        Offloading(
          interface: offloading.count == Self.interfaceCapacity - 1 ? .max : interface, since: time,
          firstPacket: number,
          muted: 1,
          recognised: recognised ? 1 : 0, source: way.source, destination: way.destination))
      return
    }
    offloading[place].muted &+= 1
    if recognised { offloading[place].recognised &+= 1 }
  }

  /// Where a key is, or the free place where it would be; nil if all that it may use are taken.
  private func place(of key: UInt64) -> Int? {
    for step in 0..<8 {
      let place = (Int(truncatingIfNeeded: key &>> 1) &+ step) & (Self.capacity &- 1)
      if pairs[place].key == key || pairs[place].key == 0 { return place }
    }
    return nil
  }

  private mutating func learn(_ way: Way) -> Int? {
    if pairs.isEmpty {
      pairs = Array(repeating: Pair(), count: Self.capacity)
      filter = Array(repeating: 0, count: 256)
    }
    let key = way.key
    guard let place = place(of: key) else { return nil }
    if pairs[place].key == 0 {
      pairs[place].key = key
      count &+= 1
      let bit = way.filterBit
      filter[bit &>> 6] |= 1 &<< UInt64(bit & 63)
    }
    return place
  }
}
