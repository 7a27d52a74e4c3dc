/// Which protocols are spoken on ports that they do not belong to, and by how many.

import Evidence

/// A protocol on a port.
struct Habit: Hashable {
  var proto: String
  var port: UInt16
}

/// What is known of each protocol on each port that it does not belong to, by number.
///
/// Every recognised flow asks, and most ask for the same few: these are found without hashing anything. Who scans makes many.
struct Habits {
  private struct Key: DenseKey {
    /// By number; see ``PortKnowledge``.
    var proto: UInt16
    var port: UInt16

    func hash(seed: UInt64) -> UInt64 {
      foldedProduct(UInt64(proto) << 16 | UInt64(port) ^ seed, 0x9e37_79b9_7f4a_7c15)
    }
  }

  /// More clients say nothing more.
  private static let maximumClients = 64

  /// Who does so, as far as that is counted: what many do is a habit of the place. Nil where nobody was told.
  private var table = DenseTable<Key, Few<IPAddress>?>()
  /// The latest answers by the port's low bits.
  private var recent: [(name: Habit, answer: Answer)?] = Array(repeating: nil, count: 16)
  /// The latest protocol that was asked for, and its number.
  private var latest: (proto: String, number: UInt16?) = ("", nil)

  enum Answer {
    /// The protocol is at home on the port, or nothing is known of its home.
    case unremarkable
    case misplaced(UInt32)
    /// There is no room for another one.
    case full
  }

  var count: Int { table.count }

  subscript(number: UInt32) -> Habit {
    let key = table.keys[Int(number)]
    return Habit(proto: PortKnowledge.name(key.proto), port: key.port)
  }

  /// Clients that were counted, at most 64.
  func clients(_ number: UInt32) -> Int { table.rows[Int(number)]?.count ?? 0 }

  /// The protocol to which the port belongs, if to any.
  func owner(_ number: UInt32) -> String? { PortKnowledge.owner(table.keys[Int(number)].port) }

  /// Whether a protocol belongs on a port, and its number if not.
  @inline(__always)
  mutating func answer(_ proto: String, _ port: UInt16, limit: Int) -> Answer {
    if let known = recent[Int(port & 15)], known.name.port == port, known.name.proto == proto { return known.answer }
    let answer = lookUp(proto, port, limit: limit)
    recent[Int(port & 15)] = (Habit(proto: proto, port: port), answer)
    return answer
  }

  @inline(never)
  private mutating func lookUp(_ proto: String, _ port: UInt16, limit: Int) -> Answer {
    if latest.proto != proto { latest = (proto, PortKnowledge.number(of: proto)) }
    guard let number = latest.number, !PortKnowledge.isHome(port, number) else { return .unremarkable }
    let key = Key(proto: number, port: port)
    if let known = table.place(of: key) { return .misplaced(UInt32(known)) }
    guard table.count < limit else { return .full }
    return .misplaced(UInt32(table.append(key, nil)))
  }

  @inline(__always)
  mutating func add(_ client: IPAddress, to number: UInt32) {
    if table.rows[Int(number)] == nil {
      table.rows[Int(number)] = Few(client)
    } else {
      table.rows[Int(number)]?.insert(client, limit: Self.maximumClients)
    }
  }
}
