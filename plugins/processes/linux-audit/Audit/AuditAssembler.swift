/// Joins the records of an event: they come one a line, mixed with those of other events.

import HostEvents
import PluginSupport

/// Holds events until they are whole. An event is over when its last record came, when the same machine's log has gone
/// on for two seconds or 256 serial numbers, or when too many are open.
struct AuditAssembler {
  private static let mostOpen = 1024
  private static let patience: Int64 = 2_000_000_000
  private static let serials: UInt64 = 256

  private var open: [AuditEventID: AuditEvent] = [:]
  /// In order of their first record; may name events that are gone.
  private var order: [AuditEventID] = []
  /// Events that were let go, so that a late record opens none anew.
  private var closed: [AuditEventID] = []
  private var closedNext = 0

  /// The first line of what is still open.
  var oldest: Place? { open.values.lazy.map(\.place).min() }

  /// Takes a record; gives the events that are over, in order.
  mutating func add(_ record: AuditRecord, at place: Place, host: String?) -> [AuditEvent] {
    var over: [AuditEvent] = []
    let late = open[record.id] == nil && closed.contains(record.id)
    if !late {
      if open[record.id] == nil {
        open[record.id] = AuditEvent(id: record.id, place: place, host: host)
        order.append(record.id)
      }
      open[record.id]?.add(record)
    }
    // Events mostly end in order, so the front of the queue is looked at first.
    while let first = order.first {
      guard let event = open[first] else {
        order.removeFirst()
        continue
      }
      let isStale =
        first.node == record.id.node
        && (record.id.time &- first.time > Self.patience
          || record.id.serial > first.serial && record.id.serial - first.serial > Self.serials)
      guard event.isComplete || isStale || open.count > Self.mostOpen else { break }
      order.removeFirst()
      over.append(release(event))
    }
    if let event = open[record.id], event.isComplete { over.append(release(event)) }
    // One machine's open event must not hold the names of another's events that are long over.
    if order.count > 4 * Self.mostOpen { order.removeAll { open[$0] == nil } }
    return over
  }

  /// What is still open, in order.
  mutating func finish() -> [AuditEvent] {
    let rest = order.compactMap { open[$0] }
    open.removeAll()
    order.removeAll()
    return rest
  }

  private mutating func release(_ event: AuditEvent) -> AuditEvent {
    open[event.id] = nil
    if closed.count < 64 {
      closed.append(event.id)
    } else {
      closed[closedNext] = event.id
      closedNext = (closedNext + 1) % closed.count
    }
    return event
  }
}
