import JSON
import PluginSupport
import Testing
import VedettePluginABI

@testable import RestPollerSource

/// A directory of a made-up service: people with numbers, page by page in each of the ways that services have.
private func directory(_ count: Int = 23) throws -> LocalServer {
  @Sendable func person(_ n: Int) -> String {
    #"{"id":\#(n),"user":{"login":"u\#(n)","name":"Name \#(n)"},"kind":"\#(n % 5 == 0 ? "bot" : "human")","links":[{"url":"https://a.example/\#(n)"},{"url":"https://b.example/\#(n)"}],"joined":"05.03.2024 10:00","stats":{"followers":\#(n)},"updated":\#(1_780_000_000 + n)}"#
  }
  return try LocalServer { request in
    guard request.headers["x-key"] == "k3y" || request["key"] == "k3y" else {
      return .answer(401, [:], #"{"message":"no key"}"#)
    }
    let after = request["updated_after"].flatMap { Int($0) } ?? 0
    let all = (1...count).filter { 1_780_000_000 + $0 > after }
    let size = request["per_page"].flatMap { Int($0) } ?? 4
    let start: Int
    if let page = request["page"].flatMap({ Int($0) }) {
      start = (page - 1) * size
    } else {
      start = request["offset"].flatMap { Int($0) } ?? request["cursor"].flatMap { Int($0.dropFirst()) } ?? 0
    }
    let rest = all.dropFirst(start)
    let list = "[" + rest.prefix(size).map(person).joined(separator: ",") + "]"
    var headers: [String: String] = [:]
    var next = ""
    if rest.count > size {
      headers["Link"] = "</people?cursor=c\(start + size)>; rel=\"next\""
      next = #","next":"c\#(start + size)""#
    }
    return .json(#"{"data":{"people":\#(list)},"meta":{"x":1\#(next)}}"#, headers)
  }
}

private func parameters(_ server: LocalServer, _ more: String) -> String {
  """
  {"url":"\(server.url)/people","token":"key","token_header":"X-Key","items":"data.people","key":"id",
   "time_format":"%d.%m.%Y %H:%M","time_zone":"+02:00",
   "records":[{"type":"persona","when":{"kind":["human"]},"fields":{"account_id":"id","handle":"user.login",
     "display_name":"user.full|user.name","links":"links[].url","followers":"stats.followers","created_at":"joined"},
     "constants":{"platform":"example"}}]\(more)}
  """
}

private let secrets = ["key": "k3y"]

private let pagings = [
  #","paging":{"kind":"page","parameter":"page","size_parameter":"per_page","size":4}"#,
  #","paging":{"kind":"offset","size_parameter":"per_page","size":5}"#,
  #","paging":{"kind":"cursor","next":"meta.next"}"#, #","paging":{"kind":"link"}"#,
]

@Suite("The REST poller")
struct RestPollerTests {
  @Test("Elements become records as the mapping says: paths, alternatives, lists, constants, times")
  func mapping() throws {
    let server = try directory(1)
    let run = PollingHost.round(RestPollerPlugin.plugin, parameters(server, ""), secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    let record = try #require(run.records.first)
    #expect(record.type == "persona")
    #expect(record["platform"] == "example")
    #expect(record["account_id"] == "1")
    #expect(record["display_name"] == "Name 1")
    #expect(record.all("links") == ["https://a.example/1", "https://b.example/1"])
    #expect(record["followers"] == "1")
    // 2024-03-05T10:00+02:00 (date -u -d … +%s).
    #expect(record["created_at"] == "1709625600000000000")
  }

  @Test("All pages are read, whichever way they are turned", arguments: pagings)
  func paging(_ paging: String) throws {
    let server = try directory()
    let run = PollingHost.round(RestPollerPlugin.plugin, parameters(server, paging), secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    // 23 less the four bots.
    #expect(run.records.compactMap { $0["account_id"] } == (1...23).filter { $0 % 5 != 0 }.map { "\($0)" })
    #expect(server.requests.allSatisfy { $0.headers["x-key"] == "k3y" })
    for size in [UInt64(1), 3, 4, 7] {
      let parts = PollingHost.killed(
        after: size, RestPollerPlugin.plugin, parameters(server, paging), secrets: secrets)
      #expect(parts.ids == run.ids)
      #expect(parts.records.count == run.records.count)
    }
  }

  @Test("A next round asks for what is new only")
  func since() throws {
    let more =
      #","paging":{"kind":"link"},"since":{"parameter":"updated_after","field":"updated","form":"epoch"}"#
    let server = try directory(9)
    // The pattern is of the mapping's times: the field of `since` is a number of its own kind.
    let text = parameters(server, more).replacing(#""time_format":"%d.%m.%Y %H:%M","#, with: "")
      .replacing(#","created_at":"joined""#, with: "")
    let first = PollingHost.round(RestPollerPlugin.plugin, text, secrets: secrets)
    #expect(first.records.count == 8)
    let next = PollingHost.round(RestPollerPlugin.plugin, text, secrets: secrets, cursor: first.cursor)
    #expect(next.records == [])
    #expect(server.requests.last?["updated_after"] == "1780000009")
  }

  @Test("A source's own rate limit lies between its requests")
  func spacing() throws {
    let server = try directory()
    let host = PollingHost(RestPollerPlugin.plugin, secrets: secrets)
    let text = parameters(server, pagings[0] + #","rate_limit":{"requests":6,"per":60}"#)
    let start = host.now
    let run = host.round(text)
    #expect(run.last.status == VDT_NEXT_END)
    // Six pages (23 by 4), ten seconds from each to the next.
    #expect(host.now - start >= 50_000_000_000)
    #expect(server.requests.count == 6)
  }

  @Test("A token that is part of the address is sent, and in no words about what went wrong")
  func tokenInTheAddress() throws {
    let server = try LocalServer { _ in .answer(401, [:], #"{"message":"no"}"#) }
    let run = PollingHost.round(
      RestPollerPlugin.plugin, parameters(server, #","token_query":"key""#), secrets: ["key": "hush-hush"])
    #expect(server.requests.last?["key"] == "hush-hush")
    #expect(run.last.error == VDT_FAILED_AUTH)
    #expect(run.last.words.contains("/people answered 401"))
    #expect(!run.last.words.contains("hush"))
  }

  @Test("A link to another origin is not followed")
  func foreignLink() throws {
    let server = try LocalServer { _ in .json("[]", ["Link": "<https://evil.example/steal>; rel=next"]) }
    let run = PollingHost.round(
      RestPollerPlugin.plugin, parameters(server, #","paging":{"kind":"link"}"#).replacing("data.people", with: "[]"),
      secrets: secrets)
    #expect(run.last.error == VDT_FAILED_PERMISSION)
    #expect(server.requests.count == 1)
  }

  @Test(
    "Parameters that make no sense are refused with their place",
    arguments: [
      (#"{"records":[]}"#, "url is missing"), (#"{"url":"https://a.example","records":[]}"#, "1 to 32 mappings"),
      (#"{"url":"https://a.example","records":[{"type":"person"}]}"#, "records[0].type"),
      (#"{"url":"https://a.example","records":[{"type":"persona","fields":{"nmae":"x"}}]}"#, "no field 'nmae'"),
      (#"{"url":"https://a.example","records":[{"type":"persona","fields":{"handle":"a[x"}}]}"#, "is no path"),
      (#"{"url":"https://a.example","records":[{"type":"process"}]}"#, "time is missing"),
      (#"{"url":"https://a.example","records":[{"type":"persona"}],"paging":{"kind":"cursor"}}"#, "paging.next"),
      (#"{"url":"https://a.example","records":[{"type":"persona"}],"time_format":"%Q"}"#, "time_format"),
      (#"{"url":"http://a.example","token":"key","records":[{"type":"persona"}]}"#, "https only"),
      (#"{"url":"ftp://a.example","records":[{"type":"persona"}]}"#, "url"), ("[]", "expected an object"),
    ])
  func refused(_ text: String, _ words: String) {
    let host = PollingHost(RestPollerPlugin.plugin, secrets: secrets)
    #expect(!host.open(text))
    #expect(host.words.contains(words))
  }

  @Test(
    "Times are read as their pattern says",
    arguments: [
      ("%d/%b/%Y:%H:%M:%S %z", "10/Oct/2000:13:55:36 -0700", 971_211_336_000_000_000),
      ("%Y-%m-%d", "2024-02-29", 1_709_164_800_000_000_000),
      ("%m/%d/%Y %I:%M %p", "3/5/2024 12:30 AM", 1_709_598_600_000_000_000),
      ("%Y%m%d%H%M%S.%f", "20240305100000.25", 1_709_632_800_250_000_000),
    ])
  func times(_ pattern: String, _ text: String, _ nanoseconds: Int64) {
    // date -u -d … +%s of each.
    #expect(RestTimeFormat(pattern: pattern).read(.string(text)) == nanoseconds)
    #expect(RestTimeFormat(pattern: pattern).read(.string(text + "x")) == nil)
    #expect(RestTimeFormat(pattern: pattern).read(.string("")) == nil)
  }

  @Test("A moment is written as RFC 3339 has it")
  func written() {
    #expect(RFC3339.text(1_709_164_800_000_000_000) == "2024-02-29T00:00:00.000000000Z")
    #expect(RFC3339.text(-1) == "1969-12-31T23:59:59.999999999Z")
    #expect(RFC3339.text(951_782_399_123_000_000) == "2000-02-28T23:59:59.123000000Z")
  }
}
