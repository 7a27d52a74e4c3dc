// Single records, transactions, machines, and a case in one piece: over the socket, as the contract says.

import Foundation
import JSON
import RPC
import Testing

/// Calls whose answers are held against the contract.
private struct CheckedClient {
  let client: RPCClient
  let contract: Contract

  init(_ daemon: RunningDaemon) throws {
    client = try daemon.client()
    contract = try Contract.vedette()
  }

  func call(_ method: String, _ params: JSONValue) throws -> JSONValue {
    let answer = try client.call(method, params)
    let fault = contract.fault(inResult: try JSONReader().parse(answer.description), of: method)
    #expect(fault == nil, "\(method)")
    return answer
  }

  func refusal(_ method: String, _ params: JSONValue) throws -> RPCError? {
    do {
      _ = try client.call(method, params)
      return nil
    } catch RPCClientError.refused(let error) {
      return error
    }
  }
}

@Suite("Records by their ids, and a case in one piece")
struct RecordMethodsTests {
  /// A daemon that has read a lab story.
  private func withStory(_ more: [String] = [], _ body: (URL, RunningDaemon, CheckedClient) throws -> Void) throws {
    try withFolder { (folder: URL) throws in
      let world = folder.appendingPathComponent("world").path
      #expect(try run("vedette-lab", ["make", world, "--seed", "5"]).status == 0)
      let arguments = ["--config", try storyConfiguration(folder)] + more
      let reading = try RunningDaemon(in: folder, arguments)
      let client = try reading.client()
      try client.call("subscribe", ["topics": ["source", "capture"], "from": 0])
      try client.wait(for: 4, states: ["finished", "failed"])
      #expect(reading.end(SIGTERM) == 0)
      // Concluded at its end.
      let daemon = try RunningDaemon(in: folder, arguments)
      try body(folder, daemon, try CheckedClient(daemon))
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  @Test(
    "Of a story single records are as they are listed, transactions come page by page, and each case is exported whole, but for whom was forgotten"
  )
  func story() throws {
    try withStory { folder, daemon, checked in
      try records(daemon, checked)
      try transactions(daemon, checked)
      try exports(folder, daemon, checked)
      try forgotten(folder, daemon, checked)
    }
  }

  private func records(_ daemon: RunningDaemon, _ checked: CheckedClient) throws {
    for kind in ["flow", "persona", "process"] {
      let some = try checked.call("\(kind).list", ["limit": 5])["items"]?.elements ?? []
      #expect(!some.isEmpty)
      for one in some {
        #expect(try checked.call("\(kind).get", ["id": one["id"] ?? .null]) == one)
      }
      #expect(try checked.refusal("\(kind).get", ["id": "none"])?.code == -32003)
      let other = try checked.call("signal.list", ["limit": 1])["items"]?.elements?.first?["id"] ?? .null
      #expect(try checked.refusal("\(kind).get", ["id": other])?.code == -32003)
      #expect(try checked.refusal("\(kind).get", [:])?.code == -32602)
      let command = ["flow": "flows", "persona": "personas", "process": "processes"][kind] ?? ""
      let id = some.first?["id"]?.string ?? ""
      let shown = try run(
        "vedette", (kind == "persona" ? [command, "list"] : [command]) + ["--socket", daemon.socket, id, "--json"])
      #expect(shown.status == 0, "\(shown.errors)")
      #expect(try JSONValue(parsing: shown.output) == some.first)
    }
  }

  private func transactions(_ daemon: RunningDaemon, _ checked: CheckedClient) throws {
    let all = try checked.client.all("transaction.list", [("limit", 1000)])
    #expect(!all.isEmpty)
    #expect(all.allSatisfy { $0["type"] == "transaction" })
    #expect(Set(all.compactMap { $0["id"]?.string }).count == all.count)
    let paged = try checked.client.all("transaction.list", [("limit", 3)])
    #expect(paged == all)
    let backwards = try checked.client.all("transaction.list", [("limit", 1000), ("order", "desc")])
    #expect(backwards == all.reversed())
    _ = try checked.call("transaction.list", ["limit": 10])
    let one = try #require(all.first)
    let flow = one["flow"] ?? .null
    let ofFlow = try checked.client.all("transaction.list", [("filter", ["flow": flow])])
    #expect(ofFlow == all.filter { $0["flow"] == flow })
    let proto = one["app_proto"] ?? .null
    #expect(
      try checked.client.all("transaction.list", [("filter", ["app_proto": proto]), ("limit", 1000)])
        == all.filter { $0["app_proto"] == proto })
    // The flow is there too.
    #expect(try checked.call("flow.get", ["id": flow])["id"] == flow)
    #expect(try checked.refusal("transaction.list", ["filter": ["no path": "red"]])?.code == -32602)
    let table = try run("vedette", ["transactions", "--socket", daemon.socket, "--limit", "2"])
    #expect(table.status == 0 && table.output.hasPrefix("TIME"))
  }

  @Test("A machine that is put is listed, once for the same, and who put it is in the audit log")
  func assets() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let checked = try CheckedClient(daemon)
      let asset: JSONValue = [
        "host": "loom1", "ips": ["192.0.2.7"], "macs": ["02:00:00:00:00:07"], "owner": "e1",
        "time": "2026-03-01T00:00:00Z",
      ]
      let first = try checked.call("asset.put", ["asset": asset])
      #expect(first["stored"] == true)
      let second = try checked.call("asset.put", ["asset": asset])
      #expect(second["stored"] == false)
      #expect(first["id"] == second["id"])
      // An id that is there keeps what it has.
      let other = try checked.call("asset.put", ["asset": ["host": "loom3", "id": first["id"] ?? .null]])
      #expect(other["stored"] == false)
      #expect(other["id"] == first["id"])
      // Without a time it is of this moment.
      #expect(try checked.call("asset.put", ["asset": ["host": "loom2"]])["stored"] == true)
      let listed = try checked.call("asset.list", ["filter": ["host": "loom1"]])["items"]?.elements ?? []
      #expect(listed.count == 1)
      #expect(listed.first?["ips"] == ["192.0.2.7"] && listed.first?["owner"] == "e1")
      #expect(try checked.client.all("asset.list").count == 2)
      #expect(try checked.client.all("asset.list", [("filter", ["owner": "e1"])]).count == 1)
      for wrong in [["host": "a", "ips": ["nowhere"]], ["ips": ["192.0.2.1"]], ["host": 7]] as [JSONValue] {
        #expect(try checked.refusal("asset.put", ["asset": wrong])?.code == -32602)
      }
      let audited = try checked.client.all("audit.list", [("filter", ["what": "asset.put"])])
      #expect(
        audited.map { $0["detail"]?.string }
          == [
            "loom1", "loom1 (not stored: a record of this id is there)",
            "loom3 (not stored: a record of this id is there)", "loom2",
          ])
      let table = try run("vedette", ["assets", "--socket", daemon.socket, "--oldest"])
      #expect(table.status == 0 && table.output.contains("loom1") && table.output.contains("loom2"))
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  private func exports(_ folder: URL, _ daemon: RunningDaemon, _ checked: CheckedClient) throws {
    let cases = try checked.client.all("case.list")
    #expect(!cases.isEmpty)
    for one in cases {
      let id = one["id"] ?? .null
      let bundle = try checked.call("case.export", ["id": id])
      #expect(bundle["case"] == one)
      let signals = bundle["signals"]?.elements ?? []
      #expect(
        signals.compactMap { $0["id"]?.string }.sorted() == one["signals"]?.elements?.compactMap(\.string).sorted())
      let told = (one["timeline"]?.elements ?? []).flatMap { $0["evidence"]?.elements?.compactMap(\.string) ?? [] }
      let named = Set(signals.flatMap { $0["evidence"]?.elements?.compactMap(\.string) ?? [] })
        .union(Set(told).subtracting(one["signals"]?.elements?.compactMap(\.string) ?? []))
        .union(one["entities"]?["flows"]?.elements?.compactMap { $0["id"]?.string } ?? [])
      let evidence = bundle["evidence"]?.elements ?? []
      #expect(Set(evidence.compactMap { $0["id"]?.string }) == named)
      #expect(evidence.count == named.count)
      #expect(
        (bundle["reasons"]?.elements ?? []).compactMap { $0["account_id"]?.string }
          == (one["entities"]?["personas"]?.elements ?? []).compactMap { $0["account_id"]?.string })
      #expect(bundle["missing"] == ["signals": [], "evidence": [], "left_out": [], "reasons": 0])
      let (from, to) = (one["time"]?.string ?? "", one["end"]?.string ?? "")
      let gaps = try checked.call("engine.stats", [:])["gaps"]?.elements ?? []
      #expect(!gaps.isEmpty)
      // Times of one form, which are ordered as their texts are.
      #expect(
        bundle["gaps"]?.elements
          == gaps.filter { ($0["to"]?.string ?? to) >= from && ($0["from"]?.string ?? from) <= to })
      #expect(bundle["history"] == [])
    }
    let id = try #require(cases.first { $0["entities"]?["personas"]?.elements?.isEmpty == false }?["id"]?.string)
    _ = try checked.call("case.comment", ["id": .string(id), "text": "looks odd"])
    _ = try checked.call("case.assign", ["id": .string(id), "to": "bob"])
    let bundle = try checked.call("case.export", ["id": .string(id)])
    #expect((bundle["history"]?.elements ?? []).map { $0["what"] } == ["comment", "assign"])
    #expect(bundle["history"]?.elements?.first?["text"] == "looks odd")
    #expect(bundle["case"]?["status"] == "assigned")
    #expect(try checked.refusal("case.export", ["id": "none"])?.code == -32003)
    let audited = try checked.client.all("audit.list", [("filter", ["what": "case.export"])])
    #expect(audited.map { $0["detail"]?.string } == cases.map { $0["id"]?.string } + [id])

    let file = folder.appendingPathComponent("case.json").path
    let written = try run("vedette", ["case", "--socket", daemon.socket, id, "export", "--write", file])
    #expect(written.status == 0, "\(written.errors)")
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
    let read = try JSONValue(parsing: text)
    #expect(read["case"]?["id"]?.string == id)
    #expect(read["evidence"] == bundle["evidence"])
  }

  private func forgotten(_ folder: URL, _ daemon: RunningDaemon, _ checked: CheckedClient) throws {
    let cases = try checked.client.all("case.list")
    let one = try #require(cases.first { $0["entities"]?["personas"]?.elements?.isEmpty == false })
    let account = try #require(one["entities"]?["personas"]?.elements?.first)
    let (platform, accountID) = (account["platform"] ?? .null, account["account_id"] ?? .null)
    func isOfAccount(_ bundle: JSONValue) -> Bool {
      (bundle["evidence"]?.elements ?? []).contains {
        $0["account_id"] == accountID || $0["from"]?["account_id"] == accountID
      }
    }
    let id = one["id"] ?? .null
    let before = try checked.call("case.export", ["id": id])
    #expect(isOfAccount(before))
    _ = try checked.call(
      "persona.forget", ["platform": platform, "account_id": accountID, "reason": "asked by the person"])
    let after = try checked.call("case.export", ["id": id])
    #expect(!isOfAccount(after))

    let missing = after["missing"]
    let lists = ["signals", "evidence", "left_out"].map { missing?[$0]?.elements?.count ?? 0 }
    let reasons = Int(missing?["reasons"]?.int64 ?? 0)
    #expect(reasons > 0)
    let file = folder.appendingPathComponent("forgotten.json").path
    let written = try run("vedette", ["case", "--socket", daemon.socket, id.string ?? "", "export", "--write", file])
    #expect(written.status == 1)
    #expect(written.errors.contains("; \(lists.reduce(reasons, +)) that the case names are not in it"))
  }
}
