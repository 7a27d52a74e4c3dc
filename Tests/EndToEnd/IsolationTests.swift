// First-party dissectors in processes of their own, as a user has them by plugins.isolation.

import Foundation
import JSON
import TestSupport
import Testing

/// TCP sessions of two segments of data each, and datagrams, of the three protocols that first-party dissectors know.
private func capture() -> [UInt8] {
  let client = "192.0.2.10"
  let server = "198.51.100.20"
  var frames: [CapturedFrame] = []
  func add(_ bytes: [UInt8]) {
    frames.append(CapturedFrame(at: 1_800_000_000_000_000_000 + Int64(frames.count) * 1_000_000, bytes))
  }
  func session(_ from: UInt16, to: UInt16, _ request: [UInt8], _ answer: [UInt8]) {
    func send(_ isClient: Bool, _ segment: TCP) {
      add(Ethernet(IPv4(from: isClient ? client : server, to: isClient ? server : client, segment)).bytes)
    }
    let r = UInt32(request.count)
    let a = UInt32(answer.count)
    send(true, TCP(from: from, to: to, .syn, sequence: 100))
    send(false, TCP(from: to, to: from, [.syn, .ack], sequence: 900, acknowledgement: 101))
    send(true, TCP(from: from, to: to, .ack, sequence: 101, acknowledgement: 901))
    send(true, TCP(from: from, to: to, [.psh, .ack], sequence: 101, acknowledgement: 901, payload: request))
    send(false, TCP(from: to, to: from, [.psh, .ack], sequence: 901, acknowledgement: 101 + r, payload: answer))
    send(true, TCP(from: from, to: to, [.fin, .ack], sequence: 101 + r, acknowledgement: 901 + a))
    send(false, TCP(from: to, to: from, [.fin, .ack], sequence: 901 + a, acknowledgement: 102 + r))
    send(true, TCP(from: from, to: to, .ack, sequence: 102 + r, acknowledgement: 902 + a))
  }
  session(
    40000, to: 80, Array("GET /x HTTP/1.1\r\nHost: www.example\r\n\r\n".utf8),
    Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8))
  // RFC 9112 §6.3: two lengths that differ.
  session(
    40001, to: 80, Array("POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nzz".utf8), [])
  // RFC 8446 §4.1.2: a ClientHello of TLS 1.2 with one cipher suite and the name www.example (RFC 6066 §3).
  let name: [UInt8] = Array("www.example".utf8)
  let names: [UInt8] = [0, 0, 0, 16, 0, 14, 0, 0, 11] + name
  let hello: [UInt8] =
    [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0, 0, UInt8(names.count)] + names
  session(
    40002, to: 443, [22, 3, 1, 0, UInt8(hello.count + 4), 1, 0, 0, UInt8(hello.count)] + hello, [21, 3, 3, 0, 2, 2, 40])
  // RFC 1035 §4.1: a question and its answer.
  let question: [UInt8] = [7] + Array("example".utf8) + [3] + Array("org".utf8) + [0, 0, 1, 0, 1]
  let query: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question
  let answer: [UInt8] =
    [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + question + [
      0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80,
    ]
  add(Ethernet(IPv4(from: client, to: server, UDP(from: 40003, to: 53, payload: query))).bytes)
  add(Ethernet(IPv4(from: server, to: client, UDP(from: 53, to: 40003, payload: answer))).bytes)
  return pcapFile(frames)
}

