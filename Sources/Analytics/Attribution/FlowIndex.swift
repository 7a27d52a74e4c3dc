/// Finds the flow that a connection was, by key and time, without looking at the others.

import Evidence

/// What is compared over and over of each flow, without its texts.
struct BriefFlow {
  let proto: TransportProtocol
  let client: Endpoint
  let server: Endpoint
  let start: Timestamp
  let end: Timestamp
  let sensor: Int
}

/// A flow that may be a connection, and how far it is off in time.
struct FlowMatch {
  var flow: Int
  /// Nanoseconds.
  var distance: Int64
  /// How many flows it might be as well as this one, itself included.
  var rivals: Int
}

/// Flows by key; those of one key lie together, in order of sensor and then of start. Building it is linear in the flows,
/// a look-up is logarithmic in the flows of the key, once for each sensor that saw any.
struct FlowIndex<Key: Hashable> {
  private var numbers: [Key: Int] = [:]
  private var bounds: [Int] = [0]
  private var members: [Int] = []
  /// For each member the latest end of those of its key and sensor up to it.
  private var latestEnds: [Timestamp] = []

  /// - Parameters:
  ///   - flows: in order of start.
  ///   - order: positions of `flows` in order of sensor, then of start.
  ///   - key: nil for a flow that is not to be found.
  init(_ flows: [BriefFlow], _ order: [Int], key: (BriefFlow) -> Key?) {
    var counts: [Int] = []
    let keys = order.map { at -> Int in
      guard let key = key(flows[at]) else { return -1 }
      if let known = numbers[key] {
        counts[known] += 1
        return known
      }
      numbers[key] = counts.count
      counts.append(1)
      return counts.count - 1
    }
    bounds.reserveCapacity(counts.count + 1)
    for count in counts { bounds.append(bounds[bounds.count - 1] + count) }
    var next = bounds
    members = Array(repeating: 0, count: bounds[bounds.count - 1])
    for (place, at) in order.enumerated() where keys[place] >= 0 {
      members[next[keys[place]]] = at
      next[keys[place]] += 1
    }
    latestEnds.reserveCapacity(members.count)
    for key in counts.indices {
      for place in bounds[key]..<bounds[key + 1] {
        let flow = flows[members[place]]
        let goesOn = place > bounds[key] && flows[members[place - 1]].sensor == flow.sensor
        latestEnds.append(goesOn ? max(latestEnds[place - 1], flow.end) : flow.end)
      }
    }
  }

  /// The flows of a key, in order of sensor and start.
  func all(_ key: Key) -> ArraySlice<Int> { members[range(key)] }

  private func range(_ key: Key) -> Range<Int> {
    guard let number = numbers[key] else { return 0..<0 }
    return bounds[number]..<bounds[number + 1]
  }

  /// Appends for each sensor the flow of a key that a moment lies in or, within `limit`, is nearest to.
  func matches(
    _ key: Key, at time: Timestamp, within limit: Int64, of flows: [BriefFlow], into found: inout [FlowMatch],
    comparisons: inout Int
  ) {
    forEachSensor(range(key), flows) { range in
      let after = first(in: range, &comparisons) { flows[members[$0]].start > time }
      var best: FlowMatch?
      func take(_ place: Int, _ distance: Int64) {
        let start = flows[members[place]].start
        if let known = best {
          let other = (known.distance, (time - flows[known.flow].start).magnitude, known.flow)
          if other <= (distance, (time - start).magnitude, members[place]) { return }
        }
        best = FlowMatch(flow: members[place], distance: distance, rivals: 1)
      }
      // Flows of one tuple follow each other: the last that began is the one, unless a longer one goes on around it.
      var place = after - 1
      let farthest = max(range.lowerBound, after - FlowIndex.mostAround)
      while place >= farthest {
        comparisons += 1
        if latestEnds[place] < time.advanced(by: -(best?.distance ?? limit)) { break }
        let flow = flows[members[place]]
        if let known = best, known.distance == 0, flow.start < flows[known.flow].start { break }
        let distance = flow.end < time ? time - flow.end : 0
        if distance <= limit { take(place, distance) }
        place -= 1
      }
      if after < range.upperBound {
        let distance = flows[members[after]].start - time
        if distance <= limit { take(after, distance) }
      }
      if let best { found.append(best) }
    }
  }

  /// Appends for each sensor the flow of a key whose start is nearest to a moment, if within `limit`, with how many
  /// began within two seconds of it.
  func starts(
    _ key: Key, at time: Timestamp, within limit: Int64, of flows: [BriefFlow], into found: inout [FlowMatch],
    comparisons: inout Int
  ) {
    let second: Int64 = 1_000_000_000
    forEachSensor(range(key), flows) { range in
      let after = first(in: range, &comparisons) { flows[members[$0]].start >= time }
      var best: FlowMatch?
      if after < range.upperBound {
        best = FlowMatch(flow: members[after], distance: flows[members[after]].start - time, rivals: 1)
      }
      if after > range.lowerBound {
        let start = flows[members[after - 1]].start
        if time - start <= best?.distance ?? .max {
          let first = first(in: range.lowerBound..<after, &comparisons) { flows[members[$0]].start >= start }
          best = FlowMatch(flow: members[first], distance: time - start, rivals: 1)
        }
      }
      guard var best, best.distance <= limit else { return }
      let (from, to) = (time.advanced(by: -2 * second), time.advanced(by: 2 * second))
      let low = first(in: range, &comparisons) { flows[members[$0]].start >= from }
      let high = first(in: low..<range.upperBound, &comparisons) { flows[members[$0]].start > to }
      best.rivals = max(1, high - low)
      found.append(best)
    }
  }

  /// More flows than this around one moment with one five-tuple and sensor are no flows that followed each other.
  private static var mostAround: Int { 256 }

  private func forEachSensor(_ range: Range<Int>, _ flows: [BriefFlow], _ body: (Range<Int>) -> Void) {
    var low = range.lowerBound
    while low < range.upperBound {
      let sensor = flows[members[low]].sensor
      var high = range.upperBound
      if flows[members[high - 1]].sensor != sensor {
        var uncounted = 0
        high = first(in: low..<high, &uncounted) { flows[members[$0]].sensor > sensor }
      }
      body(low..<high)
      low = high
    }
  }

  /// The first place that a condition holds for, where it holds for all that follow.
  private func first(in range: Range<Int>, _ comparisons: inout Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      comparisons += 1
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
