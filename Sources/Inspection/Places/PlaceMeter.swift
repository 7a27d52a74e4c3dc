/// What a version of a dissector costs and gives: counted at each of its calls, timed at one in 64.

import Evidence
import PluginHost

/// The figures of one place in one cache line. Trivial.
struct PlaceMeter: BitwiseCopyable {
  /// Open now, and opened ever.
  var open: UInt64 = 0
  var sessions: UInt64 = 0
  var use = DissectorUse()

  /// One call in so many is timed, a power of two: two looks at the clock cost more than most calls do.
  static let interval: UInt64 = 64

  /// Counts a call that is about to be made.
  /// - Returns: when it began, in nanoseconds; 0 where it is not timed.
  @inline(__always)
  mutating func begin(_ shown: Int) -> UInt64 {
    use.calls &+= 1
    use.bytes &+= UInt64(truncatingIfNeeded: shown)
    return use.calls & (Self.interval &- 1) == 0 ? MonotonicClock.nanoseconds() : 0
  }

  @inline(__always)
  mutating func end(_ began: UInt64) {
    if began != 0 { time(began) }
  }

  @inline(never)
  private mutating func time(_ began: UInt64) {
    use.timed &+= 1
    let now = MonotonicClock.nanoseconds()
    if now > began { use.nanoseconds &+= now &- began }
  }
}

/// What one version of a dissector did in an inspector, or in several. All but what is open grows only.
public struct DissectorFigures: Sendable {
  /// Which version: two loads of one plugin are two objects.
  public let plugin: Plugin
  /// Whether new sessions go to it, in at least one inspector.
  public var isAsked: Bool
  /// Sessions open now, and opened ever.
  public var open: UInt64
  public var sessions: UInt64
  /// Sessions that had not ended when its time to drain was over.
  public var cut: UInt64
  public var use: DissectorUse
  /// What it emitted and was not taken.
  public var refused: UInt64
  public var state: StateHandover
  /// Whether an instance of it has a process of its own, and what became of such processes.
  public var isIsolated: Bool
  public var interruptions: PluginInterruptions

  init(_ place: Place, _ meter: PlaceMeter, cut: UInt64 = 0) {
    plugin = place.dissector.plugin
    isAsked = place.drainsUntil == nil
    open = meter.open
    sessions = meter.sessions
    self.cut = cut
    use = meter.use
    refused = place.dissector.refusals.total
    state = place.state
    isIsolated = place.dissector.isIsolated
    interruptions = place.dissector.interruptions
  }

  /// Adds what the same version did elsewhere.
  public mutating func add(_ other: DissectorFigures) {
    isAsked = isAsked || other.isAsked
    open &+= other.open
    sessions &+= other.sessions
    cut &+= other.cut
    use.add(other.use)
    refused &+= other.refused
    isIsolated = isIsolated || other.isIsolated
    interruptions = interruptions.adding(other.interruptions)
    if case .refused = state { return }
    if other.state != .none { state = other.state }
  }

  /// The sum of several lists, a version once.
  public static func merge(_ all: [DissectorFigures]) -> [DissectorFigures] {
    var sums: [DissectorFigures] = []
    var places: [ObjectIdentifier: Int] = [:]
    for one in all {
      if let at = places[ObjectIdentifier(one.plugin)] {
        sums[at].add(one)
      } else {
        places[ObjectIdentifier(one.plugin)] = sums.count
        sums.append(one)
      }
    }
    return sums
  }
}
