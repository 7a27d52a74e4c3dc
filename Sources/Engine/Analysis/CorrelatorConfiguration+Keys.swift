/// Correlation as the configuration has it.

import Correlation

extension CorrelatorConfiguration {
  init(_ configuration: Configuration) {
    self.init()
    approachWindow = configuration.duration("correlation.approach_window")
    activityWindow = configuration.duration("correlation.activity_window")
    persona = configuration.number("analytics.thresholds.persona")
    personaAlone = configuration.number("analytics.thresholds.persona_case")
    networkAlone = configuration.number("analytics.thresholds.network_case")
    opening = configuration.number("analytics.thresholds.opening")
    joining = configuration.number("analytics.thresholds.joining")
  }
}
