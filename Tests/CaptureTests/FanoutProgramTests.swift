import CLibpcap
import TestSupport
import Testing

@testable import Capture

@Suite("Spreading live frames over workers")
struct FanoutProgramTests {
  /// What the program says of a frame, run by libpcap's interpreter: nil when it looks beyond the frame's end.
  private func answer(_ frame: [UInt8]) -> UInt32 {
    let instructions = FanoutProgram(origin: 0).instructions.map {
      bpf_insn(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k)
    }
    return instructions.withUnsafeBufferPointer {
      bpf_filter($0.baseAddress, frame, UInt32(frame.count), UInt32(frame.count))
    }
  }

  private func udp(_ from: String, _ to: String) -> IPv4 { IPv4(from: from, to: to, UDP(from: 1000, to: 2000)) }

  @Test("Both directions meet, over IPv4 and IPv6, with and without VLAN tags")
  func directions() {
    for i in 1..<60 {
      let there = udp("10.0.\(i).1", "192.0.2.\(i)")
      let back = udp("192.0.2.\(i)", "10.0.\(i).1")
      #expect(answer(Ethernet(there).bytes) == answer(Ethernet(back).bytes))
      #expect(answer(Ethernet(VLAN(7, there)).bytes) == answer(Ethernet(back).bytes))
      #expect(answer(Ethernet(VLAN(7, VLAN(9, there))).bytes) == answer(Ethernet(back).bytes))
      let six = IPv6(from: "2001:db8::\(i)", to: "2001:db8:1::1", UDP(from: 1, to: 2))
      let sixBack = IPv6(from: "2001:db8:1::1", to: "2001:db8::\(i)", UDP(from: 2, to: 1))
      #expect(answer(Ethernet(six).bytes) == answer(Ethernet(sixBack).bytes))
    }
  }

  @Test("Pairs of hosts are spread over the members")
  func spread() {
    for members: UInt32 in [2, 3, 4] {
      var counts = [Int](repeating: 0, count: Int(members))
      for i in 0..<1000 {
        counts[Int(answer(Ethernet(udp("10.0.\(i / 250).\(i % 250)", "192.0.2.1")).bytes) % members)] += 1
      }
      // A fair share is 1000 / members; a hash of 1000 pairs stays well within a quarter of it.
      for count in counts { #expect(abs(count - 1000 / Int(members)) < 250 / Int(members)) }
    }
  }

  @Test("An ICMP error goes where the flow goes that it quotes, a fragment of one where its other fragments go")
  func quoted() {
    for i in 1..<40 {
      let flow = udp("10.1.0.\(i)", "198.51.100.\(i)")
      let error = IPv4(
        from: "203.0.113.\(i)", to: "10.1.0.\(i)", ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + flow.bytes))
      #expect(answer(Ethernet(error).bytes) == answer(Ethernet(flow).bytes))
      var fragment = Ethernet(error).bytes
      fragment[20] |= 0x20
      #expect(answer(fragment) == answer(Ethernet(udp("203.0.113.\(i)", "10.1.0.\(i)")).bytes))
    }
  }

  @Test("What is no IP goes to the first member, and a frame of any length goes somewhere")
  func others() {
    var frame = Ethernet(udp("10.0.0.1", "192.0.2.1")).bytes
    for length in 0..<34 { #expect(answer(Array(frame.prefix(length))) == 0) }
    frame[12] = 0x08
    frame[13] = 0x06
    #expect(answer(frame) == 0)
  }

  @Test("The program is one that classic BPF takes")
  func valid() {
    let instructions = FanoutProgram(origin: 0).instructions.map {
      bpf_insn(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k)
    }
    // BPF_MAXINSNS of the kernel is 4096.
    #expect(instructions.count < 4096)
    #expect(instructions.withUnsafeBufferPointer { bpf_validate($0.baseAddress, Int32($0.count)) } == 1)
  }
}
