/// Joins what hosts say of their connections to what the wire says of flows.

import Evidence

/// Bounds and tolerances of attribution.
public struct AttributionConfiguration: Sendable {
  /// Flows kept for joining; the oldest go first.
  public var maximumFlows = 200_000
  /// Connection observations kept; the oldest go first.
  public var maximumConnections = 200_000
  /// Process events kept; process ends may never be seen, so the oldest go first.
  public var maximumProcesses = 200_000
  /// A connection and a flow further apart than this, clocks corrected, are not the same (nanoseconds).
  public var tolerance: Int64 = 300 * 1_000_000_000
  /// A clock may be off by up to this (nanoseconds): a day and the widest time zones.
  public var maximumOffset: Int64 = 26 * 3_600 * 1_000_000_000
  /// From this on a clock's offset is worth telling (nanoseconds).
  public var notableOffset: Int64 = 30 * 1_000_000_000
  public init() {}
}

/// Process ↔ flow, by five-tuple in either direction, host and time, over clocks that differ by minutes or hours.
///
/// Feed it observations and flows in any order, then `resolve()`; that may be done again as more comes in. The same
/// evidence gives the same resolution whatever order it came in, unless a bound was reached.
public final class Attribution {
  public let configuration: AttributionConfiguration
  var flows: BoundedLog<KeptFlow>
  var connections: BoundedLog<ConnectionObservation>
  var processes: BoundedLog<ProcessObservation>
  var assets: BoundedLog<AssetObservation>
  /// Whose machines are known by which names and addresses; a new one counts from the next `resolve()` on.
  public var roster: Roster

  public init(_ configuration: AttributionConfiguration = .init(), roster: Roster = Roster()) {
    self.configuration = configuration
    self.roster = roster
    flows = BoundedLog(capacity: configuration.maximumFlows)
    connections = BoundedLog(capacity: configuration.maximumConnections)
    processes = BoundedLog(capacity: configuration.maximumProcesses)
    assets = BoundedLog(capacity: configuration.maximumProcesses)
  }

  /// Takes process, connection and asset observations; others are ignored.
  public func observe(_ observation: Observation) {
    switch observation {
    case .process(var o):
      o.head.extra = ""
      o.guid = Attribution.real(o.guid)
      if var parent = o.parent {
        parent.guid = Attribution.real(parent.guid)
        if parent.image == "-" { parent.image = nil }
        o.parent = parent
      }
      processes.append(o)
    case .connection(var o):
      o.head.extra = ""
      o.guid = Attribution.real(o.guid)
      connections.append(o)
    case .asset(let o): assets.append(o)
    case .persona, .personaChange, .outreach: break
    }
  }

  /// Sources write a GUID of zeros where they do not know it.
  private static func real(_ guid: String?) -> String? {
    guard let guid else { return nil }
    let isEmpty = guid.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "-"), UInt8(ascii: "0"): true
      default: false
      }
    }
    return isEmpty ? nil : guid
  }

  /// Takes a finished flow: only its ends, times and protocol are kept.
  public func observe(_ flow: FlowRecord) {
    if let kept = KeptFlow(flow) { flows.append(kept) }
  }

  /// What was let go at a bound.
  public var evicted: (flows: UInt64, connections: UInt64, processes: UInt64) {
    (flows.evicted, connections.evicted, processes.evicted + assets.evicted)
  }

  /// Joins all that is held. Costs O(n log n) of what is held.
  public func resolve() -> Resolution {
    var join = FlowJoin(configuration, flows: flows.elements, connections: connections.elements)
    for asset in roster.assets { join.know(host: asset.host, names: asset.names, ips: asset.ips) }
    for asset in assets.elements { join.know(host: asset.host, names: asset.names, ips: asset.ips) }
    var resolution = join.resolve(processes: processes.elements)
    let lost = [("flows", flows.evicted), ("connections", connections.evicted), ("process events", processes.evicted)]
    for (what, count) in lost where count > 0 {
      resolution.gaps.append(
        VisibilityGap(
          kind: "limit_reached", subject: what, reason: "\(count) \(what) were let go before they could be joined."))
    }
    return resolution
  }
}
