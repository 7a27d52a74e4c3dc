/// Which worker a frame goes to: by the unordered pair of its outer addresses, so that both directions, fragments and
/// what is counted per host pair meet.

import Packets

enum FrameDispatch {
  /// The worker for a frame, 0..<workers. Frames without a sound IP header go to worker 0: what is wrong with them is
  /// counted together. An ICMP error goes where the flow that it quotes goes.
  static func worker(for frame: UnsafeRawBufferPointer, linkType: LinkType, workers: Int) -> Int {
    guard workers > 1, let (offset, version) = network(frame, linkType) else { return 0 }
    let packet = UnsafeRawBufferPointer(rebasing: frame[offset...])
    guard version == 0 || packet[0] >> 4 == version, let hash = pairHash(packet, mayQuote: true) else { return 0 }
    return Int(hash % UInt64(workers))
  }

  /// Where the IP header begins and of which version it is said to be, 0 where it says so itself; nil if there is none.
  private static func network(_ frame: UnsafeRawBufferPointer, _ linkType: LinkType) -> (offset: Int, version: UInt8)? {
    func u16(_ at: Int) -> UInt16? {
      at + 2 <= frame.count ? UInt16(bigEndian: frame.loadUnaligned(fromByteOffset: at, as: UInt16.self)) : nil
    }
    var offset: Int
    var etherType: UInt16?
    switch linkType {
    case .ethernet: (offset, etherType) = (14, u16(12))
    case .linuxCooked: (offset, etherType) = (16, u16(14))
    case .linuxCooked2: (offset, etherType) = (20, u16(0))
    case .raw, .rawDLT12, .rawDLT14: return frame.isEmpty ? nil : (0, 0)
    case .ipv4, .ipv6: return frame.isEmpty ? nil : (0, linkType == .ipv4 ? 4 : 6)
    case .null, .loop:
      guard frame.count > 4 else { return nil }
      let family = UInt32(bigEndian: frame.loadUnaligned(as: UInt32.self))
      return PacketDecoder.ipVersion(ofFamily: family, networkOrder: linkType == .loop).map { (4, $0) }
    default: return nil
    }
    // At most four tags: the decoder's business is what more of them mean.
    for _ in 0..<4 {
      guard let type = etherType else { return nil }
      switch type {
      case 0x0800, 0x86DD: return offset < frame.count ? (offset, type == 0x0800 ? 4 : 6) : nil
      case 0x8100, 0x88A8, 0x9100: (offset, etherType) = (offset + 4, u16(offset + 2))
      default: return nil
      }
    }
    return nil
  }

  /// - Parameter mayQuote: whether an ICMP error in it counts for what it quotes; in a quote itself it does not, and only what
  ///   names its hosts has to be sound there.
  private static func pairHash(_ packet: UnsafeRawBufferPointer, mayQuote: Bool) -> UInt64? {
    func word(_ at: Int) -> UInt64 { UInt64(packet.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    guard let first = packet.first else { return nil }
    switch first >> 4 {
    case 4:
      guard packet.count >= 20 else { return nil }
      let header = Int(first & 15) * 4
      if mayQuote {
        let total = Int(packet[2]) << 8 | Int(packet[3])
        guard header >= 20, header <= packet.count, total == 0 || total >= header else { return nil }
        // Fragments keep to the outer pair: the later ones quote nothing, and they have to meet.
        if packet[9] == 1, packet[6] & 0x3F | packet[7] == 0 {
          let end = total == 0 ? packet.count : min(total, packet.count)
          if let hash = quotedHash(packet, header, end, version: 4) { return hash }
        }
      }
      return mix(word(12) &+ word(16), word(12) ^ word(16))
    case 6:
      guard packet.count >= 40 else { return nil }
      if mayQuote, let start = icmpOffset(packet) {
        let length = Int(packet[4]) << 8 | Int(packet[5])
        // Zero stands for a jumbogram, or for what was captured before the network card cut it.
        let end = length == 0 ? packet.count : min(40 + length, packet.count)
        if let hash = quotedHash(packet, start, end, version: 6) { return hash }
      }
      var sum: UInt64 = 0
      var xor: UInt64 = 0
      for i in stride(from: 0, to: 16, by: 4) {
        // Kept apart by position, or swapped words of one address would collide by design.
        sum = (sum &+ word(8 + i) &+ word(24 + i)) &* 0x9e37_79b9_7f4a_7c15
        xor = (xor ^ word(8 + i) ^ word(24 + i)) &* 0xbf58_476d_1ce4_e5b9
      }
      return mix(sum, xor)
    default: return nil
    }
  }

  /// The hash of the pair that an ICMP error quotes; nil where it is none, or quotes none.
  /// - Parameters:
  ///   - start: where the ICMP header begins.
  ///   - end: where the packet does, by its own length.
  private static func quotedHash(_ packet: UnsafeRawBufferPointer, _ start: Int, _ end: Int, version: UInt8) -> UInt64?
  {
    guard end > start + 8, version == 4 ? isICMPError(packet[start]) : (1...4).contains(packet[start]) else {
      return nil
    }
    let quoted = UnsafeRawBufferPointer(rebasing: packet[(start + 8)..<end])
    return isWholeHeader(quoted, version: version) ? pairHash(quoted, mayQuote: false) : nil
  }

  /// Where the ICMPv6 header of a packet that is no fragment begins, behind whatever extension headers; nil if there is none.
  private static func icmpOffset(_ packet: UnsafeRawBufferPointer) -> Int? {
    var next = packet[6]
    var at = 40
    // Each header has eight bytes or more; beyond so many the decoder reads none either.
    for _ in 0..<64 {
      if next == 58 { return at }
      guard PacketDecoder.isExtension(next), at + 8 <= packet.count else { return nil }
      // A fragment that is the whole packet is read on (RFC 6946).
      if next == 44, packet[at + 2] != 0 || packet[at + 3] & 0xF9 != 0 { return nil }
      let length = PacketDecoder.extensionLength(next, packet[at + 1])
      guard length >= (next == 51 ? 12 : 8) else { return nil }
      next = packet[at]
      at += length
    }
    return nil
  }

  /// Whether a quote names its two hosts: the condition on which flow tracking ties an error to them.
  private static func isWholeHeader(_ quoted: UnsafeRawBufferPointer, version: UInt8) -> Bool {
    guard let first = quoted.first, first >> 4 == version else { return false }
    if version == 6 { return quoted.count >= 40 }
    let header = Int(first & 15) * 4
    return header >= 20 && header <= quoted.count
  }

  /// Destination unreachable, source quench, redirect, time exceeded, parameter problem.
  private static func isICMPError(_ type: UInt8) -> Bool {
    type == 3 || type == 4 || type == 5 || type == 11 || type == 12
  }

  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var x = a &* 0x9e37_79b9_7f4a_7c15 ^ b
    x = (x ^ (x >> 32)) &* 0xd6e8_feb8_6659_fd93
    return x ^ (x >> 32)
  }
}
