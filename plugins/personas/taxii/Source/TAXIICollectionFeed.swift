/// The objects of one collection, from where the last round ended.

import JSON
import PersonaRecords
import PluginSupport
import Polling
import STIXObjects

/// Gathers the pages of a round, because objects refer to each other over all of them, and tells the records once all
/// are there or no more can be held. The mark is when the last object was added (X-TAXII-Date-Added-Last).
///
/// A page's token is `AFTER NEXT`: the moment that the round begins behind, `-` at the beginning, and the server's own
/// token (§3.4), empty where it gave none.
final class TAXIICollectionFeed: Feed {
  private unowned let service: TAXIIService
  private let id: String
  private let address: WebAddress
  private var collector = STIXCollector()
  private var rejections: [FeedItem] = []
  private static let mostRejections = 1000

  init(service: TAXIIService, id: String, address: WebAddress) {
    self.service = service
    self.id = id
    self.address = address
  }

  var name: String { feedName("collection", id) }

  private func parts(_ place: FeedPlace) -> (after: String?, next: String) {
    guard let page = place.page else { return (place.mark ?? service.start, "") }
    let parts = page.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return (parts[0] == "-" ? nil : parts[0], parts.count > 1 ? parts[1] : "")
  }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    let (after, next) = parts(place)
    var query = [("limit", "\(service.pageSize)")]
    if let after { query.append(("added_after", after)) }
    if !next.isEmpty { query.append(("next", next)) }
    guard let address = address.adding(query) else { throw PollFailure(.format, "\(name): the address is too long") }
    return service.request(address)
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    if !place.isPart {
      collector = STIXCollector(maxBytes: 256 << 20)
      rejections = []
    }
    let (after, _) = parts(place)
    let more: Bool
    let next: String
    let count: Int
    // The node is gone with the next parse, which the collector has a reader of its own for.
    do {
      let node = try service.parse(answer)
      guard node.kind == .object else {
        throw PollFailure(.format, "\(answer.address.shown) answered with no envelope")
      }
      more = node["more"]?.bool ?? false
      next = node["next"]?.string ?? ""
      count = node["objects"]?.count ?? 0
      // An empty envelope may have no objects at all (§3.7).
      for rejection in node["objects"] == nil
        ? [] : answer.body.withUnsafeBytes({ collector.add($0, at: Place(line: 0, offset: .max)) })
      where rejections.count < Self.mostRejections {
        rejections.append(FeedItem("rejected \(rejections.count)", [rejection]))
      }
    }
    let last = answer.header("x-taxii-date-added-last").flatMap { moment($0) == nil ? nil : $0 }
    var page = FeedPage()
    page.mark = last
    if more {
      if !next.isEmpty {
        page.next = "\(after ?? "-") \(next)"
      } else if let last, last != after, count > 0 {
        page.next = "\(last) "
      } else {
        throw PollFailure(.format, "\(answer.address.shown) says that there is more, and not how to ask for it")
      }
      page.isPart = !collector.isFull
    }
    if !page.isPart {
      page.items = rejections + told(observed: last.flatMap { moment($0) } ?? place.round)
      rejections = []
    }
    return page
  }

  /// The records of what was gathered, each known by its id.
  private func told(observed: Int64) -> [FeedItem] {
    collector.resolve(observedAt: observed).enumerated().map { at, output in
      let id =
        (output as? PersonaRecord)?.id ?? (output as? OutreachRecord)?.id ?? (output as? PersonaChangeRecord)?.id ?? ""
      return FeedItem(id.isEmpty ? "output \(at)" : id, [output])
    }
  }
}
