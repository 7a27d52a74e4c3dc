import Capture
import Packets
import TestSupport
import Testing

@Suite("What pcapng says besides packets")
struct PcapngBlockTests {
  private func options(_ list: [(UInt16, [UInt8])], bigEndian: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    for (code, value) in list {
      out += bytes(code, bigEndian: bigEndian)
      out += bytes(UInt16(value.count), bigEndian: bigEndian)
      out += value
      while out.count % 4 != 0 { out.append(0) }
    }
    out += bytes(UInt32(0), bigEndian: bigEndian)
    return out
  }

  private func file(_ blocks: [UInt8]) -> [UInt8] { pcapngSection([CapturedFrame(at: 0, [1])]) + blocks }

  private func opened<R>(_ content: [UInt8], _ body: (CaptureFile) throws -> R) throws -> R {
    try withTemporaryFile(content, suffix: ".pcapng") { path in
      let file = try CaptureFile(path)
      #expect(readAll(file).error == nil)
      return try body(file)
    }
  }

  @Test("Names of addresses are read, several to one address", arguments: [false, true])
  func names(bigEndian: Bool) throws {
    var body: [UInt8] = []
    let four: [UInt8] = [192, 0, 2, 1]
    let six: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1]
    for (type, value) in [
      (UInt16(1), four + Array("a.example".utf8) + [0] + Array("b.example".utf8) + [0]),
      (2, six + Array("c.example".utf8) + [0]), (7, [1, 2, 3]), (0, []),
    ] {
      body += bytes(type, bigEndian: bigEndian)
      body += bytes(UInt16(value.count), bigEndian: bigEndian)
      body += value
      while body.count % 4 != 0 { body.append(0) }
    }
    let whole = pcapngSection([], bigEndian: bigEndian) + pcapngBlock(4, body, bigEndian: bigEndian)
    try opened(whole) { file in
      let names = file.annotations.names
      #expect(names.map(\.name) == ["a.example", "b.example", "c.example"])
      #expect(names.map(\.address) == [four, four, six])
    }
  }

  @Test("Decryption secrets are read with their kind; those that claim more than their block are left out and counted")
  func secrets() throws {
    let log = Array("CLIENT_RANDOM 00 00\n".utf8)
    var body: [UInt8] = []
    body += bytes(UInt32(0x544C_534B))
    body += bytes(UInt32(log.count))
    var untrue: [UInt8] = []
    untrue += bytes(UInt32(0x544C_534B))
    untrue += bytes(UInt32(1 << 30))
    try opened(file(pcapngBlock(10, body + log) + pcapngBlock(10, untrue))) { file in
      #expect(file.annotations.secrets.map(\.kind) == [0x544C_534B])
      #expect(file.annotations.secrets.first?.bytes == log)
      #expect(file.annotations.leftOut == 1)
    }
  }

  @Test("Losses of statistics blocks are totals: the last one counts, per interface")
  func statistics() throws {
    func statistics(_ byInterface: UInt64, _ bySystem: UInt64) -> [UInt8] {
      pcapngBlock(
        5, Array(repeating: 0, count: 12) + options([(5, bytes(byInterface)), (7, bytes(bySystem))]))
    }
    try opened(file(statistics(2, 10) + statistics(3, 25))) { file in
      #expect(file.counters.interfaceDropped == 3)
      #expect(file.counters.dropped == 25)
    }
  }

  @Test("A loss told with packets and again in the statistics counts once")
  func lossToldTwice() throws {
    var packet: [UInt8] = Array(repeating: 0, count: 20)
    packet[12] = 4
    packet[16] = 4
    let lossy = pcapngBlock(6, packet + [1, 2, 3, 4] + options([(4, bytes(UInt64(7)))]))
    let statistics = pcapngBlock(5, Array(repeating: 0, count: 12) + options([(7, bytes(UInt64(9)))]))
    try opened(file(lossy)) { #expect($0.counters.dropped == 7) }
    try opened(file(lossy + statistics)) { #expect($0.counters.dropped == 9) }
  }

  @Test("Packets of an interface that is not described end the file with an error at their block")
  func undescribed() throws {
    let good = pcapngSection([CapturedFrame(at: 0, [1])])
    var packet: [UInt8] = Array(repeating: 0, count: 20)
    packet[0] = 1
    let result = try read(good + pcapngBlock(6, packet))
    #expect(result.frames.count == 1)
    #expect(result.error?.kind == .malformed && result.error?.offset == UInt64(good.count))
  }
}
