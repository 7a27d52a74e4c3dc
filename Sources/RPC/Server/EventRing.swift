// The recent events, kept once for all subscribers: memory is bounded whatever the readers do.

import JSON

/// An event that can still be had.
struct KeptEvent {
  let seq: UInt64
  let topic: String
  /// The record as JSON.
  let record: [UInt8]
}

/// A queue that forgets its oldest when it has too many or too much. Numbers rise by one.
struct EventRing {
  let maxEvents: Int
  let maxBytes: Int
  private var events: [KeptEvent] = []
  /// Where the oldest stands; what is before it has been forgotten and is removed now and then.
  private var head = 0
  private var bytes = 0
  /// The number that the next event gets.
  private(set) var nextSeq: UInt64
  /// The number of the first event there was.
  let beginning: UInt64

  init(maxEvents: Int, maxBytes: Int, first: UInt64 = 1) {
    self.maxEvents = max(1, maxEvents)
    self.maxBytes = maxBytes
    beginning = max(1, first)
    nextSeq = beginning
  }

  /// The oldest that is kept has this number; `nextSeq` if none is.
  var firstSeq: UInt64 { head < events.count ? events[head].seq : nextSeq }

  /// Events that are kept.
  var count: Int { events.count &- head }

  /// Adds an event and gives those that had to go to `forgotten`, oldest first.
  mutating func append(_ topic: String, _ record: [UInt8], _ forgotten: (KeptEvent) -> Void) {
    events.append(KeptEvent(seq: nextSeq, topic: topic, record: record))
    nextSeq &+= 1
    bytes &+= record.count
    while count > maxEvents || (bytes > maxBytes && count > 1) {
      let oldest = events[head]
      bytes &-= oldest.record.count
      // The slot gives up its bytes at once, the array its slots when half of them are empty.
      events[head] = KeptEvent(seq: oldest.seq, topic: "", record: [])
      head &+= 1
      forgotten(oldest)
    }
    if head > 1024, head > events.count / 2 {
      events.removeFirst(head)
      head = 0
    }
  }

  /// A kept event by its number.
  subscript(seq: UInt64) -> KeptEvent? {
    let first = firstSeq
    guard seq >= first, seq < nextSeq else { return nil }
    return events[head &+ Int(seq &- first)]
  }
}
