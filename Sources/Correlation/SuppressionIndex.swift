/// Which signals an analyst's word covers, and what is left that may raise a case.

import Analytics
import Evidence

#if canImport(Glibc)
  import Glibc
#endif

/// Suppressions, found by what they are about.
public struct SuppressionIndex {
  /// What a signal may have in common with a scope.
  private enum Key: Hashable {
    case account(AccountKey)
    case handle(platform: String, String)
    case domain(String)
    case employee(String)
    case image(String)
    case host(String)
    case address(IPAddress)
  }

  /// Signals after suppression.
  public struct Outcome {
    /// All signals, those that are covered marked.
    public var signals: [Signal]
    /// Those that may raise a case. The risk of an account is what is left of it without its suppressed parts.
    public var counting: [Signal]
    /// How many signals each suppression covers, by its id.
    public var covered: [String: Int] = [:]
  }

  private var byKey: [Key: [(keys: [Key], suppression: Suppression)]] = [:]
  private var names = HostNames()
  private var hostOfIP: [IPAddress: String] = [:]
  private var wantsDomains = false
  private var wantsHosts = false

  /// - Parameters:
  ///   - roster: names hosts and their addresses,
  ///   - resolution: and so does attribution; what it knows of processes and flows tells whose a flow is.
  public init(_ suppressions: [Suppression], roster: Roster, resolution: Resolution) {
    guard !suppressions.isEmpty else { return }
    wantsDomains = suppressions.contains { $0.scope.domain != nil }
    wantsHosts = suppressions.contains { $0.scope.host != nil }
    if wantsHosts { learnHosts(roster, resolution) }
    // The first that was given is the one that a signal names; the order in which they come does not matter.
    let inOrder = suppressions.sorted { a, b in
      let (x, y) = (a.created?.nanoseconds ?? .min, b.created?.nanoseconds ?? .min)
      return x != y ? x < y : a.id < b.id
    }
    for one in inOrder {
      let keys = self.keys(of: one.scope)
      if let first = keys.first { byKey[first, default: []].append((keys, one)) }
    }
  }

  private mutating func learnHosts(_ roster: Roster, _ resolution: Resolution) {
    for person in roster.people { for host in person.hosts { names.note(host) } }
    for asset in roster.assets { names.note(asset.host) }
    for (host, _) in resolution.hosts { names.note(host) }
    for process in resolution.known { names.note(process.entity.host) }
    for asset in roster.assets {
      for ip in asset.ips where hostOfIP[ip] == nil { hostOfIP[ip] = names.key(asset.host) }
    }
    for (host, ips) in resolution.hosts {
      for ip in ips where hostOfIP[ip] == nil { hostOfIP[ip] = names.key(host) }
    }
  }

  /// The rarest first: under it the suppression is filed.
  private func keys(of scope: SuppressionScope) -> [Key] {
    var keys: [Key] = []
    switch scope.account {
    case .id(let account): keys.append(.account(account))
    case .handle(let platform, let handle): keys.append(.handle(platform: platform, handle))
    case nil: break
    }
    if let domain = scope.domain { keys.append(.domain(domain)) }
    if let employee = scope.employee { keys.append(.employee(employee)) }
    if let image = scope.image { keys.append(.image(SuppressionIndex.image(image))) }
    if let host = scope.host { keys.append(IPAddress(host).map { .address($0) } ?? .host(names.key(host))) }
    return keys
  }

  private static func image(_ image: String) -> String {
    image.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
      ? ImageName.normal(image) : ImageName.base(image)
  }

  // MARK: - Signals

  /// Marks the signals that are covered, and sets apart those that may raise a case.
  /// - Parameter flow: the ends of a flow and the hosts of its processes, where it is known.
  public func apply(
    _ signals: [Signal], flow: (FlowID) -> (ends: [IPAddress], hosts: [String])? = { _ in nil }
  ) -> Outcome {
    guard !byKey.isEmpty else { return Outcome(signals: signals, counting: signals) }
    var marked = signals
    for at in marked.indices { marked[at].suppression = suppression(of: marked[at], flow) }
    let quietParts = markAccounts(&marked)
    var outcome = Outcome(signals: marked, counting: [])
    outcome.counting.reserveCapacity(marked.count)
    for signal in marked {
      if let by = signal.suppression {
        outcome.covered[by.id, default: 0] += 1
      } else if signal.isRisk, case .persona(let account, _, _) = signal.entity, let quiet = quietParts[account] {
        outcome.counting.append(signal.without(quiet))
      } else {
        outcome.counting.append(signal)
      }
    }
    return outcome
  }

