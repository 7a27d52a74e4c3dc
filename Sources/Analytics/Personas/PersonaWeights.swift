/// How much each part moves `persona.risk`, in log-odds.

/// The score is 1 / (1 + e^−(bias + Σ weight × value)); a part's value is 0 when absent and about 1 when plain.
///
/// Where the numbers come from: a logistic regression (L2 0.5, the sign of each weight fixed beforehand by what the part
/// means) on a labelled, made world of 4,400 accounts, 209 of them malicious, rounded to 0.05; the bias moved up by
/// 0.25, for misses cost more than an analyst's look. `reported` is set by hand: in that world an employee's report is
/// near noise, elsewhere it is not; so is `claimSettled`, which the world's larger organisations show: there rosters lack
/// more of the accounts that people have had for years. Parts that are not named here weigh nothing by themselves.
public struct PersonaWeights: Sendable {
  /// Log-odds of an account about which nothing is known.
  public var bias = -7.3
  /// Weight by the part's name.
  public var values: [String: Double] = [
    // Who it is
    "official": -1.15,
    // Claim of affiliation
    "claimUnlisted": 2.15, "claimYoung": 0.35, "claimVolume": 3.7, "claimSettled": -1.5, "disclaimed": -0.7,
    "employerElsewhere": -0.55,
    // Brand
    "brand": 1.3, "brandOwn": -1.45,
    // Lookalike
    "nameTricked": 0.95, "nameSensitive": 2.8, "nameDirect": 2.25, "nameElsewhere": -0.55, "nameAccepted": -1.8,
    "faceCopied": 0.8, "bioCopied": 1.15,
    // Age
    "young": 1.2, "old": -0.65, "empty": 0.25, "relationYoung": 2.45,
    // Change
    "nameReplaced": 0.65, "claimAcquired": 1.75, "changedThenApproached": 0.2,
    // Outreach
    "burst": 1.9, "dayBurst": 2.85, "sensitive": 1.5, "single": 2.05, "accepted": -1.9, "reported": 0.5,
    // Links
    "lureDomain": 1.1, "lureLinks": 1.5, "linkBurst": 3.05, "ownLinks": -1.35, "takeover": 2.8,
    // Campaign
    "sharedLink": 5.1, "sharedFace": 1.6, "sharedBio": 1.1,
  ]

  public init() {}
}
