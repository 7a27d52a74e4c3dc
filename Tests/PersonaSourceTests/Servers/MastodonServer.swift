/// A server that answers as Mastodon's REST API does: shapes, paging by id, links, limits, errors.

import Foundation
import Synchronization

/// Mastodon as far as a poller sees it. Ids count up; lists have the newest first, pages are cut by `max_id`, `min_id` and
/// `limit`, and linked in the header, as the API's documentation says.
final class MastodonServer: Sendable {
  struct State: Sendable {
    var token: String? = "token-of-the-test"
    var accounts: [Account] = []
    var notifications: [(id: Int, type: String, account: Int, text: String, visibility: String, reply: Bool)] = []
    /// By the id of the followed account: the numbers of the follows, and who follows.
    var followers: [Int: [(number: Int, account: Int)]] = [:]
    /// Every so manieth request is refused by the rate limit.
    var limitEvery = Int.max
    var served = 0
    /// Answers to be given instead, for one request each.
    var instead: [String: [ServedReply]] = [:]
    var pageSize = 80
    /// Pictures by their paths, which nobody needs a token for.
    var pictures: [String: ServedReply] = [:]
  }

  struct Account: Sendable {
    var id: Int
    var acct: String
    var name: String
    var note = "<p>Hello</p>"
    var fields = "[]"
    /// The address of its picture, where it is not one that does not exist.
    var avatar: String?
  }

  let state: Mutex<State>
  private let server: LocalServer
  var url: String { server.url }
  var requests: [ServedRequest] { server.requests }

  init(_ state: State) throws {
    final class Link: Sendable { let owner = Mutex<MastodonServer?>(nil) }
    let link = Link()
    self.state = Mutex(state)
    server = try LocalServer { request in link.owner.withLock { $0 }?.answer(request) ?? .answer(503, [:], "{}") }
    link.owner.withLock { $0 = self }
  }

  private func answer(_ request: ServedRequest) -> ServedReply {
    state.withLock { state in
      if let reply = state.instead[request.path]?.first {
        state.instead[request.path]?.removeFirst()
        return reply
      }
      if let picture = state.pictures[request.path] { return picture }
      state.served += 1
      if state.served % state.limitEvery == 0 {
        return .answer(
          429, ["X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "Retry-After": "17"],
          #"{"error":"Too many requests"}"#)
      }
      let isIn = state.token == nil || request.headers["authorization"] == "Bearer \(state.token ?? "")"
      guard isIn || request.path == "/api/v2/instance" else {
        return .answer(401, [:], #"{"error":"The access token is invalid"}"#)
      }
      return Self.reply(request, state)
    }
  }

  private static func reply(_ request: ServedRequest, _ state: State) -> ServedReply {
    func byName(_ name: String?) -> Account? {
      state.accounts.first { $0.acct == name || $0.acct + "@social.example" == name }
    }
    let limit = min(request["limit"].flatMap { Int($0) } ?? 40, state.pageSize)
    switch request.path {
    case "/api/v2/instance": return .json(#"{"domain":"social.example","version":"4.3.0"}"#)
    case "/api/v1/accounts/verify_credentials": return .json(json(state.accounts[0]))
    case "/api/v1/accounts/lookup":
      guard let account = byName(request["acct"]) else { return .answer(404, [:], #"{"error":"Record not found"}"#) }
      let text = json(account)
      let tag = "W/\"\(text.count)-\(text.utf8.reduce(0) { $0 &* 31 &+ Int($1) })\""
      if request.headers["if-none-match"] == tag { return .answer(304, ["ETag": tag], "") }
      return .json(text, ["ETag": tag])
    case "/api/v2/search":
      let words = request["q"] ?? ""
      let offset = request["offset"].flatMap { Int($0) } ?? 0
      let found = state.accounts.filter { $0.name.contains(words) }.dropFirst(offset).prefix(limit)
      return .json(#"{"accounts":[\#(found.map(json).joined(separator: ","))],"statuses":[],"hashtags":[]}"#)
    case "/api/v1/notifications":
      let min = request["min_id"].flatMap { Int($0) } ?? 0
      let types = request.query.filter { $0.name == "types[]" }.map(\.value)
      // min_id: the page next to it, and not the newest.
      let page = state.notifications.filter { $0.id > min && types.contains($0.type) }.prefix(limit).reversed()
      return .json("[" + page.map { notification($0, state) }.joined(separator: ",") + "]")
    default:
      let parts = request.path.split(separator: "/")
      guard parts.count == 5, parts[4] == "followers", let id = Int(parts[3]) else {
        return .answer(404, [:], #"{"error":"Record not found"}"#)
      }
      let all = state.followers[id] ?? []
      let page: [(number: Int, account: Int)]
      if let min = request["min_id"].flatMap({ Int($0) }) {
        page = all.filter { $0.number > min }.prefix(limit).reversed()
      } else {
        let most = request["max_id"].flatMap { Int($0) } ?? .max
        page = Array(all.filter { $0.number < most }.reversed().prefix(limit))
      }
      var headers: [String: String] = [:]
      if let first = page.first, let last = page.last {
        let base = "http://\(request.headers["host"] ?? "")\(request.path)?limit=\(limit)"
        headers["Link"] =
          #"<\#(base)&max_id=\#(last.number)>; rel="next", <\#(base)&min_id=\#(first.number)>; rel="prev""#
      }
      let accounts = page.compactMap { one in state.accounts.first { $0.id == one.account } }
      return .json("[" + accounts.map(json).joined(separator: ",") + "]", headers)
    }
  }

  /// As https://docs.joinmastodon.org/entities/Account/ has it.
  static func json(_ account: Account) -> String {
    let user = account.acct.prefix { $0 != "@" }
    let avatar = account.avatar ?? "https://files.example/\(account.id).png"
    return """
      {"id":"\(account.id)","username":"\(user)","acct":"\(account.acct)","display_name":"\(account.name)","locked":false,\
      "bot":false,"discoverable":true,"group":false,"created_at":"2024-03-05T00:00:00.000Z","note":"\(account.note)",\
      "url":"https://social.example/@\(user)","uri":"https://social.example/users/\(user)",\
      "avatar":"\(avatar)","avatar_static":"\(avatar)",\
      "header":"","header_static":"","followers_count":\(account.id * 3),"following_count":7,"statuses_count":11,\
      "last_status_at":"2026-08-31","emojis":[],"fields":\(account.fields)}
      """
  }

  private static func notification(
    _ one: (id: Int, type: String, account: Int, text: String, visibility: String, reply: Bool), _ state: State
  ) -> String {
    let account = state.accounts.first { $0.id == one.account }.map(json) ?? "null"
    var text = """
      {"id":"\(one.id)","type":"\(one.type)","created_at":"2026-08-30T10:00:\(String(format: "%02d", one.id % 60)).000Z",\
      "account":\(account)
      """
    if one.type == "mention" {
      text += """
        ,"status":{"id":"9\(one.id)","created_at":"2026-08-30T10:00:00.000Z","visibility":"\(one.visibility)",\
        "in_reply_to_account_id":\(one.reply ? "\"\(state.accounts[0].id)\"" : "null"),"language":"en",\
        "uri":"https://social.example/statuses/9\(one.id)","content":"\(one.text)","media_attachments":[],"card":null}
        """
    }
    return text + "}"
  }
}