  /// An account is judged by its risk: where that is suppressed its parts raise nothing either.
  /// - Returns: the parts that are suppressed by themselves, by account.
  private func markAccounts(_ signals: inout [Signal]) -> [AccountKey: [Signal]] {
    var whole: [AccountKey: Suppression] = [:]
    var parts: [AccountKey: [Signal]] = [:]
    for signal in signals {
      guard let by = signal.suppression, case .persona(let account, _, _) = signal.entity else { continue }
      if signal.isRisk { whole[account] = by } else { parts[account, default: []].append(signal) }
    }
    guard !whole.isEmpty else { return parts }
    for at in signals.indices where signals[at].suppression == nil {
      guard case .persona(let account, _, _) = signals[at].entity, let by = whole[account] else { continue }
      if by.covers(signals[at].time) { signals[at].suppression = by }
    }
    return parts
  }

  private func suppression(
    of signal: Signal, _ flow: (FlowID) -> (ends: [IPAddress], hosts: [String])?
  ) -> Suppression? {
    let keys = self.keys(of: signal, flow)
    for key in keys {
      for (wanted, one) in byKey[key] ?? []
      where one.covers(signal.time) && one.covers(analytic: signal.analytic) && wanted.allSatisfy(keys.contains) {
        return one
      }
    }
    return nil
  }

  private func keys(of signal: Signal, _ flow: (FlowID) -> (ends: [IPAddress], hosts: [String])?) -> [Key] {
    var keys: [Key] = []
    func note(address: IPAddress) {
      keys.append(.address(address))
      if let host = hostOfIP[address] { keys.append(.host(host)) }
    }
    switch signal.entity {
    case .persona(let account, let handle, _):
      keys.append(.account(account))
      let lower = handle.map(SuppressionScope.handle)
      if let lower { keys.append(.handle(platform: account.platform, lower)) }
      if wantsDomains {
        for text in Set([account.accountID.lowercased(), lower].compactMap { $0 }).sorted() {
          keys += SuppressionIndex.domains(text).map { .domain($0) }
        }
      }
    case .process(let process):
      keys.append(.image(ImageName.normal(process.image)))
      keys.append(.image(ImageName.base(process.image)))
      if wantsHosts { keys.append(.host(names.key(process.host))) }
    case .host(let name): if wantsHosts { keys.append(.host(names.key(name))) }
    case .hostPair(let first, let second):
      if wantsHosts { for address in [first, second] { note(address: address) } }
    case .flow(let id, _):
      if wantsHosts, let (ends, hosts) = flow(id) {
        for address in ends { note(address: address) }
        for host in hosts { keys.append(.host(names.key(host))) }
      }
    case .employee, .campaign: break
    }
    var employees: Set<String> = []
    for case .employee(let id, _) in signal.related + [signal.entity] { employees.insert(id) }
    if employees.count == 1, let only = employees.first { keys.append(.employee(only)) }
    return keys
  }

  /// The domain behind the `@` and those above it, the most specific first.
  private static func domains(_ address: String) -> [String] {
    guard let at = address.lastIndex(of: "@") else { return [] }
    var labels = address[address.index(after: at)...].split(separator: ".").prefix(128)
    var domains: [String] = []
    while labels.count > 1 {
      domains.append(labels.joined(separator: "."))
      labels = labels.dropFirst()
    }
    return domains
  }
}

extension Signal {
  fileprivate var isRisk: Bool { analytic == "persona.risk" }

  /// A risk without what other signals of the account say, in log-odds.
  fileprivate func without(_ quiet: [Signal]) -> Signal {
    let names = Set(quiet.flatMap(\.parts).map(\.name))
    var less = self
    less.parts = parts.filter { !names.contains($0.name) }
    guard less.parts.count < parts.count else { return self }
    let odds = less.parts.reduce(0) { $0 + $1.weight }
    less.score = min(score, (10_000 / (1 + exp(-odds))).rounded() / 10_000)
    let analytics = Set(quiet.map(\.analytic)).sorted().joined(separator: ", ")
    less.reason += " What \(analytics) says of it is suppressed and does not count."
    return less
  }
}
