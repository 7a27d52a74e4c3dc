/// Flows whose protocol is on a port that it does not belong to, and how usual that is in this place.

import Evidence

/// A client that speaks a protocol with a server on such a port.
struct MisplacedKey: AddressKey {
  /// The same with addresses of IPv4.
  struct Narrow: DenseKey {
    fileprivate let both: NarrowAddresses
    fileprivate let habit: UInt32

    func hash(seed: UInt64) -> UInt64 { foldedProduct(both.hash(seed: seed), UInt64(habit) &* 2 &+ 1 ^ seed) }
  }

  private let both: TwoAddresses
  /// Its number among the ``Habits``.
  let habit: UInt32

  init(client: IPAddress, server: IPAddress, habit: UInt32) {
    both = TwoAddresses(client, server)
    self.habit = habit
  }

  init(_ narrow: Narrow) {
    both = narrow.both.both
    habit = narrow.habit
  }
  var narrow: Narrow? { NarrowAddresses(both).map { Narrow(both: $0, habit: habit) } }

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

  /// What a habit says, with a server outside and with one within.
  private struct Weight {
    var clients: Int
    var outside: Double
    var within: Double

    /// One signal stands for all who have it.
    var isOfThePlace: Bool { clients >= manyClients }
    func score(_ server: IPAddress) -> Double { !server.isPrivate && !server.isLoopback ? outside : within }
  }

  private func weights() -> [Weight] {
    (0..<habits.count).map { number in
      let clients = max(1, habits.clients(UInt32(number)))
      let isOwned = habits.owner(UInt32(number)) != nil
      // What several machines do is a habit of the place.
      let part = clients >= 3 ? 0.5 : 1
      return Weight(clients: clients, outside: (isOwned ? 0.6 : 0.4) * part, within: (isOwned ? 0.6 : 0.3) * part)
    }
  }

  /// By address, then by port.
  private func precedes(_ a: MisplacedKey, _ b: MisplacedKey) -> Bool {
    if a.client != b.client { return a.client < b.client }
    if a.server != b.server { return a.server < b.server }
    let (one, other) = (habits[a.habit], habits[b.habit])
    return (one.port, one.proto) < (other.port, other.proto)
  }

  /// `network.unusual_port`: a protocol where another one lives, or where none does.
  func unusualPorts() -> [Signal] {
    let misplaced = misplaced
    let weights = weights()
    // Of many few are told, and only these are put in order. Of a habit of the place it is the first.
    var told: [Int] = []
    var firsts: [UInt32: Int] = [:]
    for at in misplaced.places {
      let key = misplaced.key(at)
      let weight = weights[Int(key.habit)]
      if !weight.isOfThePlace {
        if weight.score(key.server) >= configuration.least { told.append(at) }
      } else if firsts[key.habit].map({ precedes(key, misplaced.key($0)) }) ?? true {
        firsts[key.habit] = at
      }
    }
    told += firsts.filter { weights[Int($0)].score(misplaced.key($1).server) >= configuration.least }.values
    told.sort { precedes(misplaced.key($0), misplaced.key($1)) }
    return told.compactMap { unusualPort($0, weights[Int(misplaced.key($0).habit)]) }
  }

  private func unusualPort(_ at: Int, _ weight: Weight) -> Signal? {
    let key = misplaced.key(at)
    let habit = habits[key.habit]
    let score = weight.score(key.server)
    let record = misplaced[at]
    let flows = record.flows.sorted().prefix(configuration.maximumEvidence)
    guard let first = flows.first else { return nil }
    let name = habit.proto.uppercased()
    let home = "\(name) is usual on ports such as \(PortKnowledge.homes(habit.proto))"
    let there = habits.owner(key.habit).map { ", and port \(habit.port) is \($0.uppercased())'s" } ?? ""
    let many = record.count == 1 ? "a connection" : "\(record.count) connections"
    let others =
      weight.isOfThePlace
      ? "; at least \(weight.clients - 1) more machines speak \(name) on port \(habit.port)" : ""
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