@Suite("The program with plugins in processes of their own")
struct IsolationTests {
  /// What a run writes, without the one member that may differ.
  private func records(_ arguments: [String]) throws -> [String] {
    let run = try run("vedette", ["analyze", "--output", "json"] + arguments)
    #expect(run.errors.isEmpty, "\(run.errors)")
    return run.output.split(separator: "\n").map { line in
      line.range(of: #","run":{"#).map { String(line[..<$0.lowerBound]) } ?? String(line)
    }
  }

  @Test("First-party dissectors find the same to the byte, with one worker and with two", arguments: [1, 2])
  func same(workers: Int) throws {
    try withTemporaryFile(capture()) { path in
      let arguments = [path, "--workers", "\(workers)", "--set"]
      let here = try records(arguments + ["plugins.isolation=none"])
      let there = try records(arguments + ["plugins.isolation=process"])
      #expect(here == there)
      for name in ["http", "tls", "dns"] {
        let found = there.contains { $0.contains(#""type":"transaction""#) && $0.contains(#""app_proto":"\#(name)""#) }
        #expect(found, "no transaction of \(name)")
      }
      #expect(there.contains { $0.contains(#""anomaly":"http."#) })
    }
  }

  @Test("A dissector that crashes costs its flows: the run goes on, says so in one line, and shows the gap")
  func crash() throws {
    try withFolder { (folder: URL) throws in
      let path = folder.appendingPathComponent("libdissector_frames.so").path
      let built = try FixturePlugins.build("frames", ["IN_DATA": "if(says(body,length,\"bad\"))abort()"])
      try FileManager.default.copyItem(atPath: built, toPath: path)
      let client = "192.0.2.10"
      let server = "198.51.100.20"
      let bad: [UInt8] = Array("FX".utf8) + [0, 3] + Array("bad".utf8)
      let segments: [(Bool, TCP)] = [
        (true, TCP(from: 40000, to: 7000, .syn, sequence: 100)),
        (false, TCP(from: 7000, to: 40000, [.syn, .ack], sequence: 900, acknowledgement: 101)),
        (true, TCP(from: 40000, to: 7000, .ack, sequence: 101, acknowledgement: 901)),
        (true, TCP(from: 40000, to: 7000, [.psh, .ack], sequence: 101, acknowledgement: 901, payload: bad)),
      ]
      let frames = segments.enumerated().map { i, s in
        CapturedFrame(
          at: 1_800_000_000_000_000_000 + Int64(i) * 1_000_000,
          Ethernet(IPv4(from: s.0 ? client : server, to: s.0 ? server : client, s.1)).bytes)
      }
      try withTemporaryFile(pcapFile(frames)) { capture in
        let run = try run(
          "vedette",
          ["analyze", "--output", "json", capture, "--set", "plugins.path=\(path)", "--set", "plugins.isolation=auto"])
        #expect(run.status == 1)
        #expect(run.errors.contains("the process of org.example.frames ended before its time, 1 times"))
        let stats = try #require(try run.records.last)
        #expect(stats["counters"]?["plugin_interruptions"]?.int64 == 1)
        #expect(stats["counters"]?["plugin_sessions_lost"]?.int64 == 1)
        let gap = stats["gaps"]?.elements?.first { $0["kind"]?.string == "plugin_interrupted" }
        #expect(gap?["subject"]?.string == "org.example.frames")
        #expect(gap?["from"]?.string == "2027-01-15T08:00:00.003000000Z")
        #expect(try run.records.contains { $0["type"]?.string == "flow" && $0["app_proto"]?.string == "frames" })
      }
    }
  }

  @Test("First-party sources tell the same to the byte, named or found by the beginning of the file")
  func sources() throws {
    try withFolder { (folder: URL) throws in
      #expect(try run("vedette-lab", ["make", folder.path, "--seed", "3"]).status == 0)
      func told(_ isolation: String) throws -> (Substring, String) {
        let run = try run(
          "vedette",
          [
            "analyze", "--output", "json", "--roster", "\(folder.path)/roster.yaml", "--personas",
            "\(folder.path)/personas.jsonl", "--processes", "winevent:\(folder.path)/windows-events.jsonl",
            "--processes",
            "\(folder.path)/linux-audit.log", "--records", "persona,outreach,process,connection,signal,case,stats",
            "--set", "plugins.isolation=\(isolation)",
          ])
        let end = try #require(run.output.range(of: #","run":{"#, options: .backwards))
        return (run.output[..<end.lowerBound], run.errors)
      }
      let here = try told("none")
      let there = try told("process")
      #expect(here.0 == there.0)
      #expect(here.1 == there.1)
      #expect(there.0.contains(#""type":"persona""#) && there.0.contains(#""type":"process""#))
    }
  }

  /// A file that a source reads: a few lines of what its platform hands out.
  struct Sample: CustomTestStringConvertible, Sendable {
    let plugin: String
    let name: String
    let text: String
    var testDescription: String { plugin }
  }

  private static let samples = [
    Sample(
      plugin: "stix", name: "bundle.json",
      text: """
        {"type":"bundle","id":"bundle--1","objects":[
         {"type":"user-account","spec_version":"2.1","id":"user-account--1","user_id":"79563902","account_login":"jdoe",
          "account_type":"twitter","display_name":"Jane Doe","account_created":"2016-01-20T12:31:12Z"},
         {"type":"observed-data","spec_version":"2.1","id":"observed-data--1","first_observed":"2026-08-31T10:00:00Z",
          "last_observed":"2026-09-01T01:07:38Z","number_observed":2,"object_refs":["user-account--1"]}]}
        """),
    Sample(
      plugin: "misp", name: "event.json",
      text: """
        {"Event":{"uuid":"5f0e0000-0000-4000-8000-000000000001","info":"A persona","date":"2026-09-01","Object":[
         {"name":"microblog","uuid":"5f0e0000-0000-4000-8000-000000000002","timestamp":"1788224858","Attribute":[
          {"object_relation":"type","type":"text","value":"Twitter"},
          {"object_relation":"username","type":"text","value":"jdoe"},
          {"object_relation":"display-name","type":"text","value":"Jane Doe"},
          {"object_relation":"username-quoted","type":"text","value":"sam"},
          {"object_relation":"creation-date","type":"datetime","value":"2026-09-01T01:07:38Z"}]}]}}
        """),
    Sample(
      plugin: "linkedin-export", name: "Connections.csv",
      text: """
        First Name,Last Name,URL,Email Address,Company,Position,Connected On
        Jane,Doe,https://www.linkedin.com/in/jane-doe,j@example.net,Northwind,Head of Talent,01 Sep 2026

        """),
    Sample(
      plugin: "mailbox", name: "mail.mbox",
      text: """
        From stranger@example.net Tue Sep  1 01:07:38 2026
        From: Jane Doe <jane@example.net>
        To: Sam Poe <sam@example.org>
        Subject: Urgent
        Date: Tue, 1 Sep 2026 01:07:38 +0000
        Message-ID: <m1@example.net>

        See https://lure.example/pay.

        """),
    Sample(
      plugin: "mastodon-export", name: "actor.json",
      text: """
        {"@context":["https://www.w3.org/ns/activitystreams"],"id":"https://social.example/users/jane","type":"Person",
         "preferredUsername":"jane","name":"Jane Doe","summary":"<p>Recruiter</p>","url":"https://social.example/@jane",
         "published":"2016-01-20T00:00:00Z"}
        """),
    Sample(
      plugin: "x-export", name: "direct-messages.js",
      text: """
        window.YTD.direct_messages.part0 = [ { "dmConversation" : { "conversationId" : "12-77", "messages" : [
          { "messageCreate" : { "recipientId" : "77", "text" : "see this", "senderId" : "12", "id" : "900",
            "createdAt" : "2026-09-01T01:07:38.000Z" } } ] } } ]
        """),
  ]

  @Test("So do those of platforms' files", arguments: samples)
  func files(_ sample: Sample) throws {
    try withFolder { (folder: URL) throws in
      let path = folder.appendingPathComponent(sample.name).path
      try Data(sample.text.utf8).write(to: URL(fileURLWithPath: path))
      func told(_ isolation: String) throws -> (output: String, errors: String) {
        let run = try run(
          "vedette",
          [
            "analyze", "--output", "json", "--personas", "\(sample.plugin):\(path)", "--records", "persona,outreach",
            "--set", "plugins.isolation=\(isolation)",
          ])
        return (run.output, run.errors)
      }
      let here = try told("none")
      let there = try told("process")
      #expect(here == there)
      #expect(there.output.contains(#""source":"\#(sample.plugin):"#))
    }
  }

  @Test("So they do over all captures of the corpus, as one sensor's", .enabled(if: Corpus.path != nil))
  func corpus() throws {
    let files = Corpus.files(below: try #require(Corpus.path) + "/pcaps", suffixes: [".pcap", ".pcapng"])
    func told(_ isolation: String) throws -> (String, String) {
      let run = try run(
        "vedette", ["analyze", "--output", "json", "--merge", "--set", "plugins.isolation=\(isolation)"] + files)
      let end = try #require(run.output.range(of: #","run":{"#, options: .backwards))
      return (String(run.output[..<end.lowerBound]), run.errors)
    }
    let here = try told("none")
    let there = try told("process")
    #expect(here.0 == there.0)
    #expect(here.1 == there.1)
  }
}
