/// Observations with pseudonyms in place of persons outside the roster.

extension Pseudonyms {
  /// The observation as it is reasoned over: ids of records and of unknown accounts replaced, the rest as it came.
  /// - Parameter isPast: it comes from a store, where some have pseudonyms already.
  public func entering(_ observation: Observation, isPast: Bool = false) -> Observation {
    func id(_ platform: String, _ id: String) -> String {
      isPast && Pseudonyms.isPseudonym(id) ? id : account(platform, id)
    }
    switch observation {
    case .persona(var o):
      guard !isKnown(o.platform, id: o.accountID, handle: o.handle) else { return observation }
      let isReplaced = isPast && Pseudonyms.isPseudonym(o.accountID)
      o.accountID = id(o.platform, o.accountID)
      if !isReplaced { o.head.id = digest(.record, o.head.id) }
      return .persona(o)
    case .personaChange(var o):
      guard !isKnown(o.platform, id: o.accountID, handle: nil) else { return observation }
      let isReplaced = isPast && Pseudonyms.isPseudonym(o.accountID)
      o.accountID = id(o.platform, o.accountID)
      if !isReplaced { o.head.id = digest(.record, o.head.id) }
      return .personaChange(o)
    case .outreach(var o):
      var isReplaced = false
      for party in [\OutreachObservation.from, \.to] {
        guard !isKnown(o.platform, o[keyPath: party]) else { continue }
        if isPast, isPseudonym(o[keyPath: party]) { isReplaced = true }
        if let known = o[keyPath: party].accountID { o[keyPath: party].accountID = id(o.platform, known) }
      }
      if !isReplaced { o.head.id = digest(.record, o.head.id) }
      return .outreach(o)
    case .process, .connection, .asset: return observation
    }
  }

  /// The observation, once taken in, as it is stored and told.
  public func shown(_ observation: Observation) -> Observation {
    switch observation {
    case .persona(var o):
      guard !isKnown(o.platform, id: o.accountID, handle: o.handle) else { return observation }
      o.handle = handle(o.platform, o.handle)
      o.displayName = name(o.displayName)
      o.bio = o.bio.map { pseudonym(.text, $0) }
      o.url = o.url.map { pseudonym(.page, $0) }
      o.links = o.links.map { pseudonym(.page, $0) }
      o.location = nil
      o.avatarSHA256 = o.avatarSHA256.map { digest(.picture, $0) }
      o.head.extra = ""
      return .persona(o)
    case .personaChange(var o):
      guard !isKnown(o.platform, id: o.accountID, handle: nil) else { return observation }
      if !["employer", "title"].contains(o.field) {
        o.from = o.from.map { changed(o.platform, o.field, $0) }
        o.to = o.to.map { changed(o.platform, o.field, $0) }
      }
      o.head.extra = ""
      return .personaChange(o)
    case .outreach(var o):
      o.from = shown(o.platform, o.from)
      o.to = shown(o.platform, o.to)
      o.text = o.text.map { pseudonym(.text, $0) }
      o.head.extra = ""
      return .outreach(o)
    case .process, .connection, .asset: return observation
    }
  }

  /// The values of a change by the same pseudonyms as in the snapshots before and after it.
  private func changed(_ platform: String, _ field: String, _ value: String) -> String {
    switch field {
    case "display_name", "name": name(value)
    case "handle": handle(platform, value)
    case "avatar", "avatar_sha256", "picture": digest(.picture, value)
    case "url", "links": pseudonym(.page, value)
    default: pseudonym(.text, value)
    }
  }

  private func isKnown(_ platform: String, _ party: Party) -> Bool {
    if party.employee != nil { return true }
    if let mail = party.email, isKnown(mail: mail) { return true }
    return isKnown(platform, id: party.accountID, handle: party.handle)
  }

  private func isPseudonym(_ party: Party) -> Bool {
    [party.accountID, party.handle, party.email].contains { $0.map(Pseudonyms.isPseudonym) ?? false }
  }

  private func shown(_ platform: String, _ party: Party) -> Party {
    guard !isKnown(platform, party) else { return party }
    var party = party
    party.handle = party.handle.map { handle(platform, $0) }
    party.email = party.email.map { pseudonym(.mail, $0.lowercased()) }
    return party
  }
}
