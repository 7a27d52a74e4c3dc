/// Names of derived records: made of what they say, so that a second run gives the same.

extension Signal {
  /// `signal-` and the sixteen digits of its digest.
  public var id: String { Signal.id(Signal.digest(analytic, time, entity)) }

  /// The id of the signal that has this digest: ids are in the order of their digests.
  public static func id(_ digest: UInt64) -> String { "signal-" + hexDigits(digest) }

  /// Of the analytic, its time and its entity: what a signal's id is made of.
  public static func digest(_ analytic: String, _ time: Timestamp, _ entity: Entity) -> UInt64 {
    var hash = StableHash()
    hash.combine(analytic)
    hash.combine(time.nanoseconds)
    entity.combine(into: &hash)
    return hash.finish()
  }
}

extension Entity {
  /// Adds what makes the entity itself (not what is known of it) to a hash.
  public func combine(into hash: inout StableHash) {
    hash.combine(kind)
    switch self {
    case .persona(let account, _, _):
      hash.combine(account.platform)
      hash.combine(account.accountID)
    case .process(let p):
      hash.combine(p.host.lowercased())
      hash.combine(p.guid ?? "")
      hash.combine(p.pid ?? -1)
      hash.combine(p.image)
    case .flow(let id, _): hash.combine(id.rawValue)
    case .host(let name): hash.combine(name.lowercased())
    case .hostPair(let first, let second):
      hash.combine(first)
      hash.combine(second)
    case .employee(let id, _): hash.combine(id)
    case .campaign(let id): hash.combine(id)
    }
  }
}

extension AnomalyRecord {
  /// `anomaly-` and the digits of ``digest``.
  public var id: String { Self.id(digest) }

  /// The id of the record that has this digest.
  public static func id(_ digest: UInt64) -> String { "anomaly-" + hexDigits(digest) }

  /// Of what was seen, where and when: what the record's id is made of.
  public var digest: UInt64 {
    var hash = origin.hash
    hash.combine(name.id)
    hash.combine(packet)
    hash.combine(time.nanoseconds)
    hash.combine(flow?.rawValue ?? 0)
    hash.combine(offset ?? .max)
    hash.combine(count)
    return hash.finish()
  }
}

extension TransactionRecord {
  /// `transaction-`, the flow's digits and the position in the flow.
  public var id: String { "transaction-" + hexDigits(flow.rawValue) + "-\(ordinal)" }
}
