import Glibc
import JSON
import Testing

@testable import RPC

@Suite("The contract")
struct ContractTests {
  /// proto/vedette.openrpc.json of the source tree.
  func document() throws -> JSONValue {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(root)/proto/vedette.openrpc.json", "r"))
    defer { fclose(file) }
    var text: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&room, 1, room.count, file), count > 0 { text += room[..<count] }
    return JSONValue(try JSONReader().parse(text))
  }

  @Test("What rpc.discover returns is proto/vedette.openrpc.json, an OpenRPC 1.2.6 document")
  func discover() throws {
    let document = try document()
    let table = MethodTable(contract: try Contract.vedette())
    let answer = try Dialogue(table, role: .viewer).say(#"{"jsonrpc":"2.0","method":"rpc.discover","id":1}"#)
    #expect(answer.first?["result"] == document)
    #expect(document["openrpc"] == "1.2.6")
  }

  @Test(
    "All methods that there are so far are documented, each with role, parameters and result; every reference has its target"
  )
  func complete() throws {
    let document = try document()
    let names = document["methods"]?.elements?.compactMap { $0["name"]?.string } ?? []
    let wanted = """
      engine.status engine.stats engine.reload engine.shutdown rpc.discover auth.login evidence.submit roster.put roster.get \
      roster.import roster.history \
      capture.start capture.stop capture.list capture.setFilter capture.interfaces source.add source.list \
      source.swap source.pause source.resume source.remove plugin.list plugin.check plugin.load plugin.unload plugin.reload \
      audit.list case.list case.get case.pcap case.export case.assign case.comment case.escalate case.close coverage.report outreach.list \
      signal.list suppression.list suppression.add suppression.remove flow.list anomaly.list persona.list persona.explain persona.forget \
      process.list subscribe unsubscribe flow.get persona.get process.get transaction.list asset.list asset.put
      """.split(separator: " ").map(String.init)
    #expect(Set(names) == Set(wanted))
    for method in document["methods"]?.elements ?? [] {
      #expect(method["x-role"]?.string.flatMap(Role.init) != nil)
      #expect(method["summary"]?.string?.isEmpty == false)
      #expect(method["result"]?["schema"] != nil)
      let params = method["params"]?.elements ?? []
      // OpenRPC: required parameters come before optional ones where they may be given by position.
      let required = params.map { $0["required"]?.bool ?? false }
      #expect(required == required.filter { $0 } + required.filter { !$0 })
      if let name = method["name"]?.string, name.hasSuffix(".list") {
        #expect(params.compactMap { $0["name"]?.string } == ["filter", "from", "to", "limit", "cursor", "order"])
      }
    }
    func references(_ value: JSONValue) -> [String] {
      (value["$ref"]?.string.map { [$0] } ?? []) + (value.elements ?? []).flatMap(references)
        + (value.members ?? []).flatMap { references($0.1) }
    }
    for path in references(document) {
      let target = path.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
      #expect(target != nil, "\(path)")
    }
  }

  @Test("The errors that we throw are those of the document")
  func errors() throws {
    let listed = try document()["components"]?["errors"]?.members?.map { $0.1 } ?? []
    let ours: [RPCError] = [
      .refused(""), .unauthenticated(""), .forbidden(""), .notFound(""), .conflict(""), .busy(""), .unavailable(""),
    ]
    #expect(
      listed == ours.map { ["code": .int(Int64($0.code)), "message": .string($0.message)] })
  }

  struct Call: CustomTestStringConvertible, Sendable {
    let method: String
    let params: String
    /// What the refusal says; nil if the call is admitted.
    let fault: String?
    var testDescription: String { "\(method) \(params)" }
    init(_ method: String, _ params: String, _ fault: String? = nil) {
      (self.method, self.params, self.fault) = (method, params, fault)
    }
  }

  @Test(
    "Parameters are checked by type, presence, choice, bounds and name",
    arguments: [
      Call("flow.list", "{}"), Call("flow.list", #"{"limit":1000,"order":"desc","filter":{"app_proto":"dns"}}"#),
      Call("flow.list", #"{"limit":0}"#, "limit must be at least 1"),
      Call("flow.list", #"{"limit":1001}"#, "limit must be at most 1000"),
      Call("flow.list", #"{"limit":1.5}"#, "limit must be integer"), Call("flow.list", #"{"limit":10.0}"#),
      Call("flow.list", #"{"limit":"1"}"#, "limit must be integer"),
      Call("flow.list", #"{"order":"down"}"#, "order must be one of asc, desc"),
      Call("flow.list", #"{"limits":1}"#, "flow.list has no parameter \"limits\""),
      Call("case.get", "{}", "id is missing"), Call("case.get", #"["c1"]"#),
      Call("case.get", #"["c1",2]"#, "case.get takes at most 1 parameters"),
      Call("case.get", "[7]", "id must be string"),
      Call("subscribe", #"{"topics":["case","flows"]}"#, nil),
      Call("evidence.submit", #"{"observations":[{"type":"persona"},7]}"#, "observations[1] must be object"),
      Call("evidence.submit", #"{"observations":{}}"#, "observations must be array"),
      Call("roster.put", #"{"roster":{"people":[{"id":"e1"}]}}"#, "roster.people[0].name is missing"),
    ])
  func check(_ call: Call) throws {
    let contract = try Contract.vedette()
    let method = try #require(contract.methods[call.method])
    let reader = JSONReader()
    let params = try reader.parse(call.params)
    if call.method == "subscribe" {
      let error = #expect(throws: RPCError.self) { try contract.check(params, of: method) }
      #expect(error?.data?["reason"]?.string?.hasPrefix("topics[1] must be one of flow, ") == true)
      return
    }
    guard let fault = call.fault else { return try contract.check(params, of: method) }
    #expect(throws: RPCError.invalidParams(fault)) { try contract.check(params, of: method) }
  }

  @Test("A result is told from what is none")
  func results() throws {
    let contract = try Contract.vedette()
    let reader = JSONReader()
    let page = #"{"items":[{"type":"signal","id":"s1","analytic":"persona.risk","score":0.5}],"next":null}"#
    #expect(contract.fault(inResult: try reader.parse(page), of: "signal.list") == nil)
    #expect(
      contract.fault(
        inResult: try reader.parse(#"{"items":[{"type":"signal","id":"s1","analytic":"a","score":2}],"next":null}"#),
        of: "signal.list")
        == "result.items[0].score must be at most 1")
    #expect(contract.fault(inResult: try reader.parse("{}"), of: "signal.list") == "result.items is missing")
  }

  @Test("A method needs its role, and who has none learns nothing")
  func roles() throws {
    let table = try exampleTable()
    func code(_ role: Role?, _ method: String) throws -> JSONValue? {
      try Dialogue(table, role: role).say(#"{"jsonrpc":"2.0","method":"\#(method)","id":1}"#).first?["error"]?["code"]
    }
    #expect(try code(.admin, "admin.only") == nil)
    #expect(try code(.operator, "admin.only") == -32002)
    #expect(try code(.viewer, "get_data") == nil)
    #expect(try code(nil, "get_data") == -32001)
    #expect(try code(nil, "no.such") == -32001)
    #expect(try code(.admin, "fail") == -32603)
  }
}
