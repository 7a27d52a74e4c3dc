/// Flows whose protocol is on a port that it does not belong to, and how usual that is in this place.

import Evidence

/// A protocol on a port.
struct Habit: Hashable {
  var proto: String
  var port: UInt16
}

/// What is known of each protocol on each port that it does not belong to, by number.
///
/// Every recognised flow asks, and most ask for the same few: these are found without hashing a text.
struct Habits {
  struct Entry {
    let name: Habit
    let place: PortPlace
    /// Who does so, as far as that is counted: what many do is a habit of the place.
    fileprivate(set) var clients: Set<IPAddress> = []
  }

  /// More clients say nothing more.
  private static let maximumClients = 64

  private var all: [Entry] = []
  private var numbers: [Habit: UInt32] = [:]
  /// The latest answers by the port's low bits.
  private var recent: [(name: Habit, answer: Answer)?] = Array(repeating: nil, count: 16)

  enum Answer {
    /// The protocol is at home on the port, or nothing is known of its home.
    case unremarkable
    case misplaced(UInt32)
    /// There is no room for another one.
    case full
  }

  var count: Int { all.count }

  subscript(number: UInt32) -> Entry {
    _read { yield all[Int(number)] }
  }

  /// Whether a protocol belongs on a port, and its number if not.
  @inline(__always)
  mutating func answer(_ proto: String, _ port: UInt16, limit: Int) -> Answer {
    if let known = recent[Int(port & 15)], known.name.port == port, known.name.proto == proto { return known.answer }
    let name = Habit(proto: proto, port: port)
    let answer = lookUp(name, limit: limit)
    recent[Int(port & 15)] = (name, answer)
    return answer
  }

  @inline(never)
  private mutating func lookUp(_ name: Habit, limit: Int) -> Answer {
    guard let place = PortKnowledge.judge(name.proto, name.port) else { return .unremarkable }
    if let known = numbers[name] { return .misplaced(known) }
    guard all.count < limit else { return .full }
    let number = UInt32(all.count)
    numbers[name] = number
    all.append(Entry(name: name, place: place))
    return .misplaced(number)
  }

  @inline(__always)
  mutating func add(_ client: IPAddress, to number: UInt32) {
    if all[Int(number)].clients.count < Self.maximumClients { all[Int(number)].clients.insert(client) }
  }
}

/// A client that speaks a protocol with a server on such a port.
struct MisplacedKey: DenseKey {
  private let both: TwoAddresses
  /// Its number among the ``Habits``.
  let habit: UInt32

  init(client: IPAddress, server: IPAddress, habit: UInt32) {
    both = TwoAddresses(client, server)
    self.habit = habit
  }

  var client: IPAddress { both.first }
  var server: IPAddress { both.second }

  func hash(seed: UInt64) -> UInt64 {
    let low = foldedProduct(both.firstLow ^ seed, both.secondLow ^ seed &* 0x9e37_79b9_7f4a_7c15)
    let high = foldedProduct(
      both.firstHigh ^ seed &* 0xbf58_476d_1ce4_e5b9, both.secondHigh ^ seed &* 0xd6e8_feb8_6659_fd93)
    return foldedProduct(low ^ high, UInt64(habit) &* 2 &+ 1 ^ seed)
  }
}

struct MisplacedRecord {
  /// One of the flows: its addresses are its record's key, and its port is the habit's.
  struct Flow: Comparable {
    let id: FlowID
    let start: Timestamp
    private let sourcePort: UInt16?
    private let proto: TransportProtocol
    private let isOneWay: Bool

    @inline(__always)
    init(_ flows: [FlowRecord], _ place: Int) {
      id = flows[place].id
      start = flows[place].start
      sourcePort = flows[place].sourcePort
      proto = flows[place].proto
      isOneWay = flows[place].isOneWay
    }

    static func < (a: Flow, b: Flow) -> Bool { (a.start, a.id) < (b.start, b.id) }

    func communityID(_ key: MisplacedKey, port: UInt16) -> String {
      CommunityID.Endpoints(
        source: key.client, sourcePort: sourcePort, destination: key.server, destinationPort: port, proto: proto,
        isOneWay: isOneWay
      ).text
    }
  }
  private(set) var count: UInt64 = 1
  /// The earliest, and what came since they were last put in order.
  private(set) var flows: Few<Flow>

  init(_ first: Flow) { flows = Few(first) }

  mutating func add(_ flow: Flow, limit: Int) {
    count &+= 1
    flows.append(flow)
    if flows.count > limit * 2 {
      flows.sort()
      flows.keep(first: limit)
    }
  }
}

extension NetworkAnalytics {
  static let unusualPortAnalytic = "network.unusual_port"

  /// Clients from which on a protocol on a port is how things are done here: one signal then stands for them all.
  private static let manyClients = 10

  /// `network.unusual_port`: a protocol where another one lives, or where none does.
  func unusualPorts() -> [Signal] {
    let keys = misplaced.keys
    let order = keys.indices.sorted { a, b in
      if keys[a].client != keys[b].client { return keys[a].client < keys[b].client }
      if keys[a].server != keys[b].server { return keys[a].server < keys[b].server }
      let (one, other) = (habits[keys[a].habit].name, habits[keys[b].habit].name)
      return (one.port, one.proto) < (other.port, other.proto)
    }
    var told: Set<UInt32> = []
    return order.compactMap { at in
      let key = keys[at]
      let (habit, place) = (habits[key.habit].name, habits[key.habit].place)
      let clients = max(1, habits[key.habit].clients.count)
      let isHabit = clients >= Self.manyClients
      if isHabit, !told.insert(key.habit).inserted { return nil }
      let outside = !key.server.isPrivate && !key.server.isLoopback
      var score = place.owner != nil ? 0.6 : outside ? 0.4 : 0.3
      // What several machines do is a habit of the place.
      if clients >= 3 { score *= 0.5 }
      guard score >= configuration.least else { return nil }
      let record = misplaced.rows[at]
      let flows = record.flows.sorted().prefix(configuration.maximumEvidence)
      guard let first = flows.first else { return nil }
      let name = habit.proto.uppercased()
      let home = "\(name) is usual on ports such as \(PortKnowledge.homes(habit.proto))"
      let there = place.owner.map { ", and port \(habit.port) is \($0.uppercased())'s" } ?? ""
      let many = record.count == 1 ? "a connection" : "\(record.count) connections"
      let others =
        isHabit ? "; at least \(clients - 1) more machines speak \(name) on port \(habit.port)" : ""
      var signal = Signal(
        analytic: Self.unusualPortAnalytic, time: first.start, score: score,
        entity: .flow(first.id, communityID: first.communityID(key, port: habit.port)),
        reason:
          "\(key.client) spoke \(name) to \(FlowEnd.text(key.server, habit.port)) in \(many); \(home)\(there)\(others).",
        evidence: flows.map(\.id.description), attack: ["T1571"])
      signal.parts = [(name: "\(name) on port \(habit.port)", weight: score)]
      signal.related = flows.dropFirst().map { .flow($0.id, communityID: $0.communityID(key, port: habit.port)) }
      return signal
    }
  }
}
