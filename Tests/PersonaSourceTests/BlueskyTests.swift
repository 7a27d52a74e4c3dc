import PictureSupport
import Pictures
import PluginSupport
import Synchronization
import Testing
import VedettePluginABI

@testable import BlueskySource

private let secrets = ["app": "abcd-efgh"]

/// A service that answers as the AT Protocol's XRPC does, with sessions that run out.
private final class BlueskyServer: Sendable {
  struct State: Sendable {
    /// Accounts by number; number 0 is the one that asks.
    var accounts = 60
    /// The newest last: number, reason, author.
    var notifications: [(number: Int, reason: String, author: Int)] = []
    /// Requests that an access token is good for.
    var requestsOfSession = Int.max
    var used = 0
    var sessions = 0
    var refusesRefresh = false
    /// What there is at the address of each picture, and where these are.
    var picture: ServedReply?
    var files = "https://cdn.example"
  }
  let state: Mutex<State>
  private let link = Mutex<LocalServer?>(nil)
  var url: String { link.withLock { $0?.url ?? "" } }
  var requests: [ServedRequest] { link.withLock { $0?.requests ?? [] } }

  init(_ state: State) throws {
    self.state = Mutex(state)
    let server = try LocalServer { [self] request in answer(request) }
    link.withLock { $0 = server }
  }

