import Foundation
import JSON
import TestSupport
import Testing

/// A handshake, a request and its answer, and the close: seven segments between two hosts.
private func webSession() -> [UInt8] {
  let client = "192.0.2.10"
  let server = "198.51.100.20"
  let request = Array("GET /x HTTP/1.1\r\nHost: www.example\r\n\r\n".utf8)
  let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
  let r = UInt32(request.count)
  let a = UInt32(answer.count)
  let segments: [(Bool, TCP)] = [
    (true, TCP(from: 40000, to: 80, .syn, sequence: 100)),
    (false, TCP(from: 80, to: 40000, [.syn, .ack], sequence: 900, acknowledgement: 101)),
    (true, TCP(from: 40000, to: 80, .ack, sequence: 101, acknowledgement: 901)),
    (true, TCP(from: 40000, to: 80, [.psh, .ack], sequence: 101, acknowledgement: 901, payload: request)),
    (false, TCP(from: 80, to: 40000, [.psh, .ack], sequence: 901, acknowledgement: 101 + r, payload: answer)),
    (true, TCP(from: 40000, to: 80, [.fin, .ack], sequence: 101 + r, acknowledgement: 901 + a)),
    (false, TCP(from: 80, to: 40000, [.fin, .ack], sequence: 901 + a, acknowledgement: 102 + r)),
    (true, TCP(from: 40000, to: 80, .ack, sequence: 102 + r, acknowledgement: 902 + a)),
  ]
  return pcapFile(
    segments.enumerated().map { i, s in
      CapturedFrame(
        at: 1_800_000_000_000_000_000 + Int64(i) * 1_000_000,
        Ethernet(IPv4(from: s.0 ? client : server, to: s.0 ? server : client, s.1)).bytes)
    })
}

@Suite struct AnalyzeTests {
  @Test("A web session is one flow in state SF with its protocol, its host and one transaction")
  func webFlow() throws {
    try withTemporaryFile(webSession()) { path in
      let run = try run("vedette", ["analyze", "--output", "json", path])
      #expect(run.status == 0, "\(run.errors)")
      let records = try run.records
      let flows = records.filter { $0["type"]?.string == "flow" }
      #expect(flows.count == 1)
      let flow = try #require(flows.first)
      #expect(flow["tcp"]?["conn_state"]?.string == "SF")
      #expect(flow["app_proto"]?.string == "http")
      #expect(flow["app_proto_by"]?.string == "dissector")
      #expect(flow["host"]?.string == "www.example")
      #expect(flow["src_ip"]?.string == "192.0.2.10")
      #expect(flow["to_server"]?["payload"]?.int64 == 38)
      #expect(flow["to_server"]?["packets"]?.int64 == 5)
      #expect(flow["to_client"]?["packets"]?.int64 == 3)
      let transactions = records.filter { $0["type"]?.string == "transaction" }
      #expect(transactions.count == 1)
      #expect(transactions.first?["fields"]?["status"]?.int64 == 200)
      #expect(records.last?["type"]?.string == "stats")
    }
  }

