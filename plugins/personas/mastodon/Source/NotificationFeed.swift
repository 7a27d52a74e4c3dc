/// What the token's account was told: who follows it, asks to, or mentions it.

import JSON
import PersonaRecords
import PluginSupport
import Polling

/// Notifications from the oldest that is new on. The mark, and a page's token, is the id of the newest that was told.
struct NotificationFeed: Feed {
  private static let size = 80
  unowned let service: MastodonService

  var name: String { "notifications" }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    try service.request(
      "/api/v1/notifications",
      [
        ("types[]", "follow"), ("types[]", "follow_request"), ("types[]", "mention"), ("limit", "\(Self.size)"),
        ("min_id", place.page ?? place.mark ?? "0"),
      ])
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let list = try service.context.list(answer)
    var page = FeedPage()
    var newest = place.page ?? place.mark ?? "0"
    for node in list.elements {
      guard let id = node["id"]?.string, !id.isEmpty, id.utf8.count <= 64 else {
        page.items.append(.rejected(nil, "a notification without an id"))
        continue
      }
      if Self.isNewer(id, newest) { newest = id }
      page.items.append(item(id, node, place, now: now))
    }
    // The page has the newest first; told is the oldest first.
    page.items.reverse()
    if newest != place.page ?? place.mark ?? "0" {
      page.next = newest
      page.mark = newest
    }
    return page
  }

  /// Ids are numbers of any length on Mastodon, and words of one length on its kin.
  static func isNewer(_ a: String, _ b: String) -> Bool {
    a.utf8.count != b.utf8.count
      ? a.utf8.count > b.utf8.count : a.utf8.lexicographicallyPrecedes(b.utf8) ? false : a != b
  }

  private func item(_ id: String, _ node: JSONNode, _ place: FeedPlace, now: Int64) -> FeedItem {
    let context = service.context
    let status = node["status"]
    let kind: OutreachRecord.Kind
    switch node["type"]?.string {
    case "follow": kind = .follow
    case "follow_request": kind = .connectionRequest
    case "mention":
      if status?["visibility"]?.isString("direct") == true {
        kind = .directMessage
      } else if let to = status?["in_reply_to_account_id"]?.string, to == context.ownID {
        kind = .reply
      } else {
        kind = .mention
      }
    // A server that does not know the filter sends others too.
    default: return FeedItem(id, [])
    }
    guard let time = moment(node["created_at"]?.string) else {
      return .rejected(id, "notification \(id.oneLine(most: 64)): created_at is no time")
    }
    guard let account = node["account"], let own = context.ownName else {
      return .rejected(id, "notification \(id.oneLine(most: 64)): no account")
    }
    return context.item(account, key: id, place, now: now) { persona in
      var outreach = OutreachRecord(
        time: time, platform: "mastodon", kind: kind,
        from: PartyRecord(accountID: persona.accountID, handle: persona.handle),
        to: PartyRecord(accountID: own.lowercased(), handle: own))
      if kind == .connectionRequest { outreach.outcome = .pending }
      if let status {
        let content = HTMLText(status["content"]?.string ?? "")
        if !content.text.isEmpty { outreach.text = content.text }
        outreach.links = content.links
        if let card = status["card"]?["url"]?.string, !outreach.links.contains(card) { outreach.links.append(card) }
        outreach.extra.keep("status", status["uri"]?.string ?? status["url"]?.string)
        outreach.extra.keep("language", status["language"]?.string)
        outreach.extra.keep("attachments", (status["media_attachments"]?.count).flatMap { $0 > 0 ? UInt64($0) : nil })
      }
      outreach.id = StableID.of("mastodon/notification", [service.context.domain, own.lowercased(), id])
      return [outreach]
    }
  }
}
