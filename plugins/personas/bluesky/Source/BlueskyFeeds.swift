/// Profiles by name, and the lists of profiles that the service gives page by page.

import JSON
import PersonaRecords
import Polling

/// Some profiles, at most 25. The service leaves out those that it does not know.
struct BlueskyProfileFeed: Feed {
  unowned let service: BlueskyService
  let accounts: [String]

  var name: String { feedName("profiles", accounts.joined(separator: ",")) }
  var isConditional: Bool { true }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    try service.request("app.bsky.actor.getProfiles", accounts.map { ("actors", $0) })
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let node = try service.parse(answer)
    guard let profiles = node["profiles"], profiles.kind == .array else {
      throw PollFailure(.format, "\(answer.address.shown) answered with no profiles")
    }
    var page = FeedPage()
    var known: Set<String> = []
    for profile in profiles.elements {
      if let did = profile["did"]?.string { known.insert(did) }
      if let handle = profile["handle"]?.string { known.insert(handle.lowercased()) }
      page.items.append(BlueskyProfile.item(profile, place, now: now))
    }
    for account in accounts where !known.contains(account) && !known.contains(account.lowercased()) {
      page.items.append(.rejected(account, "\(account) is unknown to \(service.server.host), or gone"))
    }
    return page
  }
}

/// Profiles that a search finds, or who follows, or is followed by, an account. A page's token is the service's own.
struct BlueskyListFeed: Feed {
  enum List: String { case search, followers, follows }
  private static let size = 100
  unowned let service: BlueskyService
  let list: List
  /// Words, or an account.
  let of: String
  let pages: Int

  var name: String { feedName(list.rawValue, of) }
  var absence: String? { list == .search ? nil : "\(of) is unknown to \(service.server.host), or gone" }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    let method: String
    switch list {
    case .search: method = "app.bsky.actor.searchActors"
    case .followers: method = "app.bsky.graph.getFollowers"
    case .follows: method = "app.bsky.graph.getFollows"
    }
    var query = [(list == .search ? "q" : "actor", of), ("limit", "\(Self.size)")]
    if let token = place.page.map(Self.token) { query.append(("cursor", token.cursor)) }
    return try service.request(method, query)
  }

  /// `NUMBER CURSOR`.
  private static func token(_ page: String) -> (number: Int, cursor: String) {
    let parts = page.split(separator: " ", maxSplits: 1).map(String.init)
    return (parts.first.flatMap { Int($0) } ?? 0, parts.count > 1 ? parts[1] : "")
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let node = try service.parse(answer)
    guard let found = node[list == .search ? "actors" : list.rawValue], found.kind == .array else {
      throw PollFailure(.format, "\(answer.address.shown) answered with no list of accounts")
    }
    var page = FeedPage()
    page.items = found.elements.map { BlueskyProfile.item($0, place, now: now) }
    let current = place.page.map(Self.token)
    let number = (current?.number ?? 0) + 1
    if let cursor = node["cursor"]?.string, !cursor.isEmpty, number < pages {
      guard cursor != current?.cursor else {
        throw PollFailure(.format, "\(name): the page after this one is this one")
      }
      page.next = "\(number) \(cursor)"
    }
    return page
  }
}

/// What the account that asks was told. The service gives the newest first: a round walks back to what the round before
/// began with, whose moment is the mark.
struct BlueskyNotificationFeed: Feed {
  private static let size = 100
  private static let reasons = ["follow", "mention", "reply", "quote"]
  unowned let service: BlueskyService

  var name: String { "notifications" }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    var query = Self.reasons.map { ("reasons", $0) } + [("limit", "\(Self.size)")]
    if let cursor = place.page { query.append(("cursor", cursor)) }
    return try service.request("app.bsky.notification.listNotifications", query)
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let node = try service.parse(answer)
    guard let list = node["notifications"], list.kind == .array else {
      throw PollFailure(.format, "\(answer.address.shown) answered with no notifications")
    }
    let mark = place.mark.flatMap { Int64($0) } ?? .min
    var page = FeedPage()
    var newest = mark
    var isAtMark = false
    for one in list.elements {
      guard let uri = one["uri"]?.string, let time = moment(one["indexedAt"]?.string) else {
        page.items.append(.rejected(one["uri"]?.string, "a notification without uri or indexedAt"))
        continue
      }
      newest = max(newest, time)
      // Those of the mark's own moment may not all have been told: their ids make doubles one.
      if time < mark {
        isAtMark = true
        continue
      }
      page.items.append(item(one, uri, time, place, now: now))
    }
    if place.page == nil, newest > mark { page.mark = "\(newest)" }
    if !isAtMark, let cursor = node["cursor"]?.string, !cursor.isEmpty, list.count > 0 { page.next = cursor }
    return page
  }

  private func item(_ node: JSONNode, _ uri: String, _ time: Int64, _ place: FeedPlace, now: Int64) -> FeedItem {
    let kind: OutreachRecord.Kind
    let reason = node["reason"]?.string ?? ""
    switch reason {
    case "follow": kind = .follow
    case "mention", "quote": kind = .mention
    case "reply": kind = .reply
    default: return FeedItem(uri, [])
    }
    guard let author = node["author"], let own = service.own else {
      return .rejected(uri, "a notification without an author")
    }
    return BlueskyProfile.item(author, key: uri, place, now: now) { persona in
      var outreach = OutreachRecord(
        time: time, platform: "bluesky", kind: kind,
        from: PartyRecord(accountID: persona.accountID, handle: persona.handle),
        to: PartyRecord(accountID: own.did, handle: own.handle))
      if kind != .follow, let record = node["record"] {
        outreach.text = record["text"]?.string
        outreach.links = BlueskyPost.links(record)
        outreach.extra.keep("post", uri)
      }
      if reason == "quote" { outreach.extra.keep("reason", reason) }
      outreach.id = StableID.of("bluesky/notification", [own.did, uri, reason])
      return [outreach]
    }
  }
}

/// A post's record (`app.bsky.feed.post`).
enum BlueskyPost {
  private static let mostLinks = 100

  /// Where a post leads: its facets, and what it embeds.
  static func links(_ record: JSONNode) -> [String] {
    var links: [String] = []
    for facet in record["facets"]?.elements ?? record.elements where record["facets"] != nil {
      for feature in facet["features"]?.elements ?? facet.elements where facet["features"] != nil {
        if let uri = feature["uri"]?.string, links.count < mostLinks, !links.contains(uri) { links.append(uri) }
      }
    }
    let embed = record["embed"]
    let external = embed?["external"]?["uri"]?.string ?? embed?["media"]?["external"]?["uri"]?.string
    if let external, !links.contains(external) { links.append(external) }
    return links
  }
}
