import Capture
import Glibc
import Packets
import Testing

@Suite("Live capture")
struct LiveTests {
  @Test("The loopback interface is listed")
  func devices() throws {
    #expect(try CaptureDevice.all().contains { $0.isLoopback })
  }

  @Test("An interface that is not there is one error line")
  func missing() {
    #expect(throws: CaptureError.self) { try LiveCapture("nonexistent0") }
  }

  @Test("A datagram sent on loopback is captured, one that the filter refuses is not", .enabled(if: geteuid() == 0))
  func loopback() throws {
    var options = LiveOptions()
    options.immediate = true
    options.filter = "udp dst port 47110"
    let capture: LiveCapture
    do { capture = try LiveCapture("lo", options: options) } catch {
      // A container may be root without the right to capture.
      return
    }
    send([1, 2], toPort: 47111)
    send([1, 2, 3], toPort: 47110)
    var batch: [FrameView] = []
    var decoder = PacketDecoder()
    var packet = Packet()
    var payloads: [UInt32] = []
    // Bounded by the reader's own waits: it says idle after each 100 ms in which nothing came.
    for _ in 0..<50 where payloads.isEmpty {
      guard try capture.nextBatch(&batch) == .frames else { continue }
      for frame in batch {
        decoder.decode(
          frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
          wireLength: Int(frame.wireLength), into: &packet)
        payloads.append(packet.payloadLength)
      }
    }
    #expect(payloads.first == 3)
    try capture.setFilter("tcp")
    capture.updateDrops()
    #expect(capture.counters.frames >= 1 && capture.counters.dropped == 0)
  }

  private func send(_ bytes: [UInt8], toPort port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
