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
    readThresholds(configuration)
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

  private mutating func readThresholds(_ configuration: Configuration) {
    thresholds.stockAccounts = Int(configuration.integer("analytics.personas.stock_accounts"))
    thresholds.faceAccounts = Int(configuration.integer("analytics.personas.face_accounts"))
    thresholds.bioAccounts = Int(configuration.integer("analytics.personas.bio_accounts"))
    thresholds.serviceAccounts = Int(configuration.integer("analytics.personas.service_accounts"))
    thresholds.pagePeople = Int(configuration.integer("analytics.personas.page_people"))
    thresholds.pictureDistance = Int(configuration.integer("analytics.personas.picture_distance"))
    thresholds.facePictureDistance = Int(configuration.integer("analytics.personas.face_picture_distance"))
    thresholds.wordingWords = Int(configuration.integer("analytics.personas.wording_words"))
    thresholds.campaignYoungDays = Double(configuration.integer("analytics.personas.campaign_young_days"))
    thresholds.campaignGrownDays = Double(configuration.integer("analytics.personas.campaign_grown_days"))
    thresholds.fewPosts = Int(configuration.integer("analytics.personas.few_posts"))
    thresholds.somePosts = Int(configuration.integer("analytics.personas.some_posts"))
    thresholds.burstDays = Int(configuration.integer("analytics.personas.burst_days"))
    thresholds.linkBurstDays = Int(configuration.integer("analytics.personas.link_burst_days"))
    thresholds.quietDays = Int(configuration.integer("analytics.personas.quiet_days"))
    thresholds.knownDays = Int(configuration.integer("analytics.personas.known_days"))
    thresholds.dormantDays = Int(configuration.integer("analytics.personas.dormant_days"))
    thresholds.joiningDays = Int(configuration.integer("analytics.personas.joining_days"))
    thresholds.usualAccounts = Int(configuration.integer("analytics.personas.usual_accounts"))
    thresholds.habitApproaches = Int(configuration.integer("analytics.personas.habit_approaches"))
  }
}
