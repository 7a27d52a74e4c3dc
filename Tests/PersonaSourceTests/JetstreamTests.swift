import Foundation
import PluginSupport
import Testing
import VedettePluginABI

@testable import JetstreamSource

/// As https://github.com/bluesky-social/jetstream describes its events.
private func commit(_ did: String, _ collection: String, _ record: String, _ time: Int = 1_725_911_162_329_308)
  -> String
{
  #"{"did":"\#(did)","time_us":\#(time),"kind":"commit","commit":{"rev":"r","operation":"create","collection":"\#(collection)","rkey":"k","record":\#(record),"cid":"c"}}"#
}

private let lines = [
  commit("did:plc:a", "app.bsky.graph.follow", #"{"$type":"app.bsky.graph.follow","subject":"did:plc:boss"}"#),
  commit("did:plc:a", "app.bsky.graph.follow", #"{"subject":"did:plc:other"}"#),
  commit("did:plc:b", "app.bsky.feed.like", #"{"subject":{"uri":"at://x"}}"#),
  commit(
    "did:plc:c", "app.bsky.feed.post",
    #"{"text":"Hi @boss @cfo see lure.example","reply":{"parent":{"uri":"at://did:plc:boss/app.bsky.feed.post/1"}},"facets":[{"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:cfo"},{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:boss"}]},{"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://lure.example/1"}]}]}"#
  ),
  commit(
    "did:plc:d", "app.bsky.actor.profile", #"{"displayName":"ACME Support","description":"https://acme.example.evil"}"#),
  commit("did:plc:e", "app.bsky.actor.profile", #"{"displayName":"Someone"}"#),
  #"{"did":"did:plc:boss","time_us":1725911162329310,"kind":"identity","identity":{"did":"did:plc:boss","handle":"new.example","seq":1,"time":"2024-09-09T19:46:02Z"}}"#,
  "no JSON", #"{"did":"did:plc:x","kind":"commit"}"#,
  #"{"did":"did:plc:a","time_us":1725911162329311,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.graph.follow","rkey":"k"}}"#,
]

private let parameters =
  #"{"watch":["did:plc:boss","did:plc:cfo"],"words":["Acme"],"accounts":["did:plc:boss"]}"#

/// All records, `size` a call, killed and resumed after each call if asked.
private func read(_ size: UInt64, isKilled: Bool) throws -> PolledRounds {
  var sum = PolledRounds()
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("jetstream-\(UUID().uuidString)").path
  defer { unlink(path) }
  try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
  var host = PollingHost(JetstreamPlugin.plugin)
  func open() {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters, cursor: sum.cursor, descriptor: file))
  }
  open()
  for _ in 0..<1000 {
    sum.take(host.next(max: size))
    if sum.last.status == VDT_NEXT_END { break }
    if isKilled { open() }
  }
  return sum
}

@Suite("The Jetstream source")
struct JetstreamTests {
  @Test("Follows, mentions and answers of the watched, profiles with a word, changes of named accounts")
  func events() throws {
    let run = try read(1000, isKilled: false)
    #expect(run.records.map(\.type) == ["outreach", "outreach", "outreach", "persona", "persona_change"])
    #expect(run.records.prefix(3).map { $0["kind"] } == ["follow", "reply", "mention"])
    #expect(run.records.prefix(3).map { $0["to_account_id"] } == ["did:plc:boss", "did:plc:boss", "did:plc:cfo"])
    #expect(run.records[1].all("links") == ["https://lure.example/1"])
    #expect(run.records[0].time == 1_725_911_162_329_308_000)
    #expect(run.records[3]["display_name"] == "ACME Support")
    #expect(run.records[4]["to"] == "new.example")
    #expect(run.rejects.count == 2)
  }

  @Test("A process that is killed after any number of records misses nothing", arguments: 2...4)
  func killed(_ size: UInt64) throws {
    let whole = try read(1000, isKilled: false)
    #expect(Set(try read(size, isKilled: true).ids) == Set(whole.ids))
    #expect(try read(1, isKilled: false).ids == whole.ids)
  }

  @Test("What is no DID is refused, and events are told from other lines")
  func sniff() {
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(!host.open(#"{"watch":["@boss"]}"#, descriptor: 0))
    func certainty(_ text: String) -> UInt32 {
      Array(text.utf8).withUnsafeBytes { JetstreamPlugin.source.sniff($0, "x") }
    }
    #expect(certainty(lines[0] + "\n") == 95)
    #expect(certainty(#"{"type":"persona","time":"2026-01-01T00:00:00Z"}"# + "\n") == 0)
    #expect(certainty("") == 0)
  }
}
