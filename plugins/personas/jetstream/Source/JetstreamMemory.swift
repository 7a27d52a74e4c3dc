/// What a listener has told, so that what it hears again is told once.

/// Digests of outputs with the times of their events. Bounded: the oldest are forgotten first.
final class JetstreamMemory {
  private static let most = 65_536
  /// Where the first connection begins, however long it takes to be made: microseconds since 1970.
  let began: Int64
  private var times: [String: Int64] = [:]
  /// In the order of telling; what is before `first` is forgotten.
  private var order: [String] = []
  private var first = 0
  /// Connections in a row that broke at the same place.
  private var breaks = (count: 0, at: Int64.min)

  init(began: Int64) { self.began = began }

  func hasTold(_ digest: String) -> Bool { times[digest] != nil }

  func note(_ digest: String, at micros: Int64) {
    guard times.updateValue(micros, forKey: digest) == nil else { return }
    order.append(digest)
    if times.count > Self.most { forgetFirst() }
  }

  /// Forgets what is not heard again: what happened before a moment.
  func forget(before micros: Int64) {
    while first < order.count, let time = times[order[first]], time < micros { forgetFirst() }
  }

  private func forgetFirst() {
    times[order[first]] = nil
    first += 1
    guard first > 1024, first > order.count / 2 else { return }
    order.removeFirst(first)
    first = 0
  }

  /// What was told last, the newest last.
  func last(_ count: Int) -> [String] { Array(order[first...].suffix(count)) }

  /// How often in a row it broke here.
  func noteBreak(at micros: Int64) -> Int {
    breaks = (breaks.at == micros ? breaks.count + 1 : 1, micros)
    return breaks.count
  }
}
