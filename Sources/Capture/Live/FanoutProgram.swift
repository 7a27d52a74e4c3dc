// The classic BPF program that says which member of a fanout group gets a frame.

import CLibpcap

/// Hashes the unordered pair of a frame's outer IP addresses, so that both directions of a flow, all fragments of a datagram
/// and what is counted per pair of hosts meet in one member. An ICMP error goes where the flow that it quotes goes, unless
/// it comes in fragments. Frames without IP all go to the first member.
///
/// Frames begin with an Ethernet header; up to four VLAN tags are passed over.
struct FanoutProgram {
  private(set) var instructions: [sock_filter] = []

  /// SKF_LL_OFF: the kernel reads offsets from there on as from the link header, wherever a frame's data begin. A received
  /// frame's begin at its network header, a sent one's at its link header.
  static let linkHeader: UInt32 = 0xFFE0_0000

  /// - Parameter origin: what offsets are counted from: `linkHeader` in the kernel, 0 for `bpf_filter` on a frame.
  init(origin: UInt32 = linkHeader) {
    // X holds how much longer the link header is than 14 bytes, later also how far in the packet is that is looked at.
    emit(loadX, 0)
    for tags in 0..<4 {
      emit(loadHalf, origin &+ 12)
      jump("packet", ifEqual: 0x0800)
      jump("packet", ifEqual: 0x86DD)
      jump("tag\(tags)", ifEqual: 0x8100)
      jump("tag\(tags)", ifEqual: 0x88A8)
      jump("tag\(tags)", ifEqual: 0x9100)
      jumpAlways("other")
      mark("tag\(tags)")
      emit(loadX, UInt32(tags &+ 1) &* 4)
    }
    emit(loadHalf, origin &+ 12)
    jump("packet", ifEqual: 0x0800)
    jump("packet", ifEqual: 0x86DD)
    jumpAlways("other")

    let ip = origin &+ 14
    mark("packet")
    version(ip, four: "four", six: "six")

    mark("four")
    emit(loadByte, ip &+ 9)
    jump("icmp", ifEqual: 1)
    jumpAlways("pair4")
    mark("icmp")
    // Fragments keep to the outer pair: the later ones quote nothing.
    emit(loadHalf, ip &+ 6)
    emit(andK, 0x3FFF)
    jump("icmpWhole", ifEqual: 0)
    jumpAlways("pair4")
    mark("icmpWhole")
    emit(storeX, 1)
    emit(loadByte, ip)
    emit(andK, 0xF)
    emit(shiftLeft, 2)
    emit(addX, 0)
    emit(toX, 0)
    emit(loadByte, ip)
    for type: UInt32 in [3, 4, 5, 11, 12] { jump("quoted", ifEqual: type) }
    emit(loadScratchX, 1)
    jumpAlways("pair4")
    mark("quoted")
    emit(fromX, 0)
    emit(addK, 8)
    emit(toX, 0)
    version(ip, four: "pair4", six: "pair6")

    mark("six")
    emit(loadByte, ip &+ 6)
    jump("icmp6", ifEqual: 58)
    jumpAlways("pair6")
    mark("icmp6")
    emit(loadByte, ip &+ 40)
    jump("pair6", ifEqual: 0)
    jump("pair6", ifSet: 0x80)
    emit(fromX, 0)
    emit(addK, 48)
    emit(toX, 0)
    version(ip, four: "pair4", six: "pair6")

    mark("pair4")
    emit(loadWord, ip &+ 12)
    emit(store, 2)
    emit(loadWord, ip &+ 16)
    emit(store, 3)
    combine()
    jumpAlways("done")

    mark("pair6")
    // Word by word, each mixed before the next: swapped words of one address would collide by design otherwise.
    emit(loadImmediate, 0)
    emit(store, 4)
    for word: UInt32 in 0..<4 {
      emit(loadWord, ip &+ 8 &+ word &* 4)
      emit(store, 2)
      emit(loadWord, ip &+ 24 &+ word &* 4)
      emit(store, 3)
      emit(storeX, 5)
      combine()
      emit(loadScratchX, 4)
      emit(xorX, 0)
      emit(multiply, 0x85EB_CA6B)
      emit(store, 4)
      emit(loadScratchX, 5)
    }
    mark("done")
    // The upper bits depend on all lower ones.
    emit(shiftRight, 16)
    emit(returnA, 0)
    mark("other")
    emit(returnK, 0)
    resolve()
  }

  /// Goes on by the version of the packet at X; one of another version is none.
  private mutating func version(_ ip: UInt32, four: String, six: String) {
    emit(loadByte, ip)
    emit(shiftRight, 4)
    jump(four, ifEqual: 4)
    jump(six, ifEqual: 6)
    jumpAlways("other")
  }

  /// A = a mix of the words in scratch 2 and 3 that does not depend on which is which. Changes X.
  private mutating func combine() {
    emit(loadScratchX, 2)
    emit(loadScratch, 3)
    emit(xorX, 0)
    emit(multiply, 0x9E37_79B1)
    emit(store, 6)
    emit(loadScratch, 3)
    emit(addX, 0)
    emit(loadScratchX, 6)
    emit(xorX, 0)
    emit(multiply, 0xC2B2_AE35)
  }

  // MARK: assembling

  // Class, size and mode as in bpf(4); loads are indexed by X.
  private let loadByte: UInt16 = 0x50
  private let loadHalf: UInt16 = 0x48
  private let loadWord: UInt16 = 0x40
  private let loadImmediate: UInt16 = 0x00
  private let loadScratch: UInt16 = 0x60
  private let loadX: UInt16 = 0x01
  private let loadScratchX: UInt16 = 0x61
  private let store: UInt16 = 0x02
  private let storeX: UInt16 = 0x03
  private let addK: UInt16 = 0x04
  private let addX: UInt16 = 0x0C
  private let multiply: UInt16 = 0x24
  private let andK: UInt16 = 0x54
  private let xorX: UInt16 = 0xAC
  private let shiftLeft: UInt16 = 0x64
  private let shiftRight: UInt16 = 0x74
  private let toX: UInt16 = 0x07
  private let fromX: UInt16 = 0x87
  private let returnK: UInt16 = 0x06
  private let returnA: UInt16 = 0x16

  private var labels: [String: Int] = [:]
  private var jumps: [(at: Int, to: String)] = []

  private mutating func emit(_ code: UInt16, _ k: UInt32) {
    instructions.append(sock_filter(code: code, jt: 0, jf: 0, k: k))
  }

  private mutating func mark(_ label: String) { labels[label] = instructions.count }

  private mutating func jumpAlways(_ label: String) {
    jumps.append((instructions.count, label))
    emit(0x05, 0)
  }

  /// A conditional jump reaches 255 instructions only: it steps over or onto one that reaches any.
  private mutating func jump(_ label: String, ifEqual k: UInt32) {
    instructions.append(sock_filter(code: 0x15, jt: 0, jf: 1, k: k))
    jumpAlways(label)
  }

  private mutating func jump(_ label: String, ifSet k: UInt32) {
    instructions.append(sock_filter(code: 0x45, jt: 0, jf: 1, k: k))
    jumpAlways(label)
  }

  private mutating func resolve() {
    for (at, label) in jumps {
      instructions[at].k = UInt32(truncatingIfNeeded: (labels[label] ?? at) &- at &- 1)
    }
  }
}
