/// Walks through a service's feeds, page by page, and always knows what was handed over.

import JSON
import PersonaRecords
import PluginSupport

/// One round through the feeds of a service. One thread at a time, but the client's `wake`.
///
/// The position moves on only with what the sink has taken: an output is behind it once it was put, a page once all of
/// its outputs were. A restart asks for the page at hand again and leaves out what stands up to the last output; if
/// that is no longer there, all of the page is told again, and the records' ids make doubles one.
public final class Poller {
  public enum Standing: Equatable {
    /// The sink is full, or what there was is handed over.
    case more
    /// An answer is awaited, or a pause of the source's own.
    case idle(milliseconds: UInt64)
    case limited(milliseconds: UInt64)
    case end
    case failed(PollFailure)
  }

  private enum Question { case preparation, page }

  private let service: any PolledService
  private let client: HTTPClient
  private let memory: PollMemory
  private let now: () -> Int64
  private let log: (String) -> Void
  public private(set) var position: PollPosition
  /// Of a feed that is told of only once several of its pages are there: the token of the one at hand. A restart begins
  /// at the position again.
  private var part: String?
  /// The position names a feed that there is.
  private var isSettled = false

  /// Outputs of the page at hand, the next one last, each with its digest.
  private var waiting: [(output: any SourceOutput, digest: String)] = []
  /// The page at hand has been read.
  private var page: FeedPage?
  /// Of the page at hand: kept once all of it was handed over.
  private var newTag: (text: String, day: Int64)?
  private var question: Question?
  /// Where pictures are fetched.
  private let fetcher: AvatarFetcher?
  private var hasRenewedSession = false
  private var pages = 0
  /// The most pages of a feed in one round.
  private static let mostPages = 20_000

  /// - Parameter now: nanoseconds since 1970 UTC.
  public init(
    _ service: any PolledService, client: HTTPClient, memory: PollMemory, from position: PollPosition,
    now: @escaping () -> Int64, log: @escaping (String) -> Void
  ) {
    self.service = service
    self.client = client
    self.memory = memory
    self.position = position
    self.now = now
    self.log = log
    fetcher = service.picturesHome.map {
      AvatarFetcher(client: client, memory: memory.pictures, home: $0, now: now, log: log)
    }
    if !service.learnsFeeds { settle() }
  }

  /// Fits the position to the feeds, once they are known.
  private func settle() {
    isSettled = true
    // A feed that is no longer asked for leaves no mark.
    let names = Set(service.feeds.map(\.name))
    position.marks = position.marks.filter { names.contains($0.key) }
    guard position.round == nil || !position.feed.isEmpty && !names.contains(position.feed) else { return }
    var fresh = PollPosition()
    fresh.marks = position.marks
    fresh.round = now()
    position = fresh
  }

  /// Puts what there is into the sink, and asks for more, waiting at most `wait` milliseconds.
  public func next(into sink: RecordSink, wait: UInt64) -> Standing {
    do throws(PollFailure) {
      while true {
        if let standing = fetcher?.advance(&waiting, day: place.day, wait: sink.emitted > 0 ? 0 : wait) {
          return sink.emitted > 0 ? .more : standing
        }
        hand(over: sink)
        if sink.isFull, !waiting.isEmpty { return .more }
        if page != nil, !(try turnPage()) { return .end }
        // What was emitted is handed over before this waits for more.
        if sink.emitted > 0 { return .more }
        if !isSettled, question == nil, try service.preparation() == nil { settle() }
        let feed = isSettled ? self.feed : nil
        if isSettled, feed == nil { return endRound() }
        if let standing = try ask(feed, sink, wait: wait) { return standing }
      }
    } catch {
      client.cancel()
      question = nil
      part = nil
      return .failed(error)
    }
  }

  /// What became of the pictures of this round; nil where none was asked for.
  public var picturesReport: String? { fetcher?.report }

  private var feed: (any Feed)? {
    position.feed.isEmpty ? service.feeds.first : service.feeds.first { $0.name == position.feed }
  }

  private var place: FeedPlace {
    FeedPlace(
      round: position.round ?? 0, page: part ?? position.page, isPart: part != nil,
      mark: feed.flatMap { position.marks[$0.name] })
  }

  // MARK: handing over

  private func hand(over sink: RecordSink) {
    while !sink.isFull, let next = waiting.popLast() {
      next.output.put(into: sink)
      position.after = next.digest
    }
  }

  /// Goes on behind the page at hand; false at the end of the round.
  private func turnPage() throws(PollFailure) -> Bool {
    guard waiting.isEmpty, let page, let feed else { return true }
    let current = part ?? position.page
    self.page = nil
    position.feed = feed.name
    if let next = page.next {
      guard next != current else {
        throw PollFailure(.format, "\(feed.name): the page after this one is this one")
      }
      guard next.utf8.count <= PollPosition.mostTokenBytes else {
        throw PollFailure(
          .format, "\(feed.name): the token of the next page has \(next.utf8.count) bytes, which is too long")
      }
      pages += 1
      if pages < Self.mostPages {
        if page.isPart {
          part = next
          return true
        }
        part = nil
        if let mark = page.mark { position.newMark = mark }
        position.page = next
        position.after = nil
        try check()
        return true
      }
      log("\(feed.name): \(pages) pages and no end; the rest of it is left for the next round")
    }
    part = nil
    if let mark = page.mark { position.newMark = mark }
    return try leave(feed)
  }

