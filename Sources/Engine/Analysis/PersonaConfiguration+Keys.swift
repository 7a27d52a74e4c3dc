/// Persona analytics as the configuration has them.

import Analytics

extension PersonaConfiguration {
  init(_ configuration: Configuration) {
    self.init()
    partsFrom = configuration.number("analytics.personas.parts_from")
    disabled = Set(configuration.texts("analytics.personas.disabled").compactMap(PersonaAnalytic.init))
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
