/// Fetches the pictures of accounts before their records are handed over, for their hashes.

import PersonaRecords
import Pictures
import PluginSupport

/// Of one round. A picture that is not to be had costs its record the hashes, never the poll: it is counted, and said in the
/// record. Whether there are hashes does not show in a record's id, so that a round that is walked again tells nothing twice.
/// One thread at a time.
///
/// The addresses are other people's: asked are http and https, without the token, on the public Internet or at the service's
/// own host; redirects lead to the same origin only.
final class AvatarFetcher {
  private let client: HTTPClient
  private let memory: AvatarMemory
  private let home: WebAddress
  private let now: () -> Int64
  private let log: (String) -> Void
  /// The records before this one still want theirs.
  private var next = -1
  private var asked: WebAddress?
  /// What is known of the next one was found out just now.
  private var isFresh = false
  /// Before then a host asked not to be asked.
  private var resumesAt: Int64 = 0
  private var waits = 0
  private var fetched = 0
  private var remembered = 0
  private var left = SkipCounts()
  private var hasWarned = false

  /// Milliseconds for a picture.
  private static let patience = 20_000
  /// The longest that a host is waited for which asks for it, in milliseconds, and how often on a page.
  private static let longestWait: UInt64 = 60_000
  private static let mostWaits = 3

  init(
    client: HTTPClient, memory: AvatarMemory, home: WebAddress, now: @escaping () -> Int64,
    log: @escaping (String) -> Void
  ) {
    self.client = client
    self.memory = memory
    self.home = home
    self.now = now
    self.log = log
  }

  /// A page's outputs, the next one last.
  func begin(_ outputs: [(output: any SourceOutput, digest: String)]) {
    next = outputs.count - 1
    asked = nil
    waits = 0
  }

  /// Longer addresses are not asked, and not remembered.
  private static let mostAddressBytes = 2048

  /// Goes on with the page's pictures; nil once each record has what there is for it.
  func advance(
    _ outputs: inout [(output: any SourceOutput, digest: String)], day: Int64, wait: UInt64
  ) -> Poller.Standing? {
    next = min(next, outputs.count - 1)
    var effort = 0
    let end = steadyMilliseconds() &+ wait
    while next >= 0 {
      guard var record = outputs[next].output as? PersonaRecord, let text = record.avatarAddress else {
        next -= 1
        continue
      }
      guard text.utf8.count <= Self.mostAddressBytes else {
        let words = "its address is longer than \(Self.mostAddressBytes) bytes"
        count(words, words)
        record.take(AvatarReading(problem: words))
        record.avatarAddress = nil
        outputs[next].output = record
        next -= 1
        continue
      }
      if let reading = memory.known(text, on: day) {
        if !isFresh { remembered += 1 }
        isFresh = false
        record.take(reading)
        record.avatarAddress = nil
        outputs[next].output = record
        next -= 1
        continue
      }
      let moment = steadyMilliseconds()
      if let standing = fetch(text, day, wait: end > moment ? end - moment : 0) { return standing }
      effort += memory.known(text, on: day)?.hashes?.effort ?? 0
      // A page of large pictures would hold a call for long.
      if effort >= AvatarPictures.effortOfCall || steadyMilliseconds() >= end { return .idle(milliseconds: 1) }
    }
    return nil
  }

  /// Nil: look again.
  private func fetch(_ text: String, _ day: Int64, wait: UInt64) -> Poller.Standing? {
    let moment = now()
    if asked == nil {
      if resumesAt > moment, resumesAt &- moment <= 60_000_000_000 {
        return .limited(milliseconds: UInt64((resumesAt &- moment) / 1_000_000) + 1)
      }
      guard let address = WebAddress(text) else {
        leave(text, day, "its address is no http or https address")
        return nil
      }
      if let words = memory.refusal(of: address.host, at: moment) {
        leave(text, day, words)
        return nil
      }
      var request = HTTPRequest(address)
      // Not what is newer: it would be sent to who says that any kind will do.
      request.set("Accept", "image/jpeg, image/png, image/webp, image/gif")
      request.mostBytes = PictureHashes.mostBytes
      request.mostMilliseconds = Self.patience
      request.isPublicOnly = address.host != home.host
      client.ask(request)
      asked = address
    }
    switch client.advance(wait: wait) {
    case .waiting: return .idle(milliseconds: 1)
    case .failed(let failure):
      if failure.kind == .network, let host = asked?.host { memory.failed(host, at: moment) }
      leave(text, day, Self.kind(of: failure), failure.words)
    case .answer(let answer): return take(answer, text, day, at: moment)
    }
    return nil
  }

  private func take(_ answer: HTTPAnswer, _ text: String, _ day: Int64, at moment: Int64) -> Poller.Standing? {
    let host = asked?.host ?? ""
    memory.answered(host)
    if answer.status == 429 || answer.status == 503 && answer.header("retry-after") != nil {
      let pause = RateLimit.pause(after: answer, now: moment / 1_000_000_000) ?? Self.longestWait
      if pause <= Self.longestWait, waits < Self.mostWaits {
        waits += 1
        asked = nil
        resumesAt = moment &+ Int64(pause) &* 1_000_000
        return .limited(milliseconds: pause)
      }
      memory.rest(
        host, until: moment &+ Int64(clamping: pause) &* 1_000_000, "its host asked to be left alone for a while")
      leave(text, day, "its host asked to be left alone for a while")
      return nil
    }
    guard answer.status == 200 else {
      leave(text, day, "its address answered \(answer.status)")
      return nil
    }
    do {
      let hashes = try PictureHashes(answer.body)
      asked = nil
      isFresh = true
      fetched += 1
      memory.note(text, AvatarReading(hashes))
      if let problem = hashes.problem { count(problem.words, "\(WebAddress.shown(text)): \(problem)") }
    } catch {
      leave(text, day, error.words, "\(WebAddress.shown(text)): \(error)")
    }
    return nil
  }

  /// Remembers that there is no picture, and why.
  private func leave(_ text: String, _ day: Int64, _ words: String, _ more: String? = nil) {
    asked = nil
    isFresh = true
    memory.note(text, AvatarReading(problem: (more ?? words).oneLine(most: 200)), failedOn: day)
    count(words, more ?? "\(WebAddress.shown(text)): \(words)")
  }

  private func count(_ words: String, _ more: String) {
    left.skip(words)
    guard !hasWarned else { return }
    hasWarned = true
    log("a picture is left out: \(more.oneLine(most: 300)); others are counted at the end of the round")
  }

  private static func kind(of failure: PollFailure) -> String {
    switch failure.kind {
    case .network, .auth: "its address could not be reached"
    case .permission: "its address leads elsewhere, or is not on the public Internet"
    case .format: "its address answered with what is not taken"
    }
  }

  /// In one line; nil where there was none.
  var report: String? {
    let list = left.list
    guard fetched > 0 || remembered > 0 || !list.isEmpty else { return nil }
    let words = list.prefix(20).map { "\($0.count): \($0.kind)" }.joined(separator: "; ")
    return "pictures: \(fetched) fetched, \(remembered) known from before"
      + (list.isEmpty ? "" : ", and left out \(words)")
  }
}
