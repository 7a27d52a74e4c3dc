/// Reads the five-tuples of a pcap file of Ethernet frames: as little as the tests of the lab need.

import LabWorld

struct WireTuple: Hashable {
  var source: [UInt8]
  var sourcePort: UInt16
  var destination: [UInt8]
  var destinationPort: UInt16
  var proto: UInt8

  init(_ source: [UInt8], _ sourcePort: UInt16, _ destination: [UInt8], _ destinationPort: UInt16, _ proto: UInt8) {
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
    self.proto = proto
  }

  init(_ flow: LabFlow) {
    self.init(flow.source.bytes, flow.sourcePort, flow.destination.bytes, flow.destinationPort, flow.proto)
  }
}

struct CaptureFlows {
  /// As seen, each direction by itself.
  private(set) var tuples: Set<WireTuple> = []
  private(set) var addresses: Set<[UInt8]> = []
  /// Nanoseconds since 1970, in the file's order.
  private(set) var times: [Int64] = []

  init(_ file: [UInt8]) {
    func little(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) } }
    var at = 24
    while at + 16 <= file.count {
      let length = little(at + 8)
      times.append((Int64(little(at)) * 1_000_000 + Int64(little(at + 4))) * 1000)
      read(Array(file[(at + 16)..<(at + 16 + length)]))
      at += 16 + length
    }
  }

  private mutating func read(_ frame: [UInt8]) {
    let source: [UInt8]
    let destination: [UInt8]
    let proto: UInt8
    let ports: Int
    switch (frame[12], frame[13]) {
    case (0x08, 0x00):
      (source, destination, proto, ports) = (Array(frame[26..<30]), Array(frame[30..<34]), frame[23], 34)
    case (0x86, 0xdd):
      (source, destination, proto, ports) = (Array(frame[22..<38]), Array(frame[38..<54]), frame[20], 54)
    default: return
    }
    addresses.insert(source)
    addresses.insert(destination)
    guard proto == 6 || proto == 17 else { return }
    func port(_ at: Int) -> UInt16 { UInt16(frame[at]) << 8 | UInt16(frame[at + 1]) }
    tuples.insert(WireTuple(source, port(ports), destination, port(ports + 2), proto))
  }
}
