/// The analytics that the parts belong to: each signals by itself with a reason of its own.

enum PersonaAnalytic: String, CaseIterable {
  case affiliationClaim = "persona.affiliation_claim"
  case brand = "persona.brand"
  case lookalike = "persona.lookalike"
  case newAccount = "persona.new_account"
  case changed = "persona.changed"
  case takeover = "persona.takeover"
  case outreach = "persona.outreach"
  case lure = "persona.lure"
  case campaign = "persona.campaign"

  var parts: [PersonaPart] {
    switch self {
    case .affiliationClaim: [.claimUnlisted, .claimVolume]
    case .brand: [.brand]
    case .lookalike: [.nameTricked, .nameSensitive, .nameDirect, .faceCopied, .bioCopied]
    case .newAccount: [.young, .claimYoung, .relationYoung]
    case .changed: [.nameReplaced, .claimAcquired, .changedThenApproached]
    case .takeover: [.takeover]
    case .outreach: [.burst, .dayBurst, .sensitive, .single, .reported]
    case .lure: [.lureDomain, .lureLinks, .linkBurst]
    case .campaign: [.sharedLink, .sharedFace, .sharedBio]
    }
  }

  /// T1585.001 social media accounts established, T1586.001 compromised, T1566.003 spearphishing via service,
  /// T1656 impersonation.
  var attack: [String] {
    switch self {
    case .affiliationClaim: ["T1585.001", "T1656"]
    case .brand, .lookalike: ["T1585.001", "T1656"]
    case .newAccount, .campaign: ["T1585.001"]
    case .changed: ["T1586.001"]
    case .takeover: ["T1566.003", "T1586.001"]
    case .outreach, .lure: ["T1566.003"]
    }
  }
}
