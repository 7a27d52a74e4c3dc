/// Which protocols live on which ports.

import Evidence

/// What it says that a protocol is on a port.
struct PortPlace: Hashable {
  /// The protocol to which the port belongs, if to any.
  var owner: String?
}

enum PortKnowledge {
  /// Ports on which a protocol is at home beyond those that IANA gives it: what products use.
  private static let homes: [String: Set<UInt16>] = [
    "http": [
      80, 81, 88, 280, 591, 593, 631, 1900, 2375, 2869, 3000, 3128, 4567, 5000, 5357, 5601, 5800, 5985, 7070, 7474,
      7547, 7680, 8000, 8001, 8008, 8010, 8080, 8081, 8082, 8083, 8085, 8086, 8088, 8090, 8118, 8123, 8180, 8200, 8222,
      8243, 8280, 8443, 8500, 8530, 8800, 8880, 8888, 8983, 9000, 9080, 9090, 9091, 9100, 9200, 9999, 10000, 47001,
      49152, 50000,
    ],
    "http2": [80, 443, 8080, 8443, 50051],
    "tls": [
      443, 261, 448, 465, 563, 587, 614, 636, 684, 695, 832, 853, 989, 990, 992, 993, 994, 995, 1433, 2083, 2087, 2376,
      2484, 3269, 3389, 4433, 4443, 5061, 5223, 5228, 5349, 5432, 5443, 5671, 5723, 5986, 6443, 6514, 6697, 8000, 8080,
      8081, 8089, 8090, 8140, 8243, 8443, 8444, 8447, 8531, 8834, 8843, 8883, 8888, 9000, 9001, 9030, 9090, 9091, 9200,
      9443, 10000, 10250, 12443, 25, 110, 143, 21, 389, 3306, 1194,
    ],
    "dns": [53, 5353, 5355, 853, 5054],
    "ssh": [22, 2022, 2200, 2222, 22222, 29418, 830],
    "smtp": [25, 465, 587, 2525], "imap": [143, 993], "pop3": [110, 995], "ftp": [21, 990, 2121],
    "smb": [139, 445], "kerberos": [88, 464, 749], "ldap": [389, 636, 3268, 3269, 1389, 1636, 50389, 10389],
    "rdp": [3389, 3390], "telnet": [23, 2323, 992], "ntp": [123], "snmp": [161, 162, 10161],
    "syslog": [514, 601, 6514, 1514],
    "quic": [443, 80, 8443, 784, 853],
  ]
  /// Ports that belong to a protocol so firmly that another one there hides behind its name.
  private static let owned: [UInt16: String] = [
    22: "ssh", 25: "smtp", 53: "dns", 80: "http", 88: "kerberos", 110: "pop3", 123: "ntp", 135: "dcerpc", 139: "smb",
    143: "imap", 389: "ldap", 443: "tls", 445: "smb", 993: "imap", 995: "pop3", 3389: "rdp", 161: "snmp", 21: "ftp",
    23: "telnet", 514: "syslog", 853: "dns",
  ]

  /// Nil when the protocol is at home on the port, or when nothing is known of its home.
  static func judge(_ proto: String, _ transport: TransportProtocol, _ port: UInt16) -> PortPlace? {
    guard let home = homes[proto], !home.contains(port) else { return nil }
    return PortPlace(owner: owned[port])
  }

  static func homes(_ proto: String) -> String {
    (homes[proto] ?? []).sorted().prefix(3).map(String.init).joined(separator: ", ")
  }
}

struct Habit: Hashable {
  var proto: String
  var port: UInt16
}

struct MisplacedKey: Hashable {
  var client: IPAddress
  var server: IPAddress
  var habit: Habit
}

struct MisplacedRecord {
  let place: PortPlace
  var count: UInt64 = 0
  var flows: [(start: Timestamp, id: FlowID, endpoints: CommunityID.Endpoints)] = []

  init(place: PortPlace) { self.place = place }

  mutating func add(_ flow: FlowRecord, limit: Int) {
    count &+= 1
    flows.append((flow.start, flow.id, flow.endpoints))
    if flows.count > limit * 2 {
      flows.sort { ($0.start, $0.id) < ($1.start, $1.id) }
      flows.removeLast(flows.count - limit)
    }
  }
}

extension NetworkAnalytics {
  static let unusualPortAnalytic = "network.unusual_port"

  /// Clients from which on a protocol on a port is how things are done here: one signal then stands for them all.
  private static let manyClients = 10

  /// `network.unusual_port`: a protocol where another one lives, or where none does.
  func unusualPorts() -> [Signal] {
    let order = misplaced.keys.sorted { a, b in
      if a.client != b.client { return a.client < b.client }
      if a.server != b.server { return a.server < b.server }
      return (a.habit.port, a.habit.proto) < (b.habit.port, b.habit.proto)
    }
    var told: Set<Habit> = []
    return order.compactMap { key in
      guard let record = misplaced[key] else { return nil }
      let clients = habits[key.habit]?.count ?? 1
      let isHabit = clients >= Self.manyClients
      if isHabit, !told.insert(key.habit).inserted { return nil }
      let outside = !key.server.isPrivate && !key.server.isLoopback
      var score = record.place.owner != nil ? 0.6 : outside ? 0.4 : 0.3
      // What several machines do is a habit of the place.
      if clients >= 3 { score *= 0.5 }
      guard score >= configuration.least else { return nil }
      let flows = record.flows.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.prefix(configuration.maximumEvidence)
      guard let first = flows.first else { return nil }
      let name = key.habit.proto.uppercased()
      let home = "\(name) is usual on ports such as \(PortKnowledge.homes(key.habit.proto))"
      let there = record.place.owner.map { ", and port \(key.habit.port) is \($0.uppercased())'s" } ?? ""
      let many = record.count == 1 ? "a connection" : "\(record.count) connections"
      let others =
        isHabit ? "; at least \(clients - 1) more machines speak \(name) on port \(key.habit.port)" : ""
      var signal = Signal(
        analytic: Self.unusualPortAnalytic, time: first.start, score: score,
        entity: .flow(first.id, communityID: first.endpoints.text),
        reason:
          "\(key.client) spoke \(name) to \(FlowEnd.text(key.server, key.habit.port)) in \(many); \(home)\(there)\(others).",
        evidence: flows.map(\.id.description), attack: ["T1571"])
      signal.parts = [(name: "\(name) on port \(key.habit.port)", weight: score)]
      signal.related = flows.dropFirst().map { .flow($0.id, communityID: $0.endpoints.text) }
      return signal
    }
  }
}
