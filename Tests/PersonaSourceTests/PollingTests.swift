import PluginSupport
import Testing
import VedettePluginABI

@testable import MastodonSource
@testable import Polling

private func answer(_ headers: [(name: String, value: String)]) throws -> HTTPAnswer {
  HTTPAnswer(status: 429, headers: headers, body: [], address: try #require(WebAddress("https://a.example/")))
}

/// One account of a server, by a source that has no token.
private func look(_ url: String, _ more: String = "") -> PolledRounds {
  PollingHost.round(
    MastodonPlugin.plugin, #"{"url":"\#(url)","domain":"d.example","accounts":["a@b.example"]\#(more)}"#)
}

private let account =
  #"{"id":"1","acct":"a@b.example","username":"a","display_name":"A","created_at":"2024-03-05T00:00:00.000Z"}"#

@Suite("Polling: limits, links, addresses")
struct PollingPartsTests {
  // 2026-09-01T12:00:00Z (date -u -d … +%s).
  private let now: Int64 = 1_788_264_000

  /// A header, its value, and the milliseconds that it means.
  struct Wait: Sendable {
    var name: String
    var value: String
    var milliseconds: UInt64
  }

  static let waits: [Wait] = [
    Wait(name: "retry-after", value: "17", milliseconds: 17_000),
    Wait(name: "retry-after", value: "Tue, 01 Sep 2026 12:00:30 GMT", milliseconds: 30_000),
    // A moment that has passed is waited for a second, and nothing for more than a day.
    Wait(name: "retry-after", value: "Tue, 01 Sep 2026 11:00:00 GMT", milliseconds: 1000),
    Wait(name: "retry-after", value: "99999999999", milliseconds: 86_400_000),
    // Mastodon, GitHub, the IETF's draft in its forms, and one in milliseconds.
    Wait(name: "x-ratelimit-reset", value: "2026-09-01T12:05:00.000000Z", milliseconds: 300_000),
    Wait(name: "x-ratelimit-reset", value: "1788264060", milliseconds: 60_000),
    Wait(name: "ratelimit-reset", value: "45", milliseconds: 45_000),
    Wait(name: "ratelimit", value: #""default";r=0;t=12"#, milliseconds: 12_000),
    Wait(name: "ratelimit", value: "limit=100, remaining=0, reset=9", milliseconds: 9000),
    Wait(name: "x-rate-limit-reset", value: "1788264005000", milliseconds: 5000),
  ]

  @Test("The wait of a rate limit is read in each form that platforms send", arguments: waits)
  func pauses(_ wait: Wait) throws {
    let answer = try answer([(name: wait.name, value: wait.value)])
    #expect(RateLimit.pause(after: answer, now: now) == wait.milliseconds)
  }

  @Test("An answer that leaves no request until the reset is a limit, one that leaves some is none")
  func usedUp() throws {
    let none = try answer([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1788264060")])
    #expect(RateLimit.pauseWhenUsedUp(none, now: now) == 60_000)
    let some = try answer([("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "1788264060")])
    #expect(RateLimit.pauseWhenUsedUp(some, now: now) == nil)
    #expect(RateLimit.pause(after: try answer([("retry-after", "soon")]), now: now) == nil)
  }

  @Test("Links between pages are found by their relation (RFC 8288)")
  func links() {
    let header =
      #"<https://a.example/x?a=1,2>; title="a, b"; rel="prev last", </y?max_id=7>; rel=next"#
    #expect(LinkHeader.target(header, relation: "next") == "/y?max_id=7")
    #expect(LinkHeader.target(header, relation: "last") == "https://a.example/x?a=1,2")
    #expect(LinkHeader.target(header, relation: "first") == nil)
    #expect(LinkHeader.target("<<<>;;,rel=next<", relation: "next") == nil)
  }

  @Test("Addresses are compared by origin, and what is no web address is none")
  func addresses() throws {
    let base = try #require(WebAddress("https://A.example/x"))
    #expect(base.hasOrigin(of: try #require(WebAddress("https://a.example:443/y?z"))))
    #expect(!base.hasOrigin(of: try #require(WebAddress("http://a.example/x"))))
    #expect(!base.hasOrigin(of: try #require(WebAddress("https://a.example.evil/x"))))
    #expect(WebAddress("/y", relativeTo: base)?.host == "a.example")
    #expect(WebAddress("//b.example/y", relativeTo: base)?.host == "b.example")
    for text in ["ftp://a.example", "file:///etc/passwd", "https://u:p@a.example", "a b", "", "javascript:1"] {
      #expect(WebAddress(text)?.scheme != "ftp" && WebAddress(text)?.scheme != "file")
    }
    #expect(WebAddress("ftp://a.example") == nil)
    #expect(WebAddress("https://u:p@a.example") == nil)
    #expect(base.at("/s", [("q", "a&b=ü")])?.text.hasSuffix("/s?q=a%26b%3D%C3%BC") == true)
    #expect(base.at("/s", [("q", "a&b=ü")])?.query("q") == "a&b=ü")
  }

  @Test("A position is what its cursor says, and a cursor of another form is none")
  func cursors() {
    var position = PollPosition()
    position.round = 5
    position.feed = "search:a"
    position.page = "40"
    position.after = "0011"
    position.newMark = "m"
    position.marks = ["a": "1", "b": "\"\u{1}"]
    #expect(position.cursor.withUnsafeBytes { PollPosition(cursor: $0) } == position)
    for text in ["", "lines/1 0 1", "[]", #"{"v":2}"#, String(repeating: "x", count: 5000)] {
      #expect(Array(text.utf8).withUnsafeBytes { PollPosition(cursor: $0) } == nil)
    }
  }
}

@Suite("Polling: services that misbehave")
struct PollingFailureTests {
  @Test(
    "Answers that refuse are failures of their kind, with the service's words",
    arguments: [
      (401, VDT_FAILED_AUTH), (403, VDT_FAILED_AUTH), (500, VDT_FAILED_NETWORK), (502, VDT_FAILED_NETWORK),
      (503, VDT_FAILED_NETWORK), (418, VDT_FAILED_FORMAT), (400, VDT_FAILED_FORMAT),
    ])
  func kinds(_ status: Int, _ kind: UInt32) throws {
    let server = try LocalServer { _ in .answer(status, [:], #"{"error":"no\nway"}"#) }
    let run = look(server.url)
    #expect(run.last.status == VDT_NEXT_FAILED)
    #expect(run.last.error == kind)
    #expect(run.last.words.contains("answered \(status): no way"))
    #expect(run.records == [])
  }

  @Test("A rate limit is said with its time, and then kept to")
  func limited() throws {
    let server = try LocalServer { request in
      request.path.hasSuffix("lookup") ? .answer(429, ["Retry-After": "90"], "") : .json("{}")
    }
    let host = PollingHost(MastodonPlugin.plugin)
    #expect(host.open(#"{"url":"\#(server.url)","domain":"d.example","accounts":["a@b.example"]}"#))
    let batch = host.next()
    #expect(batch.status == VDT_NEXT_LIMITED)
    #expect(batch.retry == 90_000)
    host.now -= 50_000_000_000
    // Asked before its time it asks nobody.
    #expect(host.next().retry == 50_000)
    #expect(server.requests.count == 1)
  }

  @Test("Who limits without saying how long is asked after a while that doubles")
  func backOff() throws {
    let server = try LocalServer { _ in .answer(429, [:], "") }
    let host = PollingHost(MastodonPlugin.plugin)
    #expect(host.open(#"{"url":"\#(server.url)","domain":"d.example","accounts":["a@b.example"]}"#))
    #expect((0..<3).map { _ in host.next().retry } == [5000, 10_000, 20_000])
  }

  @Test("A token goes along with a redirect to the same origin, and none is followed to another")
  func redirects() throws {
    let other = try LocalServer { _ in .json(account) }
    let target = other.url
    let server = try LocalServer { request in
      switch request.path {
      case "/api/v1/accounts/verify_credentials": .json(account)
      case "/api/v1/accounts/lookup": .answer(302, ["Location": "/moved"], "")
      case "/moved": .answer(307, ["Location": "\(target)/there"], "")
      default: .answer(404, [:], "")
      }
    }
    let run = PollingHost.round(
      MastodonPlugin.plugin,
      #"{"url":"\#(server.url)","domain":"d.example","token":"t","notifications":false,"accounts":["a@b.example"]}"#,
      secrets: ["t": "x"])
    #expect(run.last.error == VDT_FAILED_PERMISSION)
    #expect(run.last.words.contains("another origin"))
    #expect(server.requests.last?.path == "/moved")
    #expect(server.requests.last?.headers["authorization"] == "Bearer x")
    #expect(other.requests.isEmpty)
  }

  @Test("A server that redirects for ever is left")
  func redirectLoop() throws {
    let server = try LocalServer { _ in .answer(301, ["Location": "/again"], "") }
    #expect(look(server.url).last.error == VDT_FAILED_FORMAT)
    #expect(server.requests.count == 6)
  }

  @Test("An answer that is larger than allowed is refused, however it says so")
  func oversized() throws {
    let large = String(repeating: "x", count: 2 << 20)
    let server = try LocalServer { _ in .raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\"\(large)\"") }
    let run = look(server.url, #","answer_mib":1"#)
    #expect(run.last.error == VDT_FAILED_FORMAT)
    #expect(run.last.words.contains("more than 1048576 bytes"))
  }

  @Test("Headers without end are refused")
  func endlessHeaders() throws {
    let line = "X-Long: \(String(repeating: "y", count: 1000))\r\n"
    let server = try LocalServer { _ in .raw("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100) + "\r\n{}") }
    #expect(look(server.url).last.status == VDT_NEXT_FAILED)
  }

  @Test(
    "An answer that is cut short, garbled or no HTTP at all is a failure of the network",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":", "", "\u{1}\u{2}\u{3}",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ])
  func cutShort(_ bytes: String) throws {
    let server = try LocalServer { _ in .raw(bytes) }
    #expect(look(server.url).last.error == VDT_FAILED_NETWORK)
  }

  @Test("What is no JSON may pass twice, and is for a person the third time")
  func noJSON() throws {
    let server = try LocalServer { _ in .answer(200, [:], "<html>We are back soon</html>") }
    let host = PollingHost(MastodonPlugin.plugin)
    let parameters = #"{"url":"\#(server.url)","domain":"d.example","accounts":["a@b.example"]}"#
    for kind in [VDT_FAILED_NETWORK, VDT_FAILED_NETWORK, VDT_FAILED_FORMAT] {
      let last = host.round(parameters).last
      #expect(last.error == kind, "\(last.words)")
    }
  }

  @Test("A service that does not answer is given up after its time")
  func silence() throws {
    let server = try LocalServer { _ in .silence }
    let run = look(server.url, #","timeout":1"#)
    #expect(run.last.error == VDT_FAILED_NETWORK)
    server.stop()
  }

  @Test("Nobody listens: a failure of the network")
  func nobody() throws {
    let server = try LocalServer { _ in .silence }
    server.stop()
    #expect(look(server.url).last.error == VDT_FAILED_NETWORK)
  }

  @Test("Who cannot be reached tells no place: what was not handed over is none")
  func noPlace() throws {
    let server = try LocalServer { _ in .answer(502, [:], "") }
    defer { server.stop() }
    for round in [look(server.url), look(server.url)] {
      #expect(round.last.error == VDT_FAILED_NETWORK)
      #expect(round.cursor.isEmpty)
    }
  }

  @Test("A wait ends when the host wakes the stream, and a stream that waits can be closed")
  func wake() throws {
    let server = try LocalServer { _ in .silence }
    let host = PollingHost(MastodonPlugin.plugin)
    #expect(host.open(#"{"url":"\#(server.url)","domain":"d.example","accounts":["a@b.example"]}"#))
    host.wake()
    // An hour would be waited otherwise.
    #expect(host.next(wait: 3_600_000).status == VDT_NEXT_IDLE)
    host.close()
    server.stop()
  }

  @Test("A server that gives the same page for ever is left")
  func samePage() throws {
    let server = try LocalServer { request in
      request.path.hasSuffix("lookup")
        ? .json(account) : .json("[\(account)]", ["Link": #"</x?max_id=5>; rel="next", </x?min_id=9>; rel="prev""#])
    }
    let run = PollingHost.round(
      MastodonPlugin.plugin, #"{"url":"\#(server.url)","domain":"d.example","followers_of":["a@b.example"]}"#)
    #expect(run.last.error == VDT_FAILED_FORMAT)
    #expect(run.last.words.contains("the page after this one is this one"))
  }
}
