// The dissectors of this house, as they lie beside the tests' binary.

import Evidence
import Flows
import PluginHost
import Testing

@testable import Inspection

@Suite("First-party dissectors")
struct FirstPartyTests {
  static let shelf = PluginShelf.load(.standard())
  static func has(_ name: String) -> Bool { shelf.plugin(named: name) != nil }

  static let request = Array("GET /index.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n".utf8)
  static let response = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".utf8)

  @Test("HTTP is recognised and told however it is cut", .enabled(if: has("http")), arguments: [1, 2, 9, 1000])
  func http(_ piece: Int) throws {
    let inspector = Inspector(plugins: Self.shelf.dissectors)
    let wire = Wire(inspector, port: 80)
    wire.send(.toServer, Self.request, inPiecesOf: piece)
    wire.send(.toClient, Self.response, inPiecesOf: piece)
    let record = wire.close()
    #expect(record.appProto == "http")
    #expect(record.appProtoBy == .dissector)
    let found = inspector.drainTransactions()
    #expect(found.count == 1)
    #expect(found.first?.text("method") == "GET")
    #expect(found.first?.number("status") == 200)
    #expect(inspector.drainAnomalies().isEmpty)
    #expect(inspector.sinkRefusals.allSatisfy { $0.refusals.total == 0 })
  }

  @Test(
    "An exchange is told when it is complete, not when its flow ends: nobody else waits for more of it",
    .enabled(if: has("http") && has("dns") && has("tls")))
  func soon() throws {
    let inspector = Inspector(plugins: Self.shelf.dissectors)
    let wire = Wire(inspector, port: 80)
    wire.send(.toServer, Self.request)
    wire.send(.toClient, Self.response)
    #expect(inspector.drainTransactions().count == 1)
    wire.close()
  }

  /// RFC 1035 §4.1: a query for the A record of www.example.org, and its answer.
  static let query: [UInt8] =
    [0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0x77, 0x77, 0x77, 7]
    + Array("example".utf8) + [3] + Array("org".utf8) + [0, 0, 1, 0, 1]
  static let answer: [UInt8] =
    [0x12, 0x34, 0x81, 0x80] + [0, 1, 0, 1, 0, 0, 0, 0] + query[12...]
    + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80]

  @Test("DNS over UDP is one transaction of query and answer", .enabled(if: has("dns")))
  func dns() throws {
    let inspector = Inspector(plugins: Self.shelf.dissectors)
    let wire = Wire(inspector, port: 53, proto: 17)
    wire.datagram(.toServer, Self.query)
    wire.datagram(.toClient, Self.answer)
    let record = wire.close(.timeout)
    #expect(record.appProto == "dns")
    let found = inspector.drainTransactions()
    #expect(found.count == 1)
    #expect(found.first?.fields.first { $0.name == "query" }?.value == .list([.text("www.example.org")]))
    #expect(found.first?.fields.first { $0.name == "answers" }?.value == .list([.text("192.0.2.80")]))
    #expect(inspector.drainAnomalies().isEmpty)
  }

  @Test("All plugins beside the binary describe themselves without fault")
  func describe() {
    #expect(Self.shelf.refusals.isEmpty)
  }
}
