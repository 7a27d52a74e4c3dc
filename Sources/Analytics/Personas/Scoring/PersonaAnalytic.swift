/// The analytics that the parts belong to: each signals by itself with a reason of its own.

public enum PersonaAnalytic: String, CaseIterable, Sendable {
  case affiliationClaim = "persona.affiliation_claim"
  case brand = "persona.brand"
  case lookalike = "persona.lookalike"
  case newAccount = "persona.new_account"
  case changed = "persona.changed"
  case takeover = "persona.takeover"
  case outreach = "persona.outreach"
  case lure = "persona.lure"
  case campaign = "persona.campaign"

  /// Those that raise the score by it, and those that lower it where the same thing has a harmless reading.
  public var parts: [PersonaPart] {
    switch self {
    case .affiliationClaim:
      [
        .claimUnlisted, .claimNobody, .claimVolume, .claimSettled, .disclaimed, .employerElsewhere, .similarCompany,
        .joined,
      ]
    case .brand: [.brand, .brandOwn]
    case .lookalike:
      [
        .namePlain, .nameOther, .nameTricked, .nameWithTitle, .nameWithClaim, .nameSensitive, .nameElsewhere,
        .nameAccepted, .nameDirect, .nameCommon, .nameSecond, .handleAlike, .singleNamed, .faceCopied, .bioCopied,
      ]
    case .newAccount: [.young, .claimYoung, .relationYoung, .old, .empty]
    case .changed:
      [.nameReplaced, .identityReplaced, .faceReplaced, .claimAcquired, .changedThenApproached, .dormant]
    case .takeover: [.takeover]
    case .outreach:
      [.reach, .burst, .dayBurst, .drip, .departments, .sensitive, .single, .accepted, .reported, .oddHours]
    case .lure: [.lureDomain, .lureLinks, .serviceLinks, .linkBurst, .ownLinks, .bait]
    case .campaign: [.sharedLink, .sharedHost, .sharedFace, .sharedBio, .sharedWording, .sharedKinds, .together]
    }
  }

  /// T1585.001 social media accounts established, T1586.001 social media accounts compromised, T1566.003 spearphishing
  /// via service, T1656 impersonation.
  ///
  /// - Parameter isTaken: the account is an old one in new hands (or was broken into), not one that was made up.
  func attack(isTaken: Bool) -> [String] {
    let account = isTaken ? "T1586.001" : "T1585.001"
    switch self {
    case .affiliationClaim, .brand, .lookalike: return [account, "T1656"]
    case .newAccount: return ["T1585.001"]
    case .campaign: return [account]
    case .changed: return ["T1586.001"]
    case .takeover: return ["T1566.003", "T1586.001"]
    case .outreach, .lure: return ["T1566.003"]
    }
  }
}
