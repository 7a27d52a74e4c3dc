/// The processes that had one number one after the other, by when they lived.

import Evidence

/// Processes of one number (and, as the table files them, one program) on one host. A look-up is logarithmic in them.
struct ProcessLives {
  private struct Life {
    /// The start; of those whose start is not known the end, or the end of time.
    var time: Timestamp
    /// Its place in the table.
    var at: Int
  }
  /// By start; of equal ones the first told last, so that a walk backwards meets it last.
  private var started: [Life] = []
  /// Those whose start is not known, by end; of equal ones the first told first.
  private var others: [Life] = []

  /// Two logs tell of one start within this (nanoseconds), clocks corrected.
  static let sameStart: Int64 = 10 * 1_000_000_000
  /// A process after which this many others had its number is not looked for any more.
  private static let mostLater = 64

  mutating func insert(_ at: Int, start: Timestamp?, end: Timestamp?) {
    if let start {
      let place = started.endIndex == 0 || before(started[started.endIndex - 1], start, at) ? started.endIndex : nil
      started.insert(Life(time: start, at: at), at: place ?? lowerBound(started) { before($0, start, at) })
    } else {
      let end = end ?? Timestamp(nanoseconds: .max)
      others.insert(Life(time: end, at: at), at: lowerBound(others) { ($0.time, $0.at) < (end, at) })
    }
  }

  mutating func remove(_ at: Int, start: Timestamp?, end: Timestamp?) {
    if let start {
      let place = lowerBound(started) { before($0, start, at) }
      if place < started.endIndex, started[place].at == at { started.remove(at: place) }
    } else {
      let end = end ?? Timestamp(nanoseconds: .max)
      let place = lowerBound(others) { ($0.time, $0.at) < (end, at) }
      if place < others.endIndex, others[place].at == at { others.remove(at: place) }
    }
  }

  private func before(_ life: Life, _ start: Timestamp, _ at: Int) -> Bool {
    life.time != start ? life.time < start : life.at > at
  }

  private func lowerBound(_ lives: [Life], _ isBefore: (Life) -> Bool) -> Int {
    var (low, high) = (0, lives.endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(lives[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The one that lived at a moment: that of the latest start not after it (clocks of two logs differ a little); of
  /// those whose start is not known the one that ended soonest after it.
  /// - Parameter fits: told a place in the table; says whether it may be the one and lived until then.
  func alive(at time: Timestamp, _ comparisons: inout Int, fits: (Int) -> Bool) -> (at: Int, start: Timestamp?)? {
    let latest = time.advanced(by: ProcessLives.sameStart)
    comparisons += 1
    var place =
      started.last.map { $0.time <= latest } == true ? started.endIndex : lowerBound(started) { $0.time <= latest }
    let farthest = max(0, place - ProcessLives.mostLater)
    var found: Life?
    while place > farthest {
      place -= 1
      comparisons += 1
      if let found, started[place].time < found.time { break }
      if fits(started[place].at) { found = started[place] }
    }
    if let found { return (found.at, found.time) }
    let earliest = time.advanced(by: -ProcessLives.sameStart)
    let from = lowerBound(others) { $0.time < earliest }
    for life in others[from...].prefix(ProcessLives.mostLater) {
      comparisons += 1
      if fits(life.at) { return (life.at, nil) }
    }
    return nil
  }

  /// The places of those that started within `sameStart` of a moment, the first told of each instant first; the last
  /// of them where they are many.
  func started(near time: Timestamp) -> [Int] {
    let (from, to) = (time.advanced(by: -ProcessLives.sameStart), time.advanced(by: ProcessLives.sameStart))
    let low = lowerBound(started) { $0.time < from }
    var high = low
    if let last = started.last, last.time <= to {
      high = started.endIndex
    } else {
      high = lowerBound(started) { $0.time <= to }
    }
    return started[low..<max(low, high)].suffix(ProcessLives.mostLater).map(\.at)
  }
}
