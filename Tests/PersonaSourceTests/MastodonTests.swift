import PluginSupport
import Testing
import VedettePluginABI

@testable import MastodonSource

private let secrets = ["mastodon": "token-of-the-test"]

/// Parameters that ask for all that the source can be asked for.
private func everything(_ server: MastodonServer) -> String {
  """
  {"url":"\(server.url)","token":"mastodon","accounts":["press@elsewhere.example","nobody@elsewhere.example"],
   "search":["Acme"],"followers_of":["ceo"]}
  """
}

/// A small world: the organisation's own account (1), its head (2), and others.
private func world() -> MastodonServer.State {
  var state = MastodonServer.State()
  state.accounts = [
    .init(id: 1, acct: "acme", name: "Acme Corporation"), .init(id: 2, acct: "ceo", name: "Jane Doe"),
    .init(id: 3, acct: "press@elsewhere.example", name: "Acme Press"),
  ]
  for id in 4...103 {
    state.accounts.append(.init(id: id, acct: "u\(id)@far.example", name: id % 2 == 0 ? "Acme \(id)" : "Person \(id)"))
  }
  state.notifications = (1...23).map { n in
    let types = ["follow", "follow_request", "mention", "favourite"]
    return (
      id: 100 + n, type: types[n % 4], account: 4 + n, text: "<p>Dear team \(n)</p>",
      visibility: n % 8 == 2 ? "direct" : "public", reply: n % 8 == 6
    )
  }
  state.followers[2] = (4...60).map { (number: $0 * 10, account: $0) }
  return state
}

@Suite("The Mastodon source")
struct MastodonTests {
  @Test("An account's profile reaches a persona: note and lines as text, links with those of the lines, counts")
  func account() throws {
    var state = MastodonServer.State()
    state.token = nil
    state.accounts = [
      .init(
        id: 77, acct: "jane@far.example", name: "Jane &amp; Co",
        note:
          #"<p>At <a href=\"https://acme.example/jobs\" rel=\"nofollow\"><span class=\"invisible\">https://</span><span>acme.example/jobs</span></a></p><p>Tom &amp; Ann<br>x &lt; y</p>"#,
        fields:
          #"[{"name":"Employer","value":"Acme","verified_at":null},{"name":"Web","value":"<a href=\"https://jane.example\" rel=\"me\">jane.example</a>","verified_at":"2025-01-01T00:00:00.000+00:00"},{"name":"Pronouns","value":"she/her","verified_at":null}]"#
      )
    ]
    let server = try MastodonServer(state)
    let run = PollingHost.round(
      MastodonPlugin.plugin, #"{"url":"\#(server.url)","accounts":["@jane@far.example"]}"#)
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.records.count == 1)
    let record = try #require(run.records.first)
    #expect(record.type == "persona")
    #expect(record["platform"] == "mastodon")
    #expect(record["account_id"] == "jane@far.example")
    #expect(record["handle"] == "jane@far.example")
    #expect(record["display_name"] == "Jane &amp; Co")
    // 2024-03-05T00:00:00Z (date -u -d … +%s).
    #expect(record["created_at"] == "1709596800000000000")
    #expect(record["bio"] == "At https://acme.example/jobs\n\nTom & Ann\nx < y\nPronouns: she/her")
    #expect(record["employer"] == "Acme")
    #expect(record.all("links") == ["https://acme.example/jobs", "https://jane.example"])
    #expect(record["followers"] == "231")
    #expect(record["extra"]?.contains(#""verified_links":["https://jane.example"]"#) == true)
  }