  @Test("Without the member run, two runs and any number of workers give the same bytes", arguments: [1, 2, 3])
  func deterministic(workers: Int) throws {
    try withFolder { (folder: URL) throws in
      #expect(try run("vedette-lab", ["make", folder.path, "--seed", "3"]).status == 0)
      func lines(_ workers: Int) throws -> [String] {
        let run = try run(
          "vedette",
          [
            "analyze", "--output", "json", "--workers", "\(workers)", "--roster", "roster.yaml", "--personas",
            "personas.jsonl", "--processes", "windows-events.jsonl", "--processes", "linux-audit.log", "capture.pcap",
          ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n").map { line in
          line.range(of: ",\"run\":{").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
      }
      #expect(try lines(1) == lines(workers))
    }
  }

  @Test("Errors of routers and hosts seen through several tunnels give the same records with any number of workers")
  func spread() throws {
    try withFolder { folder in
      var frames: [CapturedFrame] = []
      func send(_ packet: IPv4) {
        frames.append(
          CapturedFrame(at: 1_800_000_000_000_000_000 + Int64(frames.count) * 1_000_000, Ethernet(packet).bytes))
      }
      for n in 1...32 {
        // A router answers for hosts behind it; the same two hosts speak through a tunnel between other ends each time.
        let asked = IPv4(from: "10.1.0.1", to: "198.51.100.\(n)", UDP(from: 5000, to: 7))
        send(asked)
        send(IPv4(from: "10.1.0.254", to: "10.1.0.1", ICMP(type: 3, code: 1, rest: [0, 0, 0, 0] + asked.bytes)))
        let inner = IPv4(from: "172.16.0.1", to: "172.16.0.2", TCP(from: 4000, to: 80, .syn, sequence: UInt32(n)))
        send(IPv4(from: "203.0.113.\(n)", to: "192.0.2.1", Tunnelled(inner)))
      }
      try Data(pcapFile(frames)).write(to: folder.appendingPathComponent("tunnels.pcap"))
      func records(_ workers: Int) throws -> [String] {
        let run = try run(
          "vedette",
          ["analyze", "--output", "json", "--records", "flow,anomaly", "--workers", "\(workers)", "tunnels.pcap"],
          in: folder)
        #expect(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init)
      }
      let alone = try records(1)
      #expect(alone.count { $0.contains("\"proto\":\"icmp\"") && $0.contains("\"type\":\"flow\"") } == 32)
      for workers in 2...4 { #expect(try records(workers) == alone) }
    }
  }

  @Test("The demo's story comes out as a case that ties a persona, an employee, a host, processes and flows")
  func demo() throws {
    try withFolder { (folder: URL) throws in
      #expect(try run("vedette-lab", ["make", folder.path, "--seed", "7"]).status == 0)
      let run = try run(
        "vedette",
        [
          "analyze", "--output", "json", "--records", "case", "--roster", "roster.yaml", "--personas", "personas.jsonl",
          "--processes", "windows-events.jsonl", "--processes", "linux-audit.log", "capture.pcap",
        ], in: folder)
      let whole = try run.records.filter { one in
        ["personas", "employees", "hosts", "processes", "flows"].allSatisfy { one["entities"]?[$0]?.count ?? 0 > 0 }
          && ["high", "critical"].contains(one["severity"]?.string)
      }
      #expect(!whole.isEmpty)
    }
  }

  @Test("A file that is no capture is one error line and status 1, and the others are read")
  func foreignCapture() throws {
    try withTemporaryFile(Array("this is no capture at all, only words\n".utf8)) { foreign in
      try withTemporaryFile(webSession()) { good in
        let run = try run("vedette", ["analyze", "--output", "json", "--records", "flow", foreign, good])
        #expect(run.status == 1)
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.errors.contains(foreign))
        #expect(try run.records.count == 1)
      }
    }
  }

  @Test("A capture that ends within a record keeps what came before it")
  func truncatedCapture() throws {
    try withTemporaryFile(webSession().dropLast(5).map { $0 }) { path in
      let run = try run("vedette", ["analyze", "--output", "json", "--records", "flow", path])
      #expect(run.status == 1)
      #expect(run.errors.contains(path))
      #expect(try run.records.first?["to_server"]?["packets"]?.int64 == 4)
    }
  }

  @Test("A bad evidence line is refused with its line number, and the rest goes on")
  func badEvidence() throws {
    let text = """
      {"type":"persona","time":"2026-01-01T00:00:00Z","platform":"x","account_id":"1","handle":"a","display_name":"A"}
      {"type":"persona","time":"2026-01-01T00:00:00Z","platform":"x","account_id":"2","handle":5,"display_name":"B"}
      no json
      {"type":"persona","time":"2026-01-01T00:00:00Z","platform":"x","account_id":"3","handle":"c","display_name":"C"}

      """
    try withTemporaryFile(Array(text.utf8), suffix: ".jsonl") { path in
      let run = try run(
        "vedette", ["analyze", "--output", "json", "--records", "persona", "--personas", "evidence:\(path)"])
      #expect(run.status == 1)
      #expect(try run.records.count == 2)
      #expect(run.errors.contains("line 2"))
      #expect(run.errors.contains("line 3"))
    }
  }

  @Test("A roster with the same id twice is told with its line, and the first entry stays")
  func duplicatePerson() throws {
    let roster = "people:\n  - {id: e1, name: Ana}\n  - {id: e1, name: Bo}\n"
    try withTemporaryFile(Array(roster.utf8), suffix: ".yaml") { path in
      try withTemporaryFile(webSession()) { capture in
        let run = try run("vedette", ["analyze", "--roster", path, capture])
        #expect(run.status == 1)
        #expect(run.errors.contains("\(path):3:"))
      }
    }
  }

  @Test(
    "Wrong use ends with 2 and one line",
    arguments: [
      ["analyze"], ["analyze", "--records", "nonsense", "x.pcap"], ["analyze", "--set", "no.such.key=1", "x.pcap"],
      ["analyze", "--fail-on", "terrible", "x.pcap"], ["no-such-command"], ["analyze", "--workers", "0", "x.pcap"],
    ])
  func wrongUse(arguments: [String]) throws {
    let run = try run("vedette", arguments)
    #expect(run.status == 2)
    #expect(!run.errors.isEmpty)
    #expect(run.output.isEmpty)
  }

  @Test("A command that needs the daemon ends with 3 when there is none")
  func noDaemon() throws {
    let run = try run("vedette", ["cases", "--socket", "/nonexistent/vedette.sock"])
    #expect(run.status == 3)
  }

  @Test("--version and --help end with 0")
  func help() throws {
    #expect(try run("vedette", ["--version"]).output.contains("0.1.0"))
    #expect(try run("vedette", ["analyze", "--help"]).status == 0)
  }
}
