/// Emergency mode: a table that is nearly full ends flows sooner, so that new ones find room without anything being torn out.

/// When emergency mode begins and ends, and how far it has looked.
struct Relief: BitwiseCopyable {
  /// Flows looked at for each one that opens: more than one, so that the mode gains on a flood.
  static var looks: Int { 8 }

  private let begins: Int
  private let ends: Int
  let divisor: Int64
  private(set) var isOn = false
  /// The flows beyond which opening another one asks for relief.
  private(set) var above: Int
  /// The number of the flow looked at last.
  var hand: UInt32 = 0

  init(_ limits: FlowOptions.Limits) {
    // In halves first: a limit may be as large as there are numbers.
    begins =
      limits.emergency >= 100
      ? .max
      : max(1, limits.flows / 100 * max(limits.emergency, 1) + limits.flows % 100 * max(limits.emergency, 1) / 100)
    ends = begins == .max ? .max : begins - begins / 4
    divisor = max(1, limits.emergencyDivisor)
    above = begins
  }

  mutating func begin() {
    isOn = true
    above = ends
  }

  mutating func end() {
    isOn = false
    above = begins
  }
}

extension FlowCore {
  /// A flow was opened. Where the table is nearly full, looks at a few others and ends those that were idle for the shortened
  /// time; where it no longer is, says so.
  @inline(__always)
  mutating func relieve(sparing new: UInt32) {
    if flows.count > relief.above {
      shorten(sparing: new)
    } else if relief.isOn {
      relief.end()
    }
  }

  /// Whether a number is that of a flow: one that is not has left the wheel.
  func isInUse(_ at: UInt32) -> Bool { flows[at].pointee.timerSlot != 0 }

  private mutating func shorten(sparing new: UInt32) {
    if !relief.isOn {
      relief.begin()
      counters.emergencies &+= 1
      reached(.emergency)
    }
    let numbers = flows.numbers
    for _ in 0..<Relief.looks {
      relief.hand = relief.hand &+ 1 < numbers.upperBound ? relief.hand &+ 1 : 0
      let at = relief.hand
      let flow = flows[at]
      guard at != new, isInUse(at) else { continue }
      let idle = max((flow.pointee.deadline &- flow.pointee.last) / relief.divisor, TimerWheel.second)
      guard flow.pointee.last &+ idle <= clock else { continue }
      if flow.pointee.deadline <= clock {
        close(at, reason: reasonForTimeout(flow))
      } else {
        counters.flowsShortened &+= 1
        close(at, reason: isClosed(flow) ? .closed : .forced)
      }
    }
  }
}
