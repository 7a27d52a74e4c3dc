/// Accounts that are looked at by name, and accounts that a search finds.

import JSON
import Polling

/// One account, by name.
struct AccountFeed: Feed {
  unowned let service: MastodonService
  let account: String

  var name: String { feedName("account", account) }
  var absence: String? { "\(account) is unknown to \(service.server.host), or gone" }
  var isConditional: Bool { true }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    try service.request("/api/v1/accounts/lookup", [("acct", account)])
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let node = try service.context.parse(answer)
    guard node.kind == .object else { throw PollFailure(.format, "\(answer.address.shown) answered with no account") }
    var page = FeedPage()
    page.items = [service.context.item(node, place, now: now)]
    return page
  }
}

/// Accounts by words in their names and, where the server has a full search, their texts. A page's token is its offset.
struct SearchFeed: Feed {
  private static let size = 40
  unowned let service: MastodonService
  let words: String
  let pages: Int

  var name: String { feedName("search", words) }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    var query = [("q", words), ("type", "accounts"), ("limit", "\(Self.size)")]
    // Who has no token may not turn pages.
    if let page = place.page { query.append(("offset", page)) }
    return try service.request("/api/v2/search", query)
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let list = try service.context.list(answer, "accounts")
    var page = FeedPage()
    page.items = list.elements.map { service.context.item($0, place, now: now) }
    let offset = place.page.flatMap { Int($0) } ?? 0
    let next = offset + Self.size
    if page.items.count >= Self.size, next < pages * Self.size { page.next = "\(next)" }
    return page
  }
}
