import PluginSupport
import Testing

@testable import EvidenceLines

private func read(_ text: String, _ parameters: String = "") -> SourceRun {
  RecordingHost.run(EvidencePlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

@Suite("Evidence in tables")
struct EvidenceTableTests {
  @Test("Columns named as the fields are fill them; others go to extra under their own name")
  func columns() {
    let run = read(
      """
      type,time,platform,account_id,handle,display_name,followers,verified,links,Cost Centre
      persona,2026-09-01T01:07:38Z,linkedin,17,jane,"Doe, Jane",1 234,yes,https://a.example/;https://b.example/,K7
      """)
    #expect(run.rejected.isEmpty)
    let record = run.records[0]
    #expect(record.time == 1_788_224_858_000_000_000)
    #expect(record["account_id"] == "17")
    #expect(record["display_name"] == "Doe, Jane")
    #expect(record["followers"] == "1234")
    #expect(record["verified"] == "1")
    #expect(record.all("links") == ["https://a.example/", "https://b.example/"])
    #expect(record["extra"] == #"{"Cost Centre":"K7"}"#)
  }

  @Test("Sender and receiver have columns of their own, and a kind with one of them makes an outreach")
  func outreach() {
    let run = read(
      """
      time;platform;kind;from_handle;to.email;text
      01.09.2026 01:07:38;x;Direct Message;jane;B@example.org;"one
      two"
      """)
    #expect(run.rejected.isEmpty)
    #expect(run.records.map(\.type) == ["outreach"])
    #expect(run.records[0]["kind"] == "direct_message")
    #expect(run.records[0]["from_handle"] == "jane")
    #expect(run.records[0]["to_email"] == "B@example.org")
    #expect(run.records[0]["text"] == "one\ntwo")
  }

  @Test("A mapping renames columns, leaves some out, and adds what every record has")
  func mapping() {
    let run = read(
      "Wann,Profil,Name,Nr,geheim\n1.9.2026 03:07,jane,Jane Doe,17,x\n",
      #"{"type":"persona","platform":"xing","zone":"+02:00","map":"Wann=time;Profil=handle;Name=display_name;Nr=account_id;geheim="}"#
    )
    #expect(run.rejected.isEmpty)
    #expect(run.records[0]["platform"] == "xing")
    #expect(run.records[0].time == 1_788_224_820_000_000_000)
    #expect(run.records[0]["extra"] == nil)
    let object = read(
      "a,b,c,d\n1788224858,jane,Jane,1\n",
      #"{"type":"persona","platform":"x","map":{"a":"time","b":"handle","c":"display_name","d":"account_id"}}"#)
    #expect(object.records.map { $0["handle"] } == ["jane"])
  }

  @Test("A bad row is refused with its line and column, and the rest goes on")
  func refusals() {
    let run = read(
      """
      type,time,platform,account_id,handle,display_name,followers
      persona,yesterday,x,1,a,A,1
      persona,2026-09-01,x,1,a,A,many
      persona,2026-09-01,x,1,a,"A" B,1
      flow,2026-09-01,x,1,a,A,1
      persona,2026-09-01,x,1,,A,1
      persona,2026-09-01,x,1,a,A,1,2
      persona,2026-09-01,x,1,a,A
      """)
    #expect(run.records.count == 1)
    #expect(run.rejected.map(\.line) == [2, 3, 4, 5, 6, 7])
    #expect(run.rejected[0].text == "field `time`: expected a time, found text `yesterday`")
    #expect(run.rejected[4].text == "field `handle` is required")
    #expect(run.rejected[5].text == "8 cells, but the first line names 7 columns")
  }

  @Test("A table in another character set is read where the parameter names it, and refused where not")
  func charset() {
    let text =
      Array("type,time,platform,account_id,handle,display_name\npersona,2026-09-01,x,1,a,M".utf8) + [0xfc, 0x0a]
    let refused = RecordingHost.run(EvidencePlugin.plugin, over: text)
    #expect(refused.rejected.map(\.line) == [2])
    let run = RecordingHost.run(EvidencePlugin.plugin, over: text, parameters: #"{"charset":"windows-1252"}"#)
    #expect(run.records.map { $0["display_name"] } == ["Mü"])
  }

  @Test("A table and JSON Lines are told apart by the first byte, or by the parameter")
  func formats() {
    let line =
      #"{"type":"persona","time":"2026-09-01T01:07:38Z","platform":"x","account_id":"1","handle":"a","display_name":"d"}"#
    #expect(read(line).records.count == 1)
    #expect(read(line, #"{"format":"jsonl"}"#).records.count == 1)
    #expect(read(line, #"{"format":"csv"}"#).records.isEmpty)
    #expect(read("").status == 3)
    #expect(read("broken\n" + line).records.count == 1)
    #expect(read(line, #"{"format":"jsonl","platform":"x"}"#).status < 0)
    #expect(read(line, #"{"fromat":"csv"}"#).status < 0)
  }

  @Test("A restart after any row misses and doubles nothing")
  func restarts() {
    let rows = (1...9).map { $0 % 4 == 0 ? "\"broken\" row" : "persona,2026-09-01,x,\($0),\"a\n\($0)\",A" }
    RecordingHost.expectRestarts(
      EvidencePlugin.plugin,
      over: Array(("type,time,platform,account_id,handle,display_name\n" + rows.joined(separator: "\n")).utf8))
  }

  @Test("A table is recognised by the names in its first line")
  func sniff() {
    #expect(RecordingHost.sniff(EvidencePlugin.table, "type,time,platform,account_id,handle\n") == 90)
    #expect(RecordingHost.sniff(EvidencePlugin.table, "time;platform;account_id;handle;display_name\n") == 80)
    #expect(RecordingHost.sniff(EvidencePlugin.table, "First Name,Last Name,URL\n") == 0)
    #expect(RecordingHost.sniff(EvidencePlugin.table, "a log line\n") == 0)
  }
}
