/// From the values of the parts to one calibrated score, and back to what each part did.

#if canImport(Glibc)
  import Glibc
#endif

struct PersonaScore {
  private let bias: Double
  private let weights: [Double]

  init(_ weights: PersonaWeights, without disabled: Set<PersonaAnalytic> = []) {
    bias = weights.bias
    let left = Set(disabled.flatMap(\.parts))
    self.weights = PersonaPart.allCases.map { left.contains($0) ? 0 : weights.values[$0.name] ?? 0 }
  }

  /// Log-odds without the bias: what all parts say together.
  func odds(_ findings: PersonaFindings) -> Double {
    var z = 0.0
    for i in weights.indices { z += weights[i] * findings.values[i] }
    return z
  }

  /// 0…1, to four decimals.
  func risk(_ findings: PersonaFindings) -> Double {
    (10_000 / (1 + exp(-(bias + odds(findings))))).rounded() / 10_000
  }

  func contribution(_ part: PersonaPart, _ findings: PersonaFindings) -> Double {
    weights[part.rawValue] * findings.values[part.rawValue]
  }

  /// What moved the score, the bias first, then the strongest.
  func parts(_ findings: PersonaFindings) -> [(name: String, weight: Double)] {
    [(name: "bias", weight: bias)] + parts(findings, of: PersonaPart.allCases)
  }

  /// What some parts did, the strongest first; those that did nothing are left out.
  func parts(_ findings: PersonaFindings, of some: [PersonaPart]) -> [(name: String, weight: Double)] {
    var moved: [(name: String, weight: Double)] = []
    for part in some {
      let weight: Double = (contribution(part, findings) * 100).rounded() / 100
      if weight != 0 { moved.append((name: part.name, weight: weight)) }
    }
    return moved.sorted { a, b in
      let x = abs(a.weight)
      let y = abs(b.weight)
      return x != y ? x > y : a.name < b.name
    }
  }

  /// The analytics that have something to say, the strongest first.
  func analytics(_ findings: PersonaFindings) -> [(analytic: PersonaAnalytic, weight: Double)] {
    var found: [(analytic: PersonaAnalytic, weight: Double)] = []
    for analytic in PersonaAnalytic.allCases {
      var weight = 0.0
      for part in analytic.parts { weight += contribution(part, findings) }
      if weight >= 0.4 { found.append((analytic, weight)) }
    }
    return found.sorted { a, b in a.weight != b.weight ? a.weight > b.weight : a.analytic.rawValue < b.analytic.rawValue
    }
  }

  /// What one would have to believe to flag it without an analytic: the score with its parts left out.
  func risk(_ findings: PersonaFindings, without analytic: PersonaAnalytic) -> Double {
    var less = findings
    for part in analytic.parts { less[part] = 0 }
    return risk(less)
  }

  /// The score of one analytic by itself: 0…1, to four decimals.
  static func strength(_ weight: Double) -> Double {
    let score: Double = 1 - exp(-weight / 2)
    return (score * 10_000).rounded() / 10_000
  }
}
