/// How much each part moves `persona.risk`, in log-odds.

/// The score is 1 / (1 + e^−(bias + Σ weight × value)); a part's value is 0 when absent and about 1 when plain.
///
/// Where the numbers come from: a logistic regression (L2 0.15 a world) on eleven labelled, made worlds: ten of the lab's
/// and one by other hands that counts as five, about organisations of several kinds and sizes and in as many languages;
/// rounded to 0.05. A colleague taken for an impostor counts as three false alarms. The sign of each weight is fixed
/// beforehand by what the part means, and so is the most that some may weigh, where an impostor could feign the part (a
/// relation's name, a logo, acceptance by those it fooled). Parts that are not named here weigh nothing by themselves.
/// `claimSettled` is set by hand: in the made worlds it is near noise, in large houses rosters lack accounts that people have
/// had for years. `tools/evaluate-personas` shows what each analytic adds.
public struct PersonaWeights: Sendable {
  /// Log-odds of an account about which nothing is known.
  public var bias = -9.0
  /// Weight by the part's name.
  public var values: [String: Double] = [
    // Who it is
    "official": -0.05, "relation": -1.45,
    // Claim of affiliation
    "claimEmployer": 0.55, "claimUnlisted": 0.95, "claimNobody": 2.8, "claimSettled": -0.5, "claimVolume": 4,
    "claimYoung": 0.5,
    "disclaimed": -2.45, "employerElsewhere": -0.9, "similarCompany": -0.4,
    // Brand
    "brand": 1.65, "brandOwn": -2,
    // Lookalike
    "nameOther": 1.95, "nameTricked": 2.45, "nameWithTitle": 0.7, "nameSensitive": 1.5, "nameElsewhere": -2.35,
    "nameAccepted": -2.05, "nameDirect": 2.85, "nameSecond": 1.8, "handleAlike": 2.95, "faceCopied": 1.45,
    "bioCopied": 1.7,
    // Age
    "young": 1.25, "old": -1.5, "empty": 1.2, "relationYoung": 3, "joined": -1.2,
    // Change
    "nameReplaced": 4.5, "identityReplaced": 3.8, "claimAcquired": 0.3, "changedThenApproached": 2.8,
    // Outreach
    "burst": 3.3, "dayBurst": 2.9, "departments": 0.75, "sensitive": 0.7, "single": 3.3, "singleNamed": 2.75,
    "accepted": -2.55, "reported": 1.05, "oddHours": 1.5,
    // Links
    "lureDomain": 4.6, "lureLinks": 1.4, "serviceLinks": 3, "linkBurst": 3, "ownLinks": -1.6, "bait": 0.5,
    "takeover": 4.85,
    // Campaign
    "sharedLink": 5.9, "sharedFace": 1.45, "sharedBio": 0.35, "sharedWording": 1.2, "sharedKinds": 3.3,
    "together": 4.3,
  ]

  public init() {}
}
