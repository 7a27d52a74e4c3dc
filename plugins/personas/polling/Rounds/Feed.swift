/// What a poller asks for: feeds, each a list that a service gives page by page.

import JSON
import PersonaRecords
import PluginSupport

/// A thing on a page, and what is told of it.
public struct FeedItem {
  /// What it is known by on its page when that is asked for again.
  public var key: String
  public var outputs: [any SourceOutput]

  public init(_ key: String, _ outputs: [any SourceOutput]) {
    self.key = key
    self.outputs = outputs
  }
}

extension FeedItem {
  /// A thing on a page that is not what it should be.
  public static func rejected(_ key: String?, _ reason: String) -> FeedItem {
    FeedItem(key ?? "?", [Rejection(Place(line: 0, offset: .max), reason)])
  }
}

/// A page as a feed has read it.
public struct FeedPage {
  public var items: [FeedItem] = []
  /// What asks for the page after it, in the feed's own words; nil: this is the last.
  public var next: String?
  /// Nothing of this page is told before a later one, which tells it all: after a restart the service is asked again
  /// for the first of them.
  public var isPart = false
  /// What the next round is to begin behind, once this one has been walked to its end; nil: unchanged.
  public var mark: String?

  public init() {}
}

/// Where in a round a page is asked for.
public struct FeedPlace: Equatable, Sendable {
  /// When the round began, nanoseconds since 1970 UTC; the same after a restart.
  public var round: Int64
  /// The token of the page, nil for the first.
  public var page: String?
  /// The page goes on with what a page before it left untold.
  public var isPart = false
  /// What the round before left as its mark.
  public var mark: String?

  /// The day of the round, counted from 1970: an unchanged account is told of once in each.
  public var day: Int64 { round / 86_400_000_000_000 }
}

/// A list of a service. One thread at a time.
///
/// A feed is asked for its pages in order. It keeps nothing between two of them but what its tokens say, so that a
/// restart can go on at any page.
public protocol Feed {
  /// Unique among the poller's feeds and the same at each start, at most 64 bytes.
  var name: String { get }
  /// What is asked for a page.
  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest
  /// Reads the answer (a 2xx) to that request.
  /// - Parameter now: nanoseconds since 1970 UTC, when it came.
  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage
  /// What it means that the service knows no such thing (404 or 410): the words of a rejection, after which the round
  /// goes on with the next feed. Nil: a failure.
  var absence: String? { get }
  /// Whether the service may be asked to answer only if something changed: an unchanged first page ends the feed.
  var isConditional: Bool { get }
}

extension Feed {
  public var absence: String? { nil }
  public var isConditional: Bool { false }
}

/// A service with its feeds. One thread at a time.
public protocol PolledService: AnyObject {
  var feeds: [any Feed] { get }
  /// Whether the feeds are known only once nothing more has to be prepared.
  var learnsFeeds: Bool { get }
  /// What has to be asked before any feed: a session, facts of the service. Nil: nothing more.
  func preparation() throws(PollFailure) -> HTTPRequest?
  /// Takes the answer to `preparation`, whatever its status.
  func take(preparation answer: HTTPAnswer) throws(PollFailure)
  /// Adds what lets a request in.
  func authorise(_ request: inout HTTPRequest)
  /// Whether a refusal (400, 401 or 403) only means that a session has ended, which was then forgotten.
  func forgetsSession(after answer: HTTPAnswer) -> Bool
  /// The words of the service in an answer that refuses, nil where it says nothing.
  func words(of answer: HTTPAnswer) -> String?
  /// Milliseconds from one request to the next, by the source's own settings.
  var spacing: UInt64 { get }
  /// The service's own address, where the pictures of accounts are to be fetched; nil: they are not.
  var picturesHome: WebAddress? { get }
}

extension PolledService {
  public var learnsFeeds: Bool { false }
  public func preparation() throws(PollFailure) -> HTTPRequest? { nil }
  public func take(preparation answer: HTTPAnswer) throws(PollFailure) {}
  public func authorise(_ request: inout HTTPRequest) {}
  public func forgetsSession(after answer: HTTPAnswer) -> Bool { false }
  public var spacing: UInt64 { 0 }
  public var picturesHome: WebAddress? { nil }

  /// `error`, `error_description`, `message` or `title` of a JSON object, as most services have it.
  public func words(of answer: HTTPAnswer) -> String? {
    guard let node = try? JSONReader(maxBytes: 64 << 10).parse(answer.body) else { return nil }
    let names = ["error_description", "message", "error", "title", "detail"]
    guard let text = names.lazy.compactMap({ node[$0]?.string }).first else { return nil }
    return text.oneLine(most: 200)
  }
}

extension String {
  /// Without control characters, cut to so many characters.
  public func oneLine(most: Int) -> String {
    let line = String(
      unicodeScalars.prefix(most * 2).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    return line.count > most ? line.prefix(most) + "…" : line
  }
}

/// Nanoseconds since 1970 of a time as RFC 3339 writes it; nil for anything else.
public func moment(_ text: String?) -> Int64? {
  guard let time = text.flatMap({ EventTime($0) }), time.hasZone else { return nil }
  return time.nanoseconds
}
