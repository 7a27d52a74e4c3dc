import PluginSupport
import Testing

@testable import EvidenceLines

/// Runs the evidence source over lines.
private func read(_ lines: String...) -> SourceRun {
  RecordingHost.run(EvidencePlugin.plugin, over: Array(lines.joined(separator: "\n").utf8))
}

private let persona = """
  {"type":"persona","time":"2026-09-01T01:07:38.325Z","platform":"linkedin","account_id":"1","handle":"a","display_name":"A B"
  """

@Suite("The evidence source")
struct EvidenceTests {
  @Test("Both interfaces are offered and all six records described with the names of the ABI")
  func description() {
    let host = RecordingHost()
    #expect(host.describe(EvidencePlugin.plugin) == 0)
    #expect(
      Set(host.description.keys) == ["persona", "persona_change", "outreach", "process", "connection", "asset"])
    #expect(host.description["outreach"]?.contains("from_account_id") == true)
    #expect(host.description["connection"]?.contains("dest_ip") == true)
    #expect(EvidencePlugin.plugin.entry(host: 2 << 16) == nil)
    #expect(EvidencePlugin.plugin.entry(host: 1 << 16 | 7) != nil)
  }

  @Test("A persona's members reach their fields; what is unknown goes to extra")
  func personaFields() {
    let run = read(
      persona
        + #","created_at":"2010-10-12T17:47:39.5+02:00","links":["a","b"],"verified":false,"followers":7,"shoe":[1,{"x":null}]}"#
    )
    #expect(run.rejected.isEmpty)
    let record = run.records[0]
    // 2026-09-01T01:07:38Z is 1788224858 s; 2010-10-12T15:47:39Z is 1286898459 s (date -u -d … +%s).
    #expect(record.time == 1_788_224_858_325_000_000)
    #expect(record["created_at"] == "1286898459500000000")
    #expect(record.all("links") == ["a", "b"])
    #expect(record["verified"] == "0")
    #expect(record["followers"] == "7")
    #expect(record["extra"] == #"{"shoe":[1,{"x":null}]}"#)
  }

  @Test("Without an id of its own, a record has the SHA-256 of its canonical JSON, however it is written")
  func identity() {
    let plain =
      #"{"account_id":"1","display_name":"A B","handle":"a","platform":"x","time":"2026-09-01T01:07:38Z","type":"persona"}"#
    let other =
      #"{ "type": "persona", "time": "2026-09-01T01:07:38Z", "platform": "x", "handle": "a", "display_name": "A B", "account_id": "1" }"#
    let run = read(plain, other)
    // printf '%s' "$plain" | sha256sum: its members are in canonical order already.
    #expect(run.records.map { $0["id"] } == [digest, digest])
    #expect(read(persona + #","id":"mine"}"#).records[0]["id"] == "mine")
  }

  private let digest = "ee043a1349ba27b2d0196dd9a7f647d85c02f57332c11d413ff8422884a553db"

  @Test("Sender and receiver of an outreach are flattened; unknown members of theirs stay under their name")
  func outreach() {
    let run = read(
      #"{"type":"outreach","time":"2026-09-01T01:07:38Z","platform":"x","kind":"follow","from":{"handle":"h","verified":true},"to":{"employee":"e1"},"text":null}"#
    )
    #expect(run.records[0]["from_handle"] == "h")
    #expect(run.records[0]["to_employee"] == "e1")
    #expect(run.records[0]["text"] == nil)
    #expect(run.records[0]["extra"] == #"{"from":{"verified":true}}"#)
  }

  @Test("Processes, connections and assets reach their fields")
  func hosts() {
    let run = read(
      #"{"type":"process","time":"2026-09-01T01:07:38Z","host":"h","pid":4,"image":"System","parent":{"pid":1,"command_line":"init"},"event":"start"}"#,
      #"{"type":"connection","time":"2026-09-01T01:07:38Z","host":"h","guid":"{1}","proto":"tcp","dest_ip":"2001:db8::1","dest_port":443,"src_ip":"192.0.2.1","src_port":65535,"initiated":true}"#,
      #"{"type":"asset","time":"2026-09-01T01:07:38Z","host":"h","ips":["192.0.2.1","::1"],"macs":["00-1b-21-0A-0b-0c"],"names":["n"],"until":"2026-09-02T00:00:00Z"}"#,
      #"{"type":"persona_change","time":"2026-09-01T01:07:38Z","platform":"x","account_id":"1","field":"handle","from":"a","to":"b"}"#
    )
    #expect(run.rejected.isEmpty)
    #expect(run.records.map(\.type) == ["process", "connection", "asset", "persona_change"])
    #expect(run.records[0]["parent_pid"] == "1")
    #expect(run.records[0]["parent_command_line"] == "init")
    #expect(run.records[1]["dest_ip"] == "2001:db8::1")
    #expect(run.records[1]["src_port"] == "65535")
    #expect(run.records[2].all("ips") == ["192.0.2.1", "::1"])
    #expect(run.records[2].all("macs") == ["00:1b:21:0a:0b:0c"])
    #expect(run.records[3]["to"] == "b")
  }

  @Test(
    "A bad record is refused with its field, and the rest goes on",
    arguments: [
      (
        #"{"type":"persona","time":"2026-09-01T01:07:38Z","platform":"x","account_id":"1","handle":5,"display_name":"d"}"#,
        "field `handle`: expected text, found number 5"
      ),
      (
        #"{"type":"persona","time":"2026-09-01T01:07:38Z","platform":"x","account_id":"1","display_name":"d"}"#,
        "field `handle` is required"
      ),
      (
        #"{"type":"persona","time":"2026-09-01 01:07:38","platform":"x"}"#,
        "field `time`: expected a time as 2026-09-01T01:07:38.325Z, found text `2026-09-01 01:07:38`"
      ),
      (
        #"{"type":"persona","time":"2026-02-29T00:00:00Z"}"#,
        "field `time`: expected a time as 2026-09-01T01:07:38.325Z, found text `2026-02-29T00:00:00Z`"
      ),
      (#"{"type":"persona"}"#, "field `time` is required"),
      (
        #"{"type":"flow","time":"2026-09-01T01:07:38Z"}"#,
        "field `type`: expected persona, persona_change, outreach, process, connection, asset, found text `flow`"
      ),
      (#"[1]"#, "expected a JSON object, found array"),
      (
        #"{"type":"process","time":"2026-09-01T01:07:38Z","host":"h","image":"i"}"#, "field `pid` or `guid` is required"
      ),
      (
        #"{"type":"process","time":"2026-09-01T01:07:38Z","host":"h","image":"i","pid":-1}"#,
        "field `pid`: expected a whole number from 0 to 9223372036854775807, found number -1"
      ),
      (
        #"{"type":"connection","time":"2026-09-01T01:07:38Z","host":"h","pid":1,"proto":"tcp","dest_ip":"1.2.3","dest_port":1}"#,
        "field `dest_ip`: expected an IP address, found text `1.2.3`"
      ),
      (
        #"{"type":"connection","time":"2026-09-01T01:07:38Z","host":"h","pid":1,"proto":"tcp","dest_ip":"1.2.3.4","dest_port":65536}"#,
        "field `dest_port`: expected a whole number from 0 to 65535, found number 65536"
      ),
      (
        #"{"type":"outreach","time":"2026-09-01T01:07:38Z","platform":"x","kind":"wave","from":{"handle":"a"},"to":{"handle":"b"}}"#,
        "field `kind`: expected one of connection_request, follow, direct_message, mention, reply, invite, email, call, found text `wave`"
      ),
      (
        #"{"type":"outreach","time":"2026-09-01T01:07:38Z","platform":"x","kind":"call","from":{"email":"a"},"to":{"handle":"b"}}"#,
        "field `from`: account_id or handle is required"
      ),
      (
        #"{"type":"outreach","time":"2026-09-01T01:07:38Z","platform":"x","kind":"call","from":{"handle":1},"to":{"handle":"b"}}"#,
        "field `from.handle`: expected text, found number 1"
      ),
      (
        #"{"type":"asset","time":"2026-09-01T01:07:38Z","host":"h","names":["a",1]}"#,
        "field `names[1]`: expected text, found number 1"
      ),
      (#"{"type":"asset","time":"2026-09-01T01:07:38Z","host":"h","host":"i"}"#, "field `host` is given twice"),
    ])
  func refusals(line: String, reason: String) {
    let good = persona + "}"
    let run = read(good, line, good)
    #expect(run.rejected == [Rejected(line: 2, offset: UInt64(good.utf8.count + 1), text: reason)])
    #expect(run.records.count == 2)
    #expect(run.status == 3)
  }

  @Test("Bad JSON is refused at its byte")
  func badJSON() {
    let run = read("{}", #"{"type":nope}"#)
    #expect(run.rejected.count == 2)
    #expect(run.rejected[1].line == 2)
    #expect(run.rejected[1].offset == 3 + 8)
  }

  @Test("A text that is no digest does not count as one")
  func noDigest() {
    let run = read(persona + #","avatar_sha256":"Views are my own"}"#)
    #expect(run.records[0]["avatar_sha256"] == nil)
    #expect(run.records[0]["extra"] == #"{"avatar_sha256":"Views are my own"}"#)
  }

  @Test("Stopped after any call, a stream goes on at the cursor without loss")
  func resume() {
    let lines = (0..<10).map { persona + ",\"id\":\"\($0)\"}" }.joined(separator: "\r\n")
    let whole = RecordingHost.run(EvidencePlugin.plugin, over: Array(lines.utf8), max: 3)
    #expect(whole.records.map { $0["id"] } == (0..<10).map { "\($0)" })
    for calls in 1..<4 {
      let first = RecordingHost.run(EvidencePlugin.plugin, over: Array(lines.utf8), max: 3, calls: calls)
      let second = RecordingHost.run(
        EvidencePlugin.plugin, over: Array(lines.utf8), cursor: first.cursors.last ?? "", max: 3)
      #expect((first.records + second.records).map { $0["id"] } == (0..<10).map { "\($0)" })
    }
  }

  @Test("The kind of file is seen from its first lines")
  func sniffing() {
    #expect(RecordingHost.sniff(EvidencePlugin.source, persona + "}\n" + persona + "}\n") == 95)
    #expect(RecordingHost.sniff(EvidencePlugin.source, #"{"EventID":1,"Hostname":"h"}"#) == 0)
    #expect(RecordingHost.sniff(EvidencePlugin.source, "") == 0)
    #expect(RecordingHost.sniff(EvidencePlugin.source, "type=SYSCALL msg=audit(1.1:1): x=y") == 0)
  }
}
