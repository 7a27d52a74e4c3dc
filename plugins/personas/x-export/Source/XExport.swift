/// Reads the files of an X data export that tell of other accounts: follower.js, following.js, direct-messages.js.

import JSON
import PersonaRecords
import PluginSupport

/// Each file is one assignment, `window.YTD.follower.part0 = [ … ]`; what stands before the array is read over.
public final class XExport: DocumentInterpreter {
  private enum Path: Int, CaseIterable {
    case follower, following, message

    var steps: [JSONStep] {
      switch self {
      case .follower: [.element, .member("follower")]
      case .following: [.element, .member("following")]
      case .message:
        [.element, .member("dmConversation"), .member("messages"), .element, .member("messageCreate")]
      }
    }
  }

  private let owner: ExportOwner
  private let exportedAt: Int64?
  private var cutter = JSONCutter(paths: Path.allCases.map(\.steps), limit: 1 << 20)
  private let reader = JSONReader(maxBytes: 1 << 20)
  private var skips = SkipCounts()
  /// One word for all followers without a time, instead of one each.
  private var saidUndated = false

  public init(owner: ExportOwner, exportedAt: Int64?) {
    self.owner = owner
    self.exportedAt = exportedAt
  }

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    cutter.take(bytes, at: place) { take($0, into: &queue) }
  }

  public func end(at place: Place, into queue: inout OutputQueue) { cutter.end { take($0, into: &queue) } }

  public var skipped: [(kind: String, count: UInt64)] { skips.list }

  private func take(_ event: JSONCutter.Event, into queue: inout OutputQueue) {
    switch event {
    case .value(let bytes, let place, let path):
      guard let path = Path(rawValue: path) else {
        if bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[") {
          skips.skip("file without followers, following or direct messages")
        }
        return
      }
      do {
        let node = try reader.parse(bytes)
        switch path {
        case .follower: follow(node, place, from: true, into: &queue)
        case .following: follow(node, place, from: false, into: &queue)
        case .message: message(node, place, into: &queue)
        }
      } catch {
        let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
        queue.reject(at, "bad JSON: \(error.reason)")
      }
    case .tooLong(let place): queue.reject(place, "the entry is longer than 1 MiB")
    case .broken(let place, let reason): queue.reject(place, "bad JSON: \(reason)")
    case .textEnded: break
    }
  }

  /// `{"accountId": "12", "userLink": "https://twitter.com/intent/user?user_id=12"}`. X says not since when.
  private func follow(_ node: JSONNode, _ place: Place, from isFollower: Bool, into queue: inout OutputQueue) {
    guard let id = node["accountId"]?.string, !id.isEmpty else {
      return queue.reject(place, "accountId: text is required")
    }
    guard let exportedAt else {
      skips.skip("follower or followed account without a time")
      guard !saidUndated else { return }
      saidUndated = true
      return queue.reject(
        place, "X does not say since when accounts follow: give the export's time as the parameter exported_at")
    }
    let party = owner.party
    guard !party.isEmpty, isFollower || party.handle != nil else {
      skips.skip("follower or followed account of nobody named")
      guard !saidUndated else { return }
      saidUndated = true
      return queue.reject(
        place,
        "\(isFollower ? "who is followed" : "who follows") is not in the file: give the parameter \(isFollower ? "owner" : "owner_account")"
      )
    }
    let other = PartyRecord(accountID: id)
    var record = OutreachRecord(
      time: exportedAt, platform: "x", kind: .follow,
      from: isFollower ? other : PartyRecord(handle: party.handle), to: isFollower ? party : other)
    record.extra.append(ExtraMember("time_is_export", .bool(true)))
    // Two exports tell of one follow.
    record.id = StableID.of(
      "x/follow", [isFollower ? "by" : "of", id, party.handle ?? party.email ?? party.employee ?? ""])
    queue.add(record)
  }

  private func message(_ node: JSONNode, _ place: Place, into queue: inout OutputQueue) {
    guard let sender = node["senderId"]?.string, !sender.isEmpty else {
      return queue.reject(place, "senderId: text is required")
    }
    if owner.isOwner(sender) { return skips.skip("message that the owner sent") }
    guard let time = node["createdAt"]?.string.flatMap({ EventTime($0) }) else {
      return queue.reject(place, "createdAt: expected a time as 2026-03-12T16:36:18.124Z")
    }
    let recipient = node["recipientId"]?.string
    var to = recipient == nil || owner.isOwner(recipient) ? owner.party : PartyRecord(accountID: recipient)
    // Of two parties one is the owner; where the parameters name a person only, every message is to it.
    if owner.account == nil, owner.person != nil {
      to = owner.party
      to.accountID = recipient
    }
    guard !to.isEmpty else {
      return queue.reject(place, "recipientId: missing, as in groups; the parameter owner says whose export it is")
    }
    var record = OutreachRecord(
      time: time.nanoseconds, platform: "x", kind: .directMessage, from: PartyRecord(accountID: sender), to: to)
    record.text = node["text"]?.string
    // The links behind t.co are listed beside the text.
    var links = (node["urls"]?.elements.map { $0 } ?? []).compactMap { $0["expanded"]?.string ?? $0["url"]?.string }
    for link in LinkText.links(in: record.text ?? "") where LinkParts(link)?.host != "t.co" || links.isEmpty {
      links.append(link)
    }
    var seen: Set<String> = []
    record.links = links.filter { seen.insert($0).inserted }
    let media = (node["mediaUrls"]?.elements.map { $0 } ?? []).compactMap(\.string)
    record.extra.keep("attachments", Array(media.prefix(16)))
    let id = node["id"]?.string ?? ""
    record.id = StableID.of("x/message", id.isEmpty ? [sender, recipient ?? "", "\(record.time)"] : [id])
    queue.add(record)
  }
}