  private func answer(_ request: ServedRequest) -> ServedReply {
    state.withLock { state in
      let method = request.path.split(separator: "/").last.map(String.init) ?? ""
      let bearer = request.headers["authorization"] ?? ""
      func session() -> ServedReply {
        state.sessions += 1
        state.used = 0
        return .json(
          #"{"did":"did:plc:0","handle":"acme.example","accessJwt":"a\#(state.sessions)","refreshJwt":"r\#(state.sessions)"}"#
        )
      }
      if request.path.hasPrefix("/files/"), let picture = state.picture { return picture }
      if method == "com.atproto.server.createSession" {
        guard request.body == #"{"identifier":"acme.example","password":"abcd-efgh"}"# else {
          return .answer(401, [:], #"{"error":"AuthenticationRequired","message":"Invalid identifier or password"}"#)
        }
        return session()
      }
      if method == "com.atproto.server.refreshSession" {
        guard bearer == "Bearer r\(state.sessions)", !state.refusesRefresh else {
          return .answer(400, [:], #"{"error":"ExpiredToken","message":"Token has expired"}"#)
        }
        return session()
      }
      guard bearer == "Bearer a\(state.sessions)" else {
        return .answer(401, [:], #"{"error":"AuthMissing","message":"Authentication Required"}"#)
      }
      state.used += 1
      if state.used > state.requestsOfSession {
        return .answer(400, [:], #"{"error":"ExpiredToken","message":"Token has expired"}"#)
      }
      return Self.reply(method, request, state)
    }
  }

  private static func reply(_ method: String, _ request: ServedRequest, _ state: State) -> ServedReply {
    func page(_ name: String, _ all: [String]) -> ServedReply {
      let start = request["cursor"].flatMap { Int($0) } ?? 0
      let most = min(request["limit"].flatMap { Int($0) } ?? 50, 13)
      let rest = all.dropFirst(start)
      let cursor = rest.count > most ? #","cursor":"\#(start + most)""# : ""
      return .json(#"{"\#(name)":[\#(rest.prefix(most).joined(separator: ","))]\#(cursor)}"#)
    }
    switch method {
    case "app.bsky.actor.getProfiles":
      let names = request.query.filter { $0.name == "actors" }.map(\.value)
      let known = (0..<state.accounts).filter { names.contains("p\($0).example") || names.contains("did:plc:\($0)") }
      return .json(#"{"profiles":[\#(known.map { profile($0, true, state.files) }.joined(separator: ","))]}"#)
    case "app.bsky.actor.searchActors": return page("actors", (0..<state.accounts).map { profile($0) })
    case "app.bsky.graph.getFollowers": return page("followers", (5..<40).map { profile($0) })
    case "app.bsky.graph.getFollows": return page("follows", (50..<55).map { profile($0) })
    case "app.bsky.notification.listNotifications":
      return page("notifications", state.notifications.reversed().map(notification))
    default: return .answer(501, [:], #"{"error":"MethodNotImplemented"}"#)
    }
  }

  /// `app.bsky.actor.defs#profileView`, or the detailed one.
  static func profile(_ n: Int, _ isDetailed: Bool = false, _ files: String = "https://cdn.example") -> String {
    let counts = isDetailed ? #","followersCount":9,"followsCount":8,"postsCount":7"# : ""
    return """
      {"did":"did:plc:\(n)","handle":"p\(n).example","displayName":"Person \(n)",\
      "description":"See https://site\(n).example/x.","avatar":"\(files)/\(n)@jpeg",\
      "createdAt":"2024-02-06T19:30:00.123Z","indexedAt":"2026-08-01T00:00:00.000Z",\
      "labels":[{"src":"did:plc:mod","uri":"x","val":"impersonation","cts":"2026-01-01T00:00:00Z"}],\
      "verification":{"verifications":[],"verifiedStatus":"valid","trustedVerifierStatus":"none"}\(counts)}
      """
  }

  private static func notification(_ one: (number: Int, reason: String, author: Int)) -> String {
    let minute = one.number < 10 ? "0\(one.number)" : "\(one.number)"
    return """
      {"uri":"at://did:plc:\(one.author)/app.bsky.feed.post/\(one.number)","cid":"c","author":\(profile(one.author)),\
      "reason":"\(one.reason)","record":{"$type":"app.bsky.feed.post","text":"Hello \(one.number)",\
      "facets":[{"index":{"byteStart":0,"byteEnd":1},"features":[{"$type":"app.bsky.richtext.facet#link",\
      "uri":"https://lure.example/\(one.number)"}]}],"createdAt":"2020-01-01T00:00:00Z"},\
      "isRead":false,"indexedAt":"2026-08-30T10:\(minute):00.000Z","labels":[]}
      """
  }
}

private func everything(_ server: BlueskyServer) -> String {
  """
  {"url":"\(server.url)","identifier":"acme.example","password":"app","accounts":["p1.example","gone.example"],
   "search":["acme"],"search_pages":2,"followers_of":["p2.example"],"follows_of":["p3.example"]}
  """
}

private func world() -> BlueskyServer.State {
  var state = BlueskyServer.State()
  let reasons = ["follow", "mention", "reply", "like"]
  state.notifications = (1...31).map { (number: $0, reason: reasons[$0 % 4], author: $0 + 10) }
  return state
}

@Suite("The Bluesky source")
struct BlueskyTests {
  @Test("A profile reaches a persona under its DID, with labels and verification")
  func profile() throws {
    let server = try BlueskyServer(world())
    let run = PollingHost.round(
      BlueskyPlugin.plugin,
      #"{"url":"\#(server.url)","identifier":"acme.example","password":"app","notifications":false,"accounts":["@p1.example","gone.example"]}"#,
      secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.rejects == ["gone.example is unknown to 127.0.0.1, or gone"])
    let record = try #require(run.records.first)
    #expect(run.records.count == 1)
    #expect(record["account_id"] == "did:plc:1")
    #expect(record["handle"] == "p1.example")
    #expect(record["url"] == "https://bsky.app/profile/p1.example")
    #expect(record.all("links") == ["https://site1.example/x"])
    #expect(record["verified"] == "1")
    #expect(record["followers"] == "9")
    // 2024-02-06T19:30:00.123Z (date -u -d … +%s).
    #expect(record["created_at"] == "1707247800123000000")
    #expect(record["extra"]?.contains(#""labels":["impersonation"]"#) == true)
  }

  @Test("Follows, mentions and replies are approaches at the service's time, with the links of their posts")
  func notifications() throws {
    let server = try BlueskyServer(world())
    let parameters = #"{"url":"\#(server.url)","identifier":"acme.example","password":"app"}"#
    let run = PollingHost.round(BlueskyPlugin.plugin, parameters, secrets: secrets)
    let approaches = run.records.filter { $0.type == "outreach" }
    // Of 31 those with n % 4 == 3 are likes: 3, 7, … 31.
    #expect(approaches.count == 23)
    let mention = try #require(approaches.first { $0["from_handle"] == "p11.example" })
    #expect(mention["kind"] == "mention")
    // 2026-08-30T10:01:00Z, and not what the post's author says.
    #expect(mention.time == 1_788_084_060_000_000_000)
    #expect(mention["to_account_id"] == "did:plc:0")
    #expect(mention["text"] == "Hello 1")
    #expect(mention.all("links") == ["https://lure.example/1"])
    // The next round goes back to where this one began, and no further.
    server.state.withLock { $0.notifications.append((number: 45, reason: "follow", author: 59)) }
    let next = PollingHost.round(BlueskyPlugin.plugin, parameters, secrets: secrets, cursor: run.cursor)
    #expect(Set(next.ids).subtracting(run.ids).count == 2)
    #expect(next.records.count(where: { $0.type == "outreach" }) <= 2)
  }

  @Test("A process that is killed after any number of records misses nothing", arguments: 1...9)
  func killed(_ size: UInt64) throws {
    let server = try BlueskyServer(world())
    let whole = PollingHost.round(BlueskyPlugin.plugin, everything(server), secrets: secrets)
    #expect(whole.last.status == VDT_NEXT_END)
    let parts = PollingHost.killed(after: size, BlueskyPlugin.plugin, everything(server), secrets: secrets)
    #expect(parts.last.status == VDT_NEXT_END)
    #expect(Set(parts.ids) == Set(whole.ids))
    #expect(parts.records.count == whole.records.count)
    #expect(parts.largestCursor <= 4096)
  }

  @Test("A session that runs out is renewed, and begun anew where that is refused", arguments: [false, true])
  func sessions(_ refuses: Bool) throws {
    let whole = PollingHost.round(
      BlueskyPlugin.plugin, everything(try BlueskyServer(world())), secrets: secrets)
    var state = world()
    state.requestsOfSession = 2
    state.refusesRefresh = refuses
    let server = try BlueskyServer(state)
    let run = PollingHost.round(BlueskyPlugin.plugin, everything(server), secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    #expect(Set(run.ids) == Set(whole.ids))
    let logins = server.requests.count { $0.path.hasSuffix("createSession") }
    #expect(refuses ? logins > 1 : logins == 1)
  }

  @Test("A wrong app password is a failure for a person, with the service's words and without the password")
  func wrongPassword() throws {
    let server = try BlueskyServer(world())
    let run = PollingHost.round(
      BlueskyPlugin.plugin, everything(server), secrets: ["app": "wrong-secret"])
    #expect(run.last.error == VDT_FAILED_AUTH)
    #expect(run.last.words.contains("Invalid identifier or password"))
    #expect(!run.last.words.contains("wrong-secret"))
  }

  @Test("Pictures are fetched where that is asked for, each once, and without the session")
  func pictures() throws {
    var state = world()
    state.picture = .file(200, [:], SmallPicture.smaller.bytes)
    let server = try BlueskyServer(state)
    server.state.withLock { $0.files = server.url + "/files" }
    let host = PollingHost(BlueskyPlugin.plugin, secrets: secrets)
    let parameters =
      #"{"url":"\#(server.url)","identifier":"acme.example","password":"app","notifications":false,"accounts":["p1.example","p2.example"],"avatars":"fetch"}"#
    let run = host.round(parameters)
    #expect(run.last.status == VDT_NEXT_END)
    let face = try PictureHashes(SmallPicture.smaller.bytes)
    #expect(run.records.map { $0["avatar_sha256"] } == [face.sha256, face.sha256])
    #expect(run.records.map { $0["avatar_phash"] } == [face.perceptualDigits, face.perceptualDigits])
    _ = host.round(parameters)
    let asked = server.requests.filter { $0.path.hasPrefix("/files/") }
    #expect(asked.map(\.path) == ["/files/1@jpeg", "/files/2@jpeg"])
    #expect(asked.allSatisfy { $0.headers["authorization"] == nil })
  }
}
