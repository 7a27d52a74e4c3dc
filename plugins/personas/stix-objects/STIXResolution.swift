/// Follows the references between STIX objects, and says which of them are personas and approaches.

import JSON
import PersonaRecords
import PluginSupport

/// One pass over objects that are together. Reads them only.
struct STIXResolution {
  let objects: [STIXObject]
  let indices: [String: Int]
  let fallback: Int64?
  /// Kinds of objects that say nothing of personas, one entry each.
  var skipped: [String] = []
  private var outputs: [any SourceOutput] = []
  /// When an object was seen, and by which observation.
  private var sightings: [String: [Seen]] = [:]
  private var links: [String: [Link]] = [:]

  struct Seen {
    var time: Int64
    var first: Int64?
    var by: String
  }

  /// A relationship as one of its ends sees it.
  struct Link {
    var type: String
    var other: String
    /// This end is the source.
    var isOutward: Bool
    var time: Int64?
  }

  init(_ objects: [STIXObject], _ indices: [String: Int], fallback: Int64?) {
    self.objects = objects
    self.indices = indices
    self.fallback = fallback
  }

  mutating func run() -> [any SourceOutput] {
    for object in objects { index(object) }
    for object in objects {
      switch object.type {
      case "user-account": account(object)
      case "identity": identity(object)
      case "threat-actor": actor(object)
      case "email-message": outputs += STIXMail.outreach(of: object, self)
      default: break
      }
    }
    return outputs
  }

  subscript(id: String) -> STIXObject? { indices[id].map { objects[$0] } }

  private mutating func index(_ object: STIXObject) {
    switch object.type {
    case "observed-data":
      guard let last = object.time("last_observed") ?? object.time("first_observed") else { return }
      let seen = Seen(time: last, first: object.time("first_observed"), by: object.id)
      for id in object.texts("object_refs") { sightings[id, default: []].append(seen) }
      for (key, _) in object.value["objects"]?.members ?? [] {
        sightings[STIXGraph.id(key, within: object.id), default: []].append(seen)
      }
    case "sighting":
      guard let of = object.text("sighting_of_ref"),
        let last = object.time("last_seen") ?? object.time("first_seen") ?? object.modified
      else { return }
      sightings[of, default: []].append(Seen(time: last, first: object.time("first_seen"), by: object.id))
    case "relationship":
      guard let from = object.text("source_ref"), let to = object.text("target_ref") else { return }
      let type = object.text("relationship_type") ?? "related-to"
      links[from, default: []].append(Link(type: type, other: to, isOutward: true, time: object.modified))
      links[to, default: []].append(Link(type: type, other: from, isOutward: false, time: object.modified))
    case "email-addr":
      guard let owner = object.text("belongs_to_ref") else { return }
      links[owner, default: []].append(Link(type: "belongs-to", other: object.id, isOutward: false, time: nil))
    default: break
    }
  }

  /// The objects of these types at the other end of the object's relationships, each once. At most 100: a hub of a graph
  /// says nothing of an account.
  func related(to id: String, _ types: String...) -> [STIXObject] {
    var seen: Set<String> = []
    var out: [STIXObject] = []
    for link in links[id] ?? [] where out.count < 100 && seen.insert(link.other).inserted {
      if let other = self[link.other], types.contains(other.type) { out.append(other) }
    }
    return out
  }

  /// Whom it pretends to be: the targets of `impersonates` (§10.13).
  func impersonated(by id: String) -> [String] {
    (links[id] ?? []).prefix(1000).filter { $0.isOutward && $0.type == "impersonates" }
      .compactMap { self[$0.other]?.text("name") }
  }

  func isAttributed(_ id: String) -> Bool {
    (links[id] ?? []).contains { !$0.isOutward && $0.type == "attributed-to" }
  }

  /// When it was so, the earliest first: what was observed; else the newest of what is said of it; else the fallback.
  func moments(of id: String) -> [Seen] {
    let seen = (sightings[id] ?? []).sorted { ($0.time, $0.by) < ($1.time, $1.by) }
    if !seen.isEmpty {
      var times: Set<Int64> = []
      return seen.filter { times.insert($0.time).inserted }
    }
    var dates = (links[id] ?? []).compactMap { $0.time ?? self[$0.other]?.modified }
    if let own = self[id]?.modified { dates.append(own) }
    if let last = dates.max() ?? self[id]?.time("account_last_login") ?? fallback {
      return [Seen(time: last, first: nil, by: id)]
    }
    return []
  }

  // MARK: Personas

  private mutating func account(_ object: STIXObject) {
    let type = object.text("account_type")?.lowercased() ?? ""
    if STIXObject.ofMachines.contains(type) {
      skipped.append("user-account of type \(type)")
      return
    }
    add(STIXPersona.account(object, type: type, self), of: object)
  }

  /// A person without an account in the bundle: a persona only where something says that it is one.
  private mutating func identity(_ object: STIXObject) {
    guard related(to: object.id, "user-account").isEmpty else { return }
    let kind = object.text("identity_class") ?? "individual"
    let isPerson = kind == "individual" || kind == "unknown" || kind == "unspecified"
    let isSeen = sightings[object.id] != nil || isAttributed(object.id) || !impersonated(by: object.id).isEmpty
    let links = LinkText.links(in: object.text("contact_information") ?? "")
    guard isPerson, isSeen || links.contains(where: { ProfileLink($0) != nil }) else {
      skipped.append("identity without account or sighting")
      return
    }
    add(STIXPersona.person(object, links, self), of: object)
  }

  private mutating func actor(_ object: STIXObject) {
    guard
      related(to: object.id, "user-account", "identity").allSatisfy({ $0.type == "identity" && !isAttributed($0.id) })
    else { return }
    guard !impersonated(by: object.id).isEmpty || sightings[object.id] != nil else {
      skipped.append("threat-actor without account, sighting or impersonation")
      return
    }
    add(STIXPersona.person(object, LinkText.links(in: object.text("description") ?? ""), self), of: object)
  }

  private mutating func add(_ persona: PersonaRecord, of object: STIXObject) {
    let moments = moments(of: object.id)
    guard !moments.isEmpty else {
      outputs.append(
        Rejection(
          object.place,
          "\(object.id): no observed-data, sighting or relationship dates it; the parameter observed_at can"))
      return
    }
    for seen in moments {
      var record = persona
      record.time = seen.time
      if seen.by != object.id { record.extra.keep("stix_seen_by", seen.by) }
      if let first = seen.first, first != seen.time {
        record.extra.append(ExtraMember("first_observed_ns", .int(first)))
      }
      outputs.append(record)
    }
  }
}
