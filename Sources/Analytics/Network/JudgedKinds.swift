/// What the analytics know of each kind of anomaly: worked out once for a kind, not for each record of it.

import Catalog
import Evidence

/// A kind of anomaly as `network.*` sees it.
struct JudgedKind {
  let name: AnomalyName
  let id: String
  /// What `network.no_session` calls it; nil for what is not its business.
  let sessionless: String?
  let isSessionless: Bool
  /// Whether third parties may send it to an address that somebody else forged.
  let isAnswer: Bool
  /// What one of it adds to `network.malformed` where it is rare; 0 for what is not its business.
  let weight: Double
  /// Whether pairs of hosts are held to account for it.
  let isJudged: Bool

  init(_ name: AnomalyName) {
    self.name = name
    id = name.id
    sessionless = Sessionless.words(for: name)
    isSessionless = sessionless != nil
    isAnswer = Sessionless.isAnswer(name)
    weight = sessionless == nil ? Malformed.weight(name) : 0
    isJudged = name.severity > .info || sessionless != nil
  }
}

/// The kinds that were met, by number: those of the catalog by theirs, what plugins declare as it comes.
struct JudgedKinds {
  private var all = JudgedKinds.catalog
  private var declared: [AnomalyName: Int] = [:]

  private static let catalog = AnomalyKind.all.map { JudgedKind(.catalog($0)) }

  /// Asked for each record: a copy of the kind itself would count its texts' references.
  func isJudged(_ number: Int) -> Bool { all[number].isJudged }
  func isSessionless(_ number: Int) -> Bool { all[number].isSessionless }

  subscript(number: Int) -> JudgedKind {
    _read { yield all[number] }
  }
  var count: Int { all.count }

  /// The place of each kind's id among all ids, by number: ids need not be compared as texts for each pair of hosts.
  func ranks() -> [Int] {
    var ranks = [Int](repeating: 0, count: all.count)
    for (rank, number) in all.indices.sorted(by: { all[$0].id < all[$1].id }).enumerated() { ranks[number] = rank }
    return ranks
  }

  mutating func number(of name: AnomalyName) -> Int {
    // The catalog's rows are counted from 1.
    if case .catalog(let kind) = name { return Int(kind.rawValue) - 1 }
    if let known = declared[name] { return known }
    declared[name] = all.count
    all.append(JudgedKind(name))
    return all.count - 1
  }
}
