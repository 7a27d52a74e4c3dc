import PluginSupport
import Testing

@testable import MastodonExportSource

private func read(_ text: String, _ parameters: String = "") -> SourceRun {
  RecordingHost.run(MastodonExportPlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

private let actor = """
  {"@context":["https://www.w3.org/ns/activitystreams"],"id":"https://social.example/users/jane","type":"Person",
   "preferredUsername":"jane","name":"Jane Doe","summary":"<p>Recruiter at Northwind &amp; Co</p>",
   "url":"https://social.example/@jane","published":"2016-01-20T00:00:00Z",
   "attachment":[{"type":"PropertyValue","name":"Site","value":"<a href=\\"https://jane.example/\\">jane.example</a>"}]}
  """
private let outbox = """
  {"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection","totalItems":3,"orderedItems":[
   {"type":"Create","actor":"https://social.example/users/jane","published":"2026-09-01T01:07:38Z",
    "object":{"id":"https://social.example/users/jane/statuses/1","type":"Note","inReplyTo":null,
     "content":"<p><a href=\\"https://other.example/@sam\\">@sam</a> see <a href=\\"https://lure.example/x\\">here</a></p>",
     "tag":[{"type":"Mention","href":"https://other.example/users/sam","name":"@sam@other.example"}]}},
   {"type":"Announce","actor":"https://social.example/users/jane"},
   {"type":"Create","actor":"nobody","object":{"type":"Note"}}]}
  """
private let following =
  "Account address,Show boosts,Notify on new posts,Languages\nsam@other.example,true,false,\nx,true,,\n"

@Suite("Mastodon's data export")
struct MastodonExportTests {
  private let owner = #"{"owner_account":"jane@social.example","exported_at":"2026-09-01T01:07:38Z"}"#

  @Test("The account is a persona, with its biography as text and the links of its fields")
  func account() {
    let record = read(actor, owner).records[0]
    #expect(record["handle"] == "jane@social.example")
    #expect(record["display_name"] == "Jane Doe")
    #expect(record["bio"] == "Recruiter at Northwind & Co")
    #expect(record.all("links") == ["https://jane.example/"])
    // date -u -d 2016-01-20 +%s
    #expect(record["created_at"] == "1453248000000000000")
    #expect(record.time == 1_788_224_858_000_000_000)
    #expect(read(actor).records[0].time == 1_453_248_000_000_000_000)
  }

  @Test("A post that names somebody is a mention, with the links that lead elsewhere")
  func posts() {
    let run = read(outbox)
    #expect(run.records.count == 1)
    #expect(run.records[0]["kind"] == "mention")
    #expect(run.records[0]["to_handle"] == "sam@other.example")
    #expect(run.records[0].all("links") == ["https://lure.example/x"])
    #expect(run.rejected.map(\.line) == [7])
    #expect(run.log == ["left out: 1 Announce activity"])
  }

  @Test("Whom it follows is told where time and owner are")
  func follows() {
    let run = read(following, owner)
    #expect(run.records.map { $0["to_handle"] } == ["sam@other.example"])
    #expect(run.rejected.map(\.line) == [3])
    #expect(read(following).records.isEmpty)
  }

  @Test("A restart after any record misses and doubles nothing", arguments: [actor, outbox, following])
  func restarts(_ text: String) {
    RecordingHost.expectRestarts(MastodonExportPlugin.plugin, over: Array(text.utf8), parameters: owner)
  }

  @Test("The files are recognised")
  func sniff() {
    for text in [actor, outbox, following] { #expect(RecordingHost.sniff(MastodonExportPlugin.source, text) == 95) }
    #expect(RecordingHost.sniff(MastodonExportPlugin.source, "{}") == 0)
  }
}
