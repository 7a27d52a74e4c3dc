import Packets
import TestSupport
import Testing

@testable import Engine

@Suite struct FrameDispatchTests {
  private func worker(_ frame: [UInt8], _ workers: Int = 7) -> Int {
    frame.withUnsafeBytes { FrameDispatch.worker(for: $0, linkType: .ethernet, workers: workers) }
  }

  @Test("Both directions of a flow go to the same worker")
  func directions() {
    for i in 0..<64 {
      let a = "10.0.\(i).1"
      let b = "192.0.2.\(i + 1)"
      let there = Ethernet(IPv4(from: a, to: b, TCP(from: 4000, to: 80, .syn))).bytes
      let back = Ethernet(IPv4(from: b, to: a, TCP(from: 80, to: 4000, [.syn, .ack]))).bytes
      #expect(worker(there) == worker(back))
    }
  }

  @Test("Flows of many hosts are spread over all workers")
  func spread() {
    let used = Set(
      (0..<200).map { worker(Ethernet(IPv4(from: "10.0.0.\($0)", to: "192.0.2.1", UDP(from: 1, to: 2))).bytes, 4) })
    #expect(used == [0, 1, 2, 3])
  }

  @Test("A VLAN tag does not change the worker")
  func tagged() {
    let packet = IPv4(from: "10.0.0.9", to: "192.0.2.77", UDP(from: 1, to: 2))
    #expect(worker(Ethernet(packet).bytes) == worker(Ethernet(VLAN(7, packet)).bytes))
  }

  @Test("An ICMP error goes where the flow that it quotes goes")
  func quoted() {
    for i in 1..<40 {
      let flow = IPv4(from: "10.1.0.\(i)", to: "198.51.100.\(i)", UDP(from: 5000, to: 53))
      let error = IPv4(
        from: "203.0.113.\(i)", to: "10.1.0.\(i)", ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + flow.bytes))
      #expect(worker(Ethernet(error).bytes) == worker(Ethernet(flow).bytes))
    }
  }

  @Test("The fragments of an ICMP error meet, for only the first of them quotes a flow")
  func quotedInFragments() {
    for i in 1..<40 {
      let flow = IPv4(from: "10.1.0.\(i)", to: "198.51.100.\(i)", UDP(from: 5000, to: 53))
      let error = IPv4(
        from: "203.0.113.\(i)", to: "10.1.0.\(i)", ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + flow.bytes))
      var first = Ethernet(error).bytes
      first[20] |= 0x20
      let later = Ethernet(IPv4(from: "203.0.113.\(i)", to: "10.1.0.\(i)", UDP(from: 0, to: 0))).bytes
      #expect(worker(first) == worker(later))
    }
  }

  @Test("What has no sound IP header goes to the first worker, whatever stands where addresses would")
  func damaged() {
    for i in 1..<40 {
      let whole = Ethernet(IPv4(from: "10.1.0.\(i)", to: "198.51.100.\(i)", UDP(from: 5000, to: 53))).bytes
      for (at, value) in [(14, 0x44 as UInt8), (14, 0x4F), (14, 0x65), (17, 19)] {
        var frame = whole
        // Header length 16, 60 of 28 octets, version 6 in IPv4's place, a total length below the header's.
        frame[at] = value
        #expect(worker(frame) == 0)
      }
    }
  }

  @Test("Frames cut at any length go somewhere")
  func cut() {
    let frame = Ethernet(VLAN(7, IPv4(from: "10.0.0.9", to: "192.0.2.77", ICMP(type: 3, rest: [0, 0, 0, 0, 0x45]))))
      .bytes
    for length in 0...frame.count { #expect((0..<7).contains(worker(Array(frame.prefix(length))))) }
  }
}
