/// Flows that a session said would come.

import Evidence
import Flows
import PluginHost

/// A small table, oldest first; looked at only when there is something in it. Capture time decides what is over.
struct Expectations {
  private var entries: [(flow: ExpectedFlow, until: Int64)] = []

  var isEmpty: Bool { entries.isEmpty }

  /// False where the oldest had to make room.
  mutating func add(_ flow: ExpectedFlow, now: Int64, limit: Int) -> Bool {
    let until = now &+ Int64(flow.milliseconds) &* 1_000_000
    entries.removeAll { $0.until < now || $0.flow == flow }
    let isFull = entries.count >= max(1, limit)
    if isFull { entries.removeFirst() }
    entries.append((flow, until))
    return !isFull
  }

  /// The protocol that was expected of this flow; the expectation is met with it.
  mutating func take(_ flow: FlowReference) -> String? {
    let address = flow.server
    let port = flow.serverPort
    let transport = flow.proto
    let start = flow.start
    guard
      let at = entries.firstIndex(where: {
        $0.flow.address == address && $0.flow.port == port && $0.flow.transport == transport && $0.until >= start
      })
    else { return nil }
    return entries.remove(at: at).flow.protocolName
  }
}
