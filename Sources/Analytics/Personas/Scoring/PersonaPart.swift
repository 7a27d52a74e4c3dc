/// The parts of `persona.risk`: what each one says, which analytic it belongs to, and its ATT&CK ids.

/// Each part's value is 0 (absent) … about 1 (plain); its weight is in `PersonaWeights`.
enum PersonaPart: Int, CaseIterable, Sendable {
  // Who it is
  case rostered, official, relation
  // Claim of affiliation
  case claimEmployer, claimText, disclaimed, employerElsewhere, similarCompany, claimUnlisted, claimSettled
  // Brand
  case brand, brandOwn
  // Lookalike
  case namePlain, nameTricked, nameWithTitle, nameWithClaim, nameSensitive, nameElsewhere, nameAccepted, faceCopied,
    bioCopied
  // Age
  case young, ageHidden, old, empty, claimYoung
  // Change
  case nameReplaced, faceReplaced, claimAcquired, changedThenApproached
  // Outreach
  case volume, burst, dayBurst, sensitive, single, accepted, reported, claimVolume, youngVolume, relationYoung,
    nameDirect
  // Links
  case lureDomain, lureLinks, linkBurst, ownLinks, takeover
  // Campaign
  case sharedLink, sharedFace, sharedBio

  static let count = allCases.count
}
