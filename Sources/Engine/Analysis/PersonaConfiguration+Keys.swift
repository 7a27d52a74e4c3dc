/// Persona analytics as the configuration has them.

import Analytics

extension PersonaConfiguration {
  init(_ configuration: Configuration) {
    self.init()
    partsFrom = configuration.number("analytics.personas.parts_from")
    disabled = Set(configuration.texts("analytics.personas.disabled").compactMap(PersonaAnalytic.init))
    youngDays = Double(configuration.integer("analytics.personas.young_days"))
    grownDays = Double(configuration.integer("analytics.personas.grown_days"))
    oldDays = Double(configuration.integer("analytics.personas.old_days"))
    maximumAccounts = Int(configuration.integer("analytics.personas.limits.accounts"))
    maximumSnapshots = Int(configuration.integer("analytics.personas.limits.snapshots"))
    maximumApproaches = Int(configuration.integer("analytics.personas.limits.approaches"))
    maximumEvidence = Int(configuration.integer("analytics.personas.limits.evidence"))
    weights.bias = configuration.number("analytics.personas.bias")
    for one in configuration.mappings("analytics.personas.weights") {
      guard case .text(let part)? = one["part"] else { continue }
      switch one["weight"] {
      case .number(let weight)?: weights.values[part] = weight
      case .integer(let weight)?: weights.values[part] = Double(weight)
      default: continue
      }
    }
  }
}
