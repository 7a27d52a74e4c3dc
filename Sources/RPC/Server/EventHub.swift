// Subscriptions: every subscriber reads the ring at its own pace and learns how much it missed.

import EventLoop
import JSON

/// What a subscription is written to.
protocol EventReader: AnyObject {
  /// Whether it takes more now; if not, it calls the hub's `resume` when it does.
  var isReady: Bool { get }
  func notify(_ json: UnsafeRawBufferPointer)
  /// What `body` notifies of may be sent in one.
  func gather(_ body: () -> Void)
}

/// Hands events to subscribers; belongs to the loop's thread.
final class EventHub {
  private final class Subscription {
    let id: String
    let topics: Set<String>
    let filter: EventFilter
    /// The next event to look at.
    var seq: UInt64
    /// Events it wanted that went before it came to them, and the last of those.
    var missed: UInt64 = 0
    var lastMissed: UInt64 = 0
    weak var reader: (any EventReader)?

    init(id: String, topics: Set<String>, filter: EventFilter, seq: UInt64, reader: any EventReader) {
      (self.id, self.topics, self.filter, self.seq, self.reader) = (id, topics, filter, seq, reader)
    }
  }

  private var ring: EventRing
  /// In the order in which they were made.
  private var subscriptions: [Subscription] = []
  private var nextId: UInt64 = 1
  private let wake: AsyncWake
  private let parser = JSONReader()
  private var writer = JSONWriter()
  private var record = JSONWriter()
  /// Events that some subscriber missed, each time.
  private(set) var missed: UInt64 = 0

  init(_ loop: EventLoop, maxEvents: Int, maxBytes: Int, first: UInt64) throws(EventLoopError) {
    ring = EventRing(maxEvents: maxEvents, maxBytes: maxBytes, first: first)
    wake = try AsyncWake(loop)
    wake.isKeepingAlive = false
    wake.onWake = { [weak self] in self?.pump() }
  }

  /// Ends: what was published is sent to those who take it at once.
  func close() {
    pump()
    wake.close()
  }

  var nextSeq: UInt64 { ring.nextSeq }
  /// Events published.
  var published: UInt64 { ring.nextSeq &- ring.beginning }
  var count: Int { subscriptions.count }

  /// Keeps an event and has it sent in this turn's end, together with what else is published until then.
  func publish(_ topic: String, _ write: (inout JSONWriter) -> Void) {
    record.removeAll()
    write(&record)
    ring.append(topic, record.bytes) { oldest in
      for subscription in subscriptions where subscription.seq <= oldest.seq { skip(subscription, oldest) }
    }
    if !subscriptions.isEmpty { wake.waker.wake() }
  }

  private func skip(_ subscription: Subscription, _ event: KeptEvent) {
    subscription.seq = event.seq &+ 1
    guard wants(subscription, event) else { return }
    subscription.missed &+= 1
    subscription.lastMissed = event.seq
    missed &+= 1
  }

  private func wants(_ subscription: Subscription, _ event: KeptEvent) -> Bool {
    guard subscription.topics.isEmpty || subscription.topics.contains(event.topic) else { return false }
    guard !subscription.filter.isEmpty else { return true }
    guard let node = try? parser.parse(event.record) else { return false }
    return subscription.filter.matches(node)
  }

  /// Begins a subscription; no topics are all. With `from`, kept events from that number on come first; those of
  /// them that are no longer kept are said to be missed, whatever they were; all before our first number count as one.
  func subscribe(_ reader: any EventReader, topics: Set<String>, filter: EventFilter, from: UInt64?) -> String {
    let id = String(nextId)
    nextId &+= 1
    let start = from.map { min(max($0, ring.beginning &- 1, 1), ring.nextSeq) } ?? ring.nextSeq
    let first = max(start, ring.firstSeq)
    let subscription = Subscription(id: id, topics: topics, filter: filter, seq: first, reader: reader)
    subscription.missed = first &- start
    subscription.lastMissed = first &- 1
    subscriptions.append(subscription)
    wake.waker.wake()
    return id
  }

  /// Ends a subscription, if it is this reader's.
  func unsubscribe(_ reader: any EventReader, id: String) -> Bool {
    guard let at = subscriptions.firstIndex(where: { $0.id == id && $0.reader === reader }) else { return false }
    subscriptions.remove(at: at)
    return true
  }

  /// Ends all of a reader's.
  func forget(_ reader: any EventReader) { subscriptions.removeAll { $0.reader === reader || $0.reader == nil } }

  func count(of reader: any EventReader) -> Int { subscriptions.reduce(0) { $0 + ($1.reader === reader ? 1 : 0) } }

  /// The reader takes more again.
  func resume() { wake.waker.wake() }

  private func pump() {
    for subscription in subscriptions {
      guard let reader = subscription.reader else { continue }
      reader.gather { advance(subscription, reader) }
    }
  }

  private func advance(_ subscription: Subscription, _ reader: any EventReader) {
    while reader.isReady {
      if subscription.missed > 0 {
        notify(reader, subscription, topic: "missed", seq: subscription.lastMissed) { writer in
          writer.member("missed", subscription.missed)
        }
        subscription.missed = 0
        continue
      }
      guard let event = ring[subscription.seq] else { return }
      subscription.seq &+= 1
      guard wants(subscription, event) else { continue }
      notify(reader, subscription, topic: event.topic, seq: event.seq) { writer in
        writer.key("record")
        event.record.withUnsafeBytes { writer.raw($0) }
      }
    }
  }

  private func notify(
    _ reader: any EventReader, _ subscription: Subscription, topic: String, seq: UInt64,
    _ rest: (inout JSONWriter) -> Void
  ) {
    writer.removeAll()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.member("method", "event")
    writer.key("params")
    writer.beginObject()
    writer.member("subscription", subscription.id)
    writer.member("topic", topic)
    writer.member("seq", seq)
    rest(&writer)
    writer.endObject()
    writer.endObject()
    writer.withBytes { reader.notify($0) }
  }
}
