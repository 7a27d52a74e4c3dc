/// How an account came to its score: what each analytic says and how far each of its parts moved the score.

import Evidence

public struct PersonaExplanation: Sendable {
  public struct Analytic: Sendable {
    /// `persona.lookalike`, …
    public var name: String
    /// Log-odds, the sum of the parts.
    public var weight: Double
    /// What was seen and what would have been usual; nil where it is too little to speak of.
    public var reason: String?
    /// What the score would be if nothing of this were known (0…1).
    public var riskWithout: Double
    public var attack: [String]
    /// The strongest first, in log-odds.
    public var parts: [(name: String, weight: Double)]
  }

  public var account: AccountKey
  /// `persona.risk`, 0…1.
  public var risk: Double
  /// Log-odds of an account about which nothing is known.
  public var bias: Double
  /// The whole in a sentence.
  public var reason: String
  /// Those that have anything to say, the strongest first.
  public var analytics: [Analytic]
  /// Parts that belong to no analytic.
  public var otherParts: [(name: String, weight: Double)]
}
