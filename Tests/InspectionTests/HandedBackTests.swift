// What sessions hand back.

import Evidence
import Flows
import Testing

@testable import Inspection

@Suite("Handed back")
struct HandedBackTests {
  private func files(_ inspector: Inspector) -> [TransactionRecord] {
    inspector.drainTransactions().filter { $0.record == "file" }
  }

  private func flag(_ record: TransactionRecord?, _ name: String) -> Bool? {
    if case .flag(let value) = record?.fields.first(where: { $0.name == name })?.value { return value }
    return nil
  }

  // The digest of "abc" is that of FIPS 180-4, example 1.
  @Test("A file that comes in parts is told once, with its name, its size and its SHA-256", arguments: [1, 100])
  func file(_ piece: Int) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("part a") + frame("part b") + frame("last c"), inPiecesOf: piece)
    wire.close()
    let told = files(inspector)
    #expect(told.map { $0.text("name") } == ["offer.pdf"])
    #expect(told.first?.number("size") == 3)
    #expect(
      told.first?.text("sha256") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(told.first?.text("direction") == "to_server")
    #expect(flag(told.first, "complete") == true)
    #expect(told.first?.appProto == "frames")
  }

  @Test("A file whose last part never comes is told when its flow ends, as not complete")
  func cutFile() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("part ab"))
    #expect(files(inspector).isEmpty)
    wire.close()
    let told = files(inspector)
    #expect(told.map { $0.number("size") } == [2])
    #expect(flag(told.first, "complete") == false)
  }

  @Test("A file of which the first part was not seen is not complete")
  func headlessFile() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("last c"))
    wire.close()
    #expect(flag(files(inspector).first, "complete") == false)
  }

  @Test(
    "A packet that is handed back waits with the number and time of the packet that brought it, and its flow's ends")
  func packet() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("first"))
    #expect(!inspector.hasInnerPackets)
    wire.send(.toServer, frame("packet E..."))
    #expect(inspector.hasInnerPackets)
    let packets = inspector.takeInnerPackets()
    #expect(packets.map(\.bytes) == [Array("E...".utf8)])
    #expect(packets.first?.number == 2)
    #expect(packets.first?.time == 2_000_000_000)
    #expect(packets.first?.client == IPAddress(ipv4: 0x0A00_0001))
    #expect(packets.first?.server == IPAddress(ipv4: 0xC000_0201))
    #expect(!inspector.hasInnerPackets)
    wire.close()
  }

  @Test("Packets that nobody takes are bounded, and counted")
  func manyPackets() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    let one = frame("packet E")
    for _ in 0..<50 { wire.send(.toServer, (0..<100).flatMap { _ in one }) }
    #expect(inspector.takeInnerPackets().count == 4096)
    #expect(inspector.counters.childrenNotFollowed == 5000 - 4096)
    wire.close()
  }
}
