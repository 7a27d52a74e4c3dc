/// What a STIX account, identity or threat actor says of itself and through its relations, as a persona's fields.

import JSON
import PersonaRecords
import PluginSupport

enum STIXPersona {
  /// A `user-account` (§6.13). Its time is set by whoever dates it.
  static func account(_ object: STIXObject, type: String, _ all: STIXResolution) -> PersonaRecord {
    let login = object.text("account_login")
    let userID = object.text("user_id")
    let handle = login ?? userID ?? object.text("display_name") ?? object.id
    var record = PersonaRecord(
      time: 0, platform: SocialPlatform.name(type), accountID: userID ?? login ?? object.id,
      handle: handle.hasPrefix("@") ? String(handle.dropFirst()) : handle,
      displayName: object.text("display_name") ?? "")
    record.createdAt = object.time("account_created")
    record.extra.keep("stix_id", object.id)
    for (name, value) in object.customProperties { take(value, named: name, into: &record) }
    for name in ["is_disabled", "is_service_account", "is_privileged"] {
      record.extra.keep(name, object.value[name]?.bool)
    }
    record.extra.keep("account_last_login", object.text("account_last_login"))
    record.extra.keep("account_expires", object.text("account_expires"))

    let identities = all.related(to: object.id, "identity").filter { $0.text("identity_class") != "organization" }
    if let person = identities.first { take(person, into: &record) }
    let own = [object] + identities
    if let picture = own.lazy.compactMap({ all.related(to: $0.id, "artifact").first }).first {
      STIXPicture(picture).fill(&record)
    }
    let actors =
      own.flatMap { all.related(to: $0.id, "threat-actor", "intrusion-set", "campaign") }
    note(actors, into: &record)
    record.extra.keep("impersonates", unique((own + actors).flatMap { all.impersonated(by: $0.id) }))
    record.links += all.related(to: object.id, "url").compactMap { $0.text("value") }
    record.extra.keep("emails", all.related(to: object.id, "email-addr").compactMap { $0.text("value") })
    record.links = unique(record.links)
    locate(&record)
    if record.displayName.isEmpty { record.displayName = record.handle }
    return record
  }

  /// An identity or a threat actor without an account: the object is then the account.
  static func person(_ object: STIXObject, _ links: [String], _ all: STIXResolution) -> PersonaRecord {
    let name = object.text("name") ?? object.id
    var record = PersonaRecord(time: 0, platform: "", accountID: object.id, handle: name, displayName: name)
    record.extra.keep("stix_id", object.id)
    take(object, into: &record)
    if let picture = all.related(to: object.id, "artifact").first { STIXPicture(picture).fill(&record) }
    note(all.related(to: object.id, "threat-actor", "intrusion-set", "campaign"), into: &record)
    record.extra.keep("aliases", object.texts("aliases"))
    record.extra.keep("impersonates", unique(all.impersonated(by: object.id)))
    record.links = unique(links + record.links)
    if let profile = record.links.lazy.compactMap({ ProfileLink($0) }).first {
      record.platform = profile.platform
      record.accountID = profile.handle
      record.handle = profile.handle
    }
    locate(&record)
    return record
  }

  /// Which platform it is on, where the account type does not say: a profile's link does; else `stix`.
  private static func locate(_ record: inout PersonaRecord) {
    let profiles = (record.links + (record.url.map { [$0] } ?? [])).compactMap { link in
      ProfileLink(link).map { (link, $0) }
    }
    if record.platform.isEmpty || record.platform == "unknown" {
      record.platform = profiles.first?.1.platform ?? "stix"
    }
    if record.url == nil { record.url = profiles.first { $0.1.platform == record.platform }?.0 }
  }

  /// What the identity behind an account adds, and never overrides.
  private static func take(_ identity: STIXObject, into record: inout PersonaRecord) {
    if record.displayName.isEmpty { record.displayName = identity.text("name") ?? "" }
    if record.displayName != identity.text("name") { record.extra.keep("identity_name", identity.text("name")) }
    if record.bio == nil { record.bio = identity.text("description") }
    let roles = identity.texts("roles")
    if record.title == nil, !roles.isEmpty { record.title = roles.joined(separator: ", ") }
    if let contact = identity.text("contact_information") {
      record.extra.keep("contact_information", contact)
      record.links += LinkText.links(in: contact)
    }
    record.extra.keep("sectors", identity.texts("sectors"))
    record.extra.keep("labels", identity.texts("labels"))
    if let confidence = identity.value["confidence"]?.uint64 { record.extra.keep("confidence", confidence) }
    for (name, value) in identity.customProperties { take(value, named: name, into: &record) }
  }

  private static func note(_ actors: [STIXObject], into record: inout PersonaRecord) {
    var names: [String] = []
    var aliases: [String] = []
    for actor in actors {
      names += actor.text("name").map { [$0] } ?? []
      aliases += actor.texts("aliases")
    }
    record.extra.keep("threat_actors", unique(names))
    record.extra.keep("threat_actor_aliases", unique(aliases))
  }

  /// A custom property goes to its field where its name and its value fit one that is still free, else to `extra`.
  private static func take(_ value: JSONValue, named name: String, into record: inout PersonaRecord) {
    let text = value.string
    let number = value.uint64
    switch STIXProperty.field(name) {
    case .platform where text != nil: record.platform = SocialPlatform.name(text ?? "")
    case .bio where text != nil && record.bio == nil: record.bio = text
    case .employer where text != nil && record.employer == nil: record.employer = text
    case .title where text != nil && record.title == nil: record.title = text
    case .location where text != nil && record.location == nil: record.location = text
    case .url where text != nil && record.url == nil: record.url = text
    case .links: record.links += texts(of: value)
    case .languages: record.languages += texts(of: value)
    case .verified where value.bool != nil: record.verified = value.bool
    case .followers where number != nil: record.followers = number
    case .following where number != nil: record.following = number
    case .posts where number != nil: record.posts = number
    case .avatarSHA256 where text.map { isDigest($0, 64...64) } == true: record.avatarSHA256 = text
    case .avatarPHash where text.map { isDigest($0, 1...16) } == true: record.avatarPHash = text
    case .changedAt where text.flatMap { EventTime($0) } != nil:
      record.changedAt = text.flatMap { EventTime($0) }?.nanoseconds
    default: record.extra.append(ExtraMember(name, value))
    }
  }

  private static func texts(of value: JSONValue) -> [String] {
    value.string.map { [$0] } ?? (value.elements ?? []).compactMap(\.string)
  }

  private static func isDigest(_ text: String, _ digits: ClosedRange<Int>) -> Bool {
    digits.contains(text.utf8.count) && text.utf8.allSatisfy { Digits.nibble($0) != nil }
  }

  private static func unique(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
  }
}
