/// The parts of `persona.risk`: what each one says, which analytic it belongs to, and its ATT&CK ids.

/// Each part's value is 0 (absent) … about 1 (plain); its weight is in `PersonaWeights`.
public enum PersonaPart: Int, CaseIterable, Sendable {
  // Who it is
  case rostered, official, relation
  // Claim of affiliation
  case claimEmployer, claimText, claimUnlisted, claimNobody, claimSettled, claimVolume, claimYoung, disclaimed,
    employerElsewhere, similarCompany
  // Brand
  case brand, brandOwn
  // Lookalike
  case namePlain, nameOther, nameTricked, nameWithTitle, nameWithClaim, nameSensitive, nameElsewhere, nameAccepted,
    nameDirect, nameCommon, nameSecond, handleAlike, faceCopied, bioCopied
  // Age
  case young, ageHidden, old, empty, relationYoung, joined
  // Change
  case nameReplaced, identityReplaced, faceReplaced, claimAcquired, changedThenApproached, dormant
  // Outreach
  case reach, burst, dayBurst, drip, departments, sensitive, single, singleNamed, accepted, reported, oddHours
  // Links
  case lureDomain, lureLinks, serviceLinks, linkBurst, ownLinks, bait
  case takeover
  // Campaign
  case sharedLink, sharedHost, sharedFace, sharedBio, sharedWording, sharedKinds, together

  static let count = allCases.count

  /// As it is written: to ask a case for its name looks it up among the type's each time.
  var name: String { PersonaPart.names[rawValue] }
  private static let names = allCases.map { "\($0)" }
}
