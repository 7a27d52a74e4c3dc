/// From the values of the parts to one calibrated score, and back to what each part did.

#if canImport(Glibc)
  import Glibc
#endif

struct PersonaScore {
  private let bias: Double
  private let weights: [Double]

  init(_ weights: PersonaWeights) {
    bias = weights.bias
    self.weights = PersonaPart.allCases.map { weights.values["\($0)"] ?? 0 }
  }

  /// 0…1, to four decimals.
  func risk(_ findings: PersonaFindings) -> Double {
    var z = bias
    for i in weights.indices { z += weights[i] * findings.values[i] }
    return (10_000 / (1 + exp(-z))).rounded() / 10_000
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
      if weight != 0 { moved.append((name: "\(part)", weight: weight)) }
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

  /// The score of one analytic by itself: 0…1, to four decimals.
  static func strength(_ weight: Double) -> Double {
    let score: Double = 1 - exp(-weight / 2)
    return (score * 10_000).rounded() / 10_000
  }
}
