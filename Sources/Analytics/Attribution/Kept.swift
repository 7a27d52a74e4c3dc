/// What attribution keeps of flows and observations until it resolves.

import Evidence

/// One end of a flow.
struct Endpoint: Hashable, Comparable {
  var ip: IPAddress
  var port: UInt16
  static func < (a: Endpoint, b: Endpoint) -> Bool { a.ip != b.ip ? a.ip < b.ip : a.port < b.port }
}

/// A five-tuple without direction.
struct FiveTuple: Hashable {
  let proto: TransportProtocol
  let low: Endpoint
  let high: Endpoint
  init(_ proto: TransportProtocol, _ a: Endpoint, _ b: Endpoint) {
    self.proto = proto
    low = min(a, b)
    high = max(a, b)
  }
}

/// Where a connection goes, for sources that do not tell where it comes from.
struct Service: Hashable {
  let proto: TransportProtocol
  let end: Endpoint
}

struct ClientOfService: Hashable {
  let client: IPAddress
  let service: Service
}

/// The same with any of a host's own addresses.
struct HostOfService: Hashable {
  /// By number (`HostNumbers`).
  let host: Int
  let service: Service
}

struct KeptFlow {
  let id: FlowID
  let communityID: String
  let sensor: String
  let proto: TransportProtocol
  let client: Endpoint
  let server: Endpoint
  let start: Timestamp
  let end: Timestamp
  /// Nil when inspection could not tell.
  let appProto: String?

  /// Nil for flows without ports: no connection of a process has its like.
  init?(_ flow: FlowRecord) {
    guard flow.proto == .tcp || flow.proto == .udp || flow.proto == .sctp, let source = flow.sourcePort,
      let destination = flow.destinationPort
    else { return nil }
    id = flow.id
    communityID = flow.communityID
    sensor = flow.sensor
    proto = flow.proto
    client = Endpoint(ip: flow.sourceIP, port: source)
    server = Endpoint(ip: flow.destinationIP, port: destination)
    start = flow.start
    end = flow.end
    // A guess by port says no more than the port itself, which is judged anyway.
    appProto = flow.appProto == "unknown" || flow.appProtoBy == .port ? nil : flow.appProto
  }
}

/// What keeps the newest `capacity` values and counts those it let go.
struct BoundedLog<Element> {
  let capacity: Int
  private(set) var elements: [Element] = []
  private(set) var evicted: UInt64 = 0

  init(capacity: Int) { self.capacity = max(1, capacity) }

  mutating func append(_ element: Element) {
    elements.append(element)
    // Let go an eighth at a time, so that a full log costs no move for each value.
    guard elements.count > capacity + capacity / 8 else { return }
    let excess = elements.count - capacity
    elements.removeFirst(excess)
    evicted += UInt64(excess)
  }
}
