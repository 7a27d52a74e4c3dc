/// Who follows an account: all of them once and again after some days, and each new one as it comes.

import JSON
import PersonaRecords
import PluginSupport
import Polling

/// The followers of one account.
///
/// The server numbers follows in their order, in its links between pages. The mark is the newest of them that was told,
/// and the day when all followers were last looked at: `NUMBER DAY`. A page's token is `ACCOUNT PHASE AT NUMBER`:
/// `new` walks from the mark to the newest, `all` from the newest to the oldest.
struct FollowerFeed: Feed {
  private static let size = 80
  unowned let service: MastodonService
  let account: String
  let refreshDays: Int64

  var name: String { feedName("followers", account) }
  var absence: String? { "\(account), whose followers are asked for, is unknown to \(service.server.host), or gone" }

  private enum Phase: String { case new, all }

  private struct Token {
    var account: String
    var phase: Phase
    /// Where the page begins: newer than this (`new`), older than this (`all`; `-` at the newest).
    var at: String
    /// The newest follow that was told.
    var newest: String

    var text: String { "\(account) \(phase.rawValue) \(at) \(newest)" }

    init(_ account: String, _ phase: Phase, at: String, newest: String) {
      (self.account, self.phase, self.at, self.newest) = (account, phase, at, newest)
    }

    init(_ text: String) throws(PollFailure) {
      let parts = text.split(separator: " ").map(String.init)
      guard parts.count == 4, let phase = Phase(rawValue: parts[1]) else {
        throw PollFailure(.format, "the stored place among followers is of another form")
      }
      self.init(parts[0], phase, at: parts[2], newest: parts[3])
    }
  }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    guard let page = place.page else { return try service.request("/api/v1/accounts/lookup", [("acct", account)]) }
    let token = try Token(page)
    var query = [("limit", "\(Self.size)")]
    switch token.phase {
    case .new: query.append(("min_id", token.at))
    case .all: if token.at != "-" { query.append(("max_id", token.at)) }
    }
    return try service.request("/api/v1/accounts/\(WebAddress.encoded(token.account))/followers", query)
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    guard let text = place.page else { return try begin(answer, place) }
    let token = try Token(text)
    let list = try service.context.list(answer)
    let isFirstRound = place.mark == nil
    var page = FeedPage()
    page.items = list.elements.map { node in
      service.context.item(node, place, now: now) { persona in
        token.phase == .new ? follow(persona, token, now: now) : []
      }
    }
    // Newest first on the page, whichever way it is walked.
    if token.phase == .new { page.items.reverse() }
    let links = answer.header("link") ?? ""
    func link(_ relation: String, _ names: [String]) -> String? {
      LinkHeader.target(links, relation: relation).flatMap { WebAddress($0, relativeTo: service.server) }
        .flatMap { address in names.lazy.compactMap { address.query($0) }.first }
        .flatMap { $0.isEmpty || $0.utf8.contains(0x20) || $0.utf8.count > 64 ? nil : $0 }
    }
    switch token.phase {
    case .new:
      let newest = link("prev", ["min_id", "since_id"]) ?? token.newest
      if !page.items.isEmpty, newest != token.newest {
        page.next = Token(token.account, .new, at: newest, newest: newest).text
        page.mark = "\(newest) \(lastWalk(place) ?? place.day)"
      } else if isWalkDue(place) {
        page.next = Token(token.account, .all, at: "-", newest: token.newest).text
      }
    case .all:
      // Where the walk begins is what the next round goes on behind, if this is the first.
      var newest = token.newest
      if isFirstRound, token.at == "-" { newest = link("prev", ["min_id", "since_id"]) ?? "0" }
      page.mark = "\(newest) \(place.day)"
      if !page.items.isEmpty, let older = link("next", ["max_id"]) {
        page.next = Token(token.account, .all, at: older, newest: newest).text
      }
    }
    return page
  }

  private func begin(_ answer: HTTPAnswer, _ place: FeedPlace) throws(PollFailure) -> FeedPage {
    let node = try service.context.parse(answer)
    guard let id = node["id"]?.string, !id.isEmpty, id.utf8.count <= 64, !id.utf8.contains(0x20) else {
      throw PollFailure(.format, "\(answer.address.shown) answered with no account")
    }
    var page = FeedPage()
    if let newest = place.mark?.split(separator: " ").first.map(String.init) {
      page.next = Token(id, .new, at: newest, newest: newest).text
    } else {
      page.next = Token(id, .all, at: "-", newest: "0").text
    }
    return page
  }

  private func lastWalk(_ place: FeedPlace) -> Int64? { place.mark?.split(separator: " ").last.flatMap { Int64($0) } }

  private func isWalkDue(_ place: FeedPlace) -> Bool {
    guard refreshDays > 0, let last = lastWalk(place) else { return false }
    return place.day &- last >= refreshDays
  }

  /// The approach that a new follower is. The token's own account hears of it by notification, with its time.
  private func follow(_ persona: PersonaRecord, _ token: Token, now: Int64) -> [any SourceOutput] {
    let followed = service.context.fullName(account)
    if service.context.hearsNotifications, service.context.ownName?.lowercased() == followed.lowercased() { return [] }
    var outreach = OutreachRecord(
      time: now, platform: "mastodon", kind: .follow,
      from: PartyRecord(accountID: persona.accountID, handle: persona.handle),
      to: PartyRecord(accountID: followed.lowercased(), handle: followed))
    outreach.extra.keep("time_is", "first_seen")
    outreach.id = StableID.of("mastodon/follower", [persona.accountID, followed.lowercased(), token.at])
    return [outreach]
  }
}
