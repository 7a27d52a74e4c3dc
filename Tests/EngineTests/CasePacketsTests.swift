import Capture
import Evidence
import Foundation
import Packets
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct CasePacketsTests {
  private let start: Int64 = 1_700_000_000_000_000_000

  /// Frames of two flows in turn, ten of each, then a fragment of the first flow's addresses.
  private var frames: [CapturedFrame] {
    var all: [CapturedFrame] = []
    for i in 0..<10 {
      let at = start + Int64(i) * 1_000_000
      let there = i % 2 == 0
      let wanted =
        there
        ? IPv4(from: "10.0.0.1", to: "192.0.2.1", UDP(from: 4000, to: 53))
        : IPv4(from: "192.0.2.1", to: "10.0.0.1", UDP(from: 53, to: 4000))
      all.append(CapturedFrame(at: at, Ethernet(wanted).bytes))
      all.append(
        CapturedFrame(at: at, Ethernet(IPv4(from: "10.0.0.1", to: "192.0.2.1", UDP(from: 4001, to: 53))).bytes))
    }
    return all
  }

  /// A store with one case that names one flow of `packets` packets.
  private func withCase(
    packets: UInt64, capture: String, _ body: (PacketArchive, Store, URL) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store(path: folder.path + "/v.db")
    var flow = FlowRecord(
      id: FlowID(rawValue: 1), origin: RecordOrigin(sensor: "eth0", capture: capture),
      start: Timestamp(nanoseconds: start), end: Timestamp(nanoseconds: start + 9_000_000), firstPacket: 1,
      sourceIP: try #require(IPAddress("10.0.0.1")), sourcePort: 4000,
      destinationIP: try #require(IPAddress("192.0.2.1")), destinationPort: 53, proto: .udp)
    flow.toServer.packets = packets
    var one = Case(
      id: "case-1", time: flow.start, end: flow.end, severity: .high, score: 1, title: "one flow")
    one.entities.flows = [CaseFlow(flow)]
    _ = try store.write([StoredRow(flow), StoredRow(one)])
    var configuration = Configuration()
    try configuration.set("store.packets=\(folder.path)/packets")
    try body(try #require(PacketArchive(configuration)), store, folder)
  }

  private func record(_ archive: PacketArchive, sensor: String) throws {
    try withTemporaryFile(pcapFile(frames, nanoseconds: true)) { path in
      let recorder = try PacketRecorder(folder: archive.recorderFolder(sensor: sensor, member: 0), limit: 4 << 20)
      let file = try CaptureFile(path)
      var batch: [FrameView] = []
      while try file.nextBatch(&batch) == .frames { recorder.record(batch) }
    }
  }

  @Test("A case's packets are those of its flows in both directions, and none of another flow")
  func found() throws {
    try withCase(packets: 10, capture: "eth0") { archive, store, _ in
      try record(archive, sensor: "eth0")
      let finding = try archive.collect("case-1", from: store)
      #expect(finding.packets == 10 && finding.missing == 0 && finding.flows == 1)
      let file = try CaptureFile(finding.path)
      var batch: [FrameView] = []
      #expect(try file.nextBatch(&batch) == .frames)
      let times: [Int64] = (0..<10).map { start + $0 * 1_000_000 }
      #expect(batch.map(\.time) == times)
    }
  }

  @Test("Packets that the flow counted and that are not there any more are said to be missing")
  func missing() throws {
    try withCase(packets: 25, capture: "eth0") { archive, store, _ in
      let before = try archive.collect("case-1", from: store)
      #expect(before.missing == 25)
      try record(archive, sensor: "eth0")
      let after = try archive.collect("case-1", from: store)
      #expect(after.missing == 15)
    }
  }

  @Test("What was found once stays when the recorder has overwritten it")
  func kept() throws {
    try withCase(packets: 10, capture: "eth0") { archive, store, folder in
      try record(archive, sensor: "eth0")
      _ = try archive.collect("case-1", from: store)
      try FileManager.default.removeItem(at: folder.appendingPathComponent("packets/sensors"))
      let again = try archive.collect("case-1", from: store)
      #expect(again.packets == 10 && again.missing == 0)
      let page = try archive.page("case-1", at: 0, limit: 1 << 20)
      #expect(page.count == again.size)
      #expect(Array(page[..<4]) == [0x0A, 0x0D, 0x0D, 0x0A])
    }
  }

  @Test("A capture that was a file has its packets still")
  func ofFile() throws {
    try withTemporaryFile(pcapFile(frames, nanoseconds: true)) { path in
      try withCase(packets: 10, capture: path) { archive, store, _ in
        let finding = try archive.collect("case-1", from: store)
        #expect(finding.packets == 10)
      }
    }
  }

  @Test("Names of sensors and cases do not lead out of the folder", arguments: ["../../etc", "/etc", "..", ""])
  func names(name: String) throws {
    try withCase(packets: 1, capture: "eth0") { archive, _, _ in
      let path = archive.recorderFolder(sensor: name, member: 0)
      #expect(path.hasPrefix(archive.folder + "/sensors/"))
      #expect(path.split(separator: "/").count == archive.folder.split(separator: "/").count + 3)
      #expect(!path.split(separator: "/").contains(".."))
    }
  }
}