  @Test("Who follows, asks to follow, mentions, replies or writes privately is an approach to the token's account")
  func notifications() throws {
    let server = try MastodonServer(world())
    let run = PollingHost.round(
      MastodonPlugin.plugin, #"{"url":"\#(server.url)","token":"mastodon"}"#, secrets: secrets)
    let approaches = run.records.filter { $0.type == "outreach" }
    // Of 23 notifications those with n % 4 == 3 are favourites: 3, 7, … 23.
    #expect(approaches.count == 17)
    #expect(run.records.count == 34)
    #expect(Set(approaches.map { $0["to_account_id"] }) == ["acme@social.example"])
    func kind(_ n: Int) -> String? { approaches.first { $0["from_account_id"] == "u\(4 + n)@far.example" }?["kind"] }
    #expect(kind(4) == "follow")
    #expect(kind(1) == "connection_request")
    #expect(kind(2) == "direct_message")
    #expect(kind(6) == "reply")
    #expect(kind(14) == "reply")
    #expect(approaches.first { $0["kind"] == "reply" }?["text"] == "Dear team 6")
    // In the order in which they came; 2026-08-30T10:00:41Z (101 % 60) is the first one's.
    #expect(approaches.first?.time == 1_788_084_041_000_000_000)
  }

  @Test("The next round tells what is new, and nothing that was told")
  func nextRound() throws {
    let server = try MastodonServer(world())
    let parameters = #"{"url":"\#(server.url)","token":"mastodon"}"#
    let first = PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets)
    #expect(PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets, cursor: first.cursor).records == [])
    server.state.withLock {
      $0.notifications.append((id: 300, type: "follow", account: 90, text: "", visibility: "", reply: false))
    }
    let third = PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets, cursor: first.cursor)
    #expect(third.records.map { $0["handle"] ?? $0["from_handle"] } == ["u90@far.example", "u90@far.example"])
  }

  @Test("Followers of the first round are personas only, those that come later are approaches too")
  func followers() throws {
    let server = try MastodonServer(world())
    let parameters = #"{"url":"\#(server.url)","token":"mastodon","notifications":false,"followers_of":["ceo"]}"#
    let first = PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets)
    #expect(first.records.count == 57)
    #expect(first.records.allSatisfy { $0.type == "persona" })
    server.state.withLock { $0.followers[2]?.append((number: 605, account: 70)) }
    let second = PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets, cursor: first.cursor)
    #expect(second.records.map(\.type) == ["persona", "outreach"])
    #expect(second.records.last?["kind"] == "follow")
    #expect(second.records.last?["to_account_id"] == "ceo@social.example")
    #expect(PollingHost.round(MastodonPlugin.plugin, parameters, secrets: secrets, cursor: second.cursor).records == [])
    // Seven days later all are looked at again.
    let later: Int64 = 1_788_264_000_000_000_000 + 7 * 86_400_000_000_000
    let third = PollingHost.round(
      MastodonPlugin.plugin, parameters, secrets: secrets, cursor: second.cursor, now: later)
    #expect(third.records.count == 58)
    #expect(third.records.allSatisfy { $0.type == "persona" })
  }

  @Test("A process that is killed after any number of records misses nothing and doubles nothing", arguments: 1...12)
  func killed(_ size: UInt64) throws {
    var state = world()
    state.limitEvery = 5
    state.pageSize = 7
    let server = try MastodonServer(state)
    let whole = PollingHost.round(MastodonPlugin.plugin, everything(server), secrets: secrets)
    #expect(whole.last.status == VDT_NEXT_END)
    #expect(whole.rejects == ["nobody@elsewhere.example is unknown to 127.0.0.1, or gone"])
    let parts = PollingHost.killed(after: size, MastodonPlugin.plugin, everything(server), secrets: secrets)
    #expect(parts.last.status == VDT_NEXT_END)
    #expect(Set(parts.ids) == Set(whole.ids))
    #expect(parts.records.count == whole.records.count)
    #expect(parts.largestCursor <= 4096)
  }

  @Test("What was handed over but not stored before the kill is told again", arguments: [2, 3])
  func lost(_ every: Int) throws {
    var state = world()
    state.pageSize = 7
    let server = try MastodonServer(state)
    let whole = PollingHost.round(MastodonPlugin.plugin, everything(server), secrets: secrets)
    let parts = PollingHost.killed(
      after: 5, losing: every, MastodonPlugin.plugin, everything(server), secrets: secrets)
    #expect(Set(parts.ids) == Set(whole.ids))
    #expect(parts.records.count == whole.records.count)
  }

  @Test("An account that shows the same is one record a day, and one more when it shows something else")
  func snapshots() throws {
    let server = try MastodonServer(world())
    let parameters =
      #"{"url":"\#(server.url)","token":"mastodon","notifications":false,"accounts":["press@elsewhere.example"]}"#
    func look(_ days: Int64) -> String? {
      PollingHost.round(
        MastodonPlugin.plugin, parameters, secrets: secrets,
        now: 1_788_264_000_000_000_000 + days * 86_400_000_000_000
      ).records.first?.id
    }
    let first = look(0)
    #expect(first?.count == 64)
    #expect(look(0) == first)
    #expect(look(1) != first)
    server.state.withLock { $0.accounts[2].name = "Acme Press Office" }
    #expect(look(0) != first)
  }

  @Test("An unchanged account is not sent again to who runs on, and is told again the next day")
  func unchanged() throws {
    let server = try MastodonServer(world())
    let host = PollingHost(MastodonPlugin.plugin, secrets: secrets)
    let parameters =
      #"{"url":"\#(server.url)","token":"mastodon","notifications":false,"accounts":["press@elsewhere.example"]}"#
    let first = host.round(parameters)
    #expect(first.records.count == 1)
    let second = host.round(parameters, cursor: first.cursor)
    #expect(second.records == [])
    #expect(server.requests.last?.headers["if-none-match"] != nil)
    host.now += 86_400_000_000_000
    #expect(host.round(parameters, cursor: second.cursor).records.count == 1)
  }

  @Test("A token is wanted as a named secret, and goes over https or loopback only")
  func secretsOnly() {
    let host = PollingHost(MastodonPlugin.plugin, secrets: secrets)
    #expect(!host.open(#"{"url":"https://m.example","token":"none","accounts":["a@b"]}"#))
    #expect(host.words.contains("there is no secret 'none'"))
    #expect(!host.open(#"{"url":"http://m.example","token":"mastodon"}"#))
    #expect(host.words.contains("https only"))
    #expect(!host.open(#"{"url":"https://user:pw@m.example","accounts":["a@b"]}"#))
    #expect(!host.open(#"{"url":"https://m.example"}"#))
    #expect(host.words.contains("ask for nothing"))
    #expect(!host.open(#"{"url":"https://m.example","acounts":["a@b"]}"#))
    #expect(host.words.contains("acounts is unknown"))
    #expect(!host.blindSpots.isEmpty)
  }

  @Test("Items that are no accounts are refused one by one, and the rest goes on")
  func malformedItems() throws {
    let server = try MastodonServer(world())
    server.state.withLock {
      $0.instead["/api/v2/search"] = [
        .json(#"{"accounts":[{"id":5},null,{"id":"9","acct":"x@y.example","display_name":3,"note":[],"fields":{}}]}"#)
      ]
    }
    let run = PollingHost.round(
      MastodonPlugin.plugin, #"{"url":"\#(server.url)","token":"mastodon","notifications":false,"search":["Acme"]}"#,
      secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.rejects.count == 2)
    #expect(run.records.map { $0["handle"] } == ["x@y.example"])
  }

  @Test("Garbled answers are refused, in part or whole, and never end the program", arguments: 1...40)
  func garbled(_ seed: UInt64) throws {
    let server = try MastodonServer(world())
    let notification =
      #"{"id":"5","type":"mention","created_at":"2026-08-30T10:00:05.000Z","account":\#(MastodonServer.json(world().accounts[4])),"status":{"id":"9","visibility":"direct","in_reply_to_account_id":null,"content":"<p>a &amp; <a href=\"https://x.example\" class=\"b\">x</a></p>","media_attachments":[{}],"card":{"url":"https://y.example"}}}"#
    var bytes = Array("[\(notification),\(notification)]".utf8)
    // A generator of Lehmer's kind: the same bytes for the same seed.
    var state = seed
    func next(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    for _ in 0..<(1 + next(6)) {
      let characters = Array(#"{}[]",:<>&;0-9eu\"#.utf8)
      bytes[next(bytes.count)] = characters[next(characters.count)]
    }
    let text = String(decoding: bytes, as: UTF8.self)
    server.state.withLock { $0.instead["/api/v1/notifications"] = [.json(text)] }
    let run = PollingHost.round(
      MastodonPlugin.plugin, #"{"url":"\#(server.url)","token":"mastodon"}"#, secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END || run.last.error == VDT_FAILED_NETWORK)
  }
}