  /// Goes on with the feed after this one; false if there is none.
  private func leave(_ feed: any Feed) throws(PollFailure) -> Bool {
    if let mark = position.newMark { position.marks[feed.name] = mark }
    if let newTag { memory.tags[feed.name] = newTag }
    newTag = nil
    position.page = nil
    position.after = nil
    position.newMark = nil
    pages = 0
    let feeds = service.feeds
    guard let at = feeds.firstIndex(where: { $0.name == feed.name }), at + 1 < feeds.count else {
      _ = endRound()
      return false
    }
    position.feed = feeds[at + 1].name
    try check()
    return true
  }

  private func endRound() -> Standing {
    var next = PollPosition()
    next.marks = position.marks
    position = next
    return .end
  }

  private func check() throws(PollFailure) {
    // The digest of an output is still to come.
    let size = position.cursor.count + 64
    guard size <= PollPosition.mostBytes else {
      throw PollFailure(
        .format,
        "the place in \(position.feed) takes \(size) bytes to write down, more than a cursor has: ask for less "
          + "in one source")
    }
  }

  // MARK: asking

  /// Nil: look again.
  private func ask(_ feed: (any Feed)?, _ sink: RecordSink, wait: UInt64) throws(PollFailure) -> Standing? {
    let now = self.now()
    if question == nil {
      if let pause = memory.pause(at: now) { return pause }
      var request: HTTPRequest
      if let preparation = try service.preparation() {
        question = .preparation
        request = preparation
      } else {
        guard let feed else { return nil }
        question = .page
        request = try feed.request(place)
        service.authorise(&request)
        if isConditional(feed), let tag = memory.tags[feed.name], tag.day == place.day {
          request.set("If-None-Match", tag.text)
        }
      }
      memory.noteRequest(at: now, spacing: service.spacing)
      client.ask(request)
    }
    switch client.advance(wait: wait) {
    case .waiting: return .idle(milliseconds: 1)
    case .failed(let failure): throw failure
    case .answer(let answer):
      let asked = question
      question = nil
      return try take(answer, asked, feed, sink)
    }
  }

  private func isConditional(_ feed: any Feed) -> Bool {
    feed.isConditional && position.page == nil && position.after == nil
  }

  private func take(
    _ answer: HTTPAnswer, _ asked: Question?, _ feed: (any Feed)?, _ sink: RecordSink
  ) throws(PollFailure) -> Standing? {
    let seconds = now() / 1_000_000_000
    if answer.status == 429 || answer.status == 503 && answer.header("retry-after") != nil {
      // Who does not say how long is asked again after a while that doubles.
      let pause = RateLimit.pause(after: answer, now: seconds) ?? memory.nextBackOff()
      memory.limit(until: now(), plus: pause)
      return .limited(milliseconds: pause)
    }
    memory.backOff = 0
    if let pause = RateLimit.pauseWhenUsedUp(answer, now: seconds) { memory.limit(until: now(), plus: pause) }
    if asked == .preparation {
      try service.take(preparation: answer)
      return nil
    }
    guard let feed else { return nil }
    switch answer.status {
    case 200...299:
      hasRenewedSession = false
      try read(answer, feed)
    case 304: page = FeedPage()
    case 400, 401, 403:
      if !hasRenewedSession, service.forgetsSession(after: answer) {
        hasRenewedSession = true
        return nil
      }
      if answer.status == 400 { throw refusal(answer, .format) }
      throw refusal(answer, .auth)
    case 404, 410:
      guard let words = feed.absence else { throw refusal(answer, .format) }
      sink.reject(Place(line: 0, offset: .max), words)
      page = FeedPage()
    case 500...: throw refusal(answer, .network)
    default: throw refusal(answer, .format)
    }
    return nil
  }

  private func refusal(_ answer: HTTPAnswer, _ kind: PollFailure.Kind) -> PollFailure {
    let said = service.words(of: answer).map { ": \($0)" } ?? ""
    let remedy = kind == .auth ? "; check the token and what it may read" : ""
    return PollFailure(kind, "\(answer.address.shown) answered \(answer.status)\(said)\(remedy)")
  }

  private func read(_ answer: HTTPAnswer, _ feed: any Feed) throws(PollFailure) {
    var read: FeedPage
    do throws(PollFailure) {
      read = try feed.read(answer, place, now: now())
      memory.broken = 0
    } catch {
      memory.broken += 1
      // A proxy's page of excuses is soon gone; what comes again and again is for a person.
      guard error.kind == .format, memory.broken < 3 else { throw error }
      throw PollFailure(.network, error.words)
    }
    var outputs: [(output: any SourceOutput, digest: String)] = []
    // What stands on a page twice is told apart by its turn.
    var turns: [String: Int] = [:]
    for item in read.items {
      let turn = turns[item.key, default: 0]
      turns[item.key] = turn + 1
      for (at, output) in item.outputs.enumerated() {
        outputs.append((output, String(SHA256.hex(Array("\(item.key)#\(turn)#\(at)".utf8)).prefix(16))))
      }
    }
    if let after = position.after, let at = outputs.firstIndex(where: { $0.digest == after }) {
      outputs.removeFirst(at + 1)
    }
    if isConditional(feed), read.next == nil, let tag = answer.header("etag"), tag.utf8.count <= 256 {
      newTag = (tag, place.day)
    }
    waiting = outputs.reversed()
    fetcher?.begin(waiting)
    read.items = []
    page = read
  }
}
