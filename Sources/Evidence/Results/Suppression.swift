/// An analyst's word that something is of no concern: of what, why, who said so, and until when.

/// What a suppression is about. Each member that is given must hold; there is at least one beside the analytic.
public struct SuppressionScope: Hashable, Sendable {
  public enum Account: Hashable, Sendable {
    case id(AccountKey)
    /// In lower case, without a leading `@`.
    case handle(platform: String, String)
  }

  /// The id of an analytic; nil for all.
  public var analytic: String?
  public var account: Account?
  /// The part behind the `@` of an account's id or handle, or a domain above it; in lower case.
  public var domain: String?
  /// The id of the one employee whom a signal names; one that names others too is not meant.
  public var employee: String?
  /// A host's name or address.
  public var host: String?
  /// The image of a process: a path, or a file name.
  public var image: String?

  public init(
    analytic: String? = nil, account: Account? = nil, domain: String? = nil, employee: String? = nil,
    host: String? = nil, image: String? = nil
  ) {
    self.analytic = analytic
    self.account = account
    self.domain = domain
    self.employee = employee
    self.host = host
    self.image = image
  }

  /// One phrase that names what it is about.
  public var phrase: String {
    var parts: [String] = []
    switch account {
    case .id(let key): parts.append("persona \(key.platform)/\(key.accountID)")
    case .handle(let platform, let handle): parts.append("persona \(platform)/@\(handle)")
    case nil: break
    }
    for (word, text) in [("domain", domain), ("employee", employee), ("host", host), ("image", image)] {
      if let text { parts.append("\(word) \(text)") }
    }
    return parts.joined(separator: ", ")
  }
}

/// A suppression. A class, for all signals that it covers share it.
public final class Suppression: Sendable {
  public let id: String
  public let scope: SuppressionScope
  /// Why it is of no concern.
  public let reason: String
  /// Who said so.
  public let by: String
  /// When it was said; nil for one of the configuration.
  public let created: Timestamp?
  /// What happened at or after this time is not covered; nil: all that happens is.
  public let until: Timestamp?

  /// - Parameter id: made of the rest when there is none yet.
  public init(
    id: String? = nil, scope: SuppressionScope, reason: String, by: String, created: Timestamp? = nil,
    until: Timestamp? = nil
  ) {
    var hash = StableHash()
    hash.combine(scope.analytic ?? "*")
    hash.combine(scope.phrase)
    hash.combine(reason)
    hash.combine(by)
    hash.combine(created?.nanoseconds ?? 0)
    hash.combine(until?.nanoseconds ?? .max)
    self.id = id ?? "suppression-" + hash.digits
    self.scope = scope
    self.reason = reason
    self.by = by
    self.created = created
    self.until = until
  }

  /// Whether what happened at a time may be covered.
  public func covers(_ time: Timestamp) -> Bool { until.map { time < $0 } ?? true }

  /// Whether an analytic is meant.
  public func covers(analytic: String) -> Bool { scope.analytic.map { $0 == analytic } ?? true }
}
