/// Reads the events of Bluesky's Jetstream: one JSON object a line of a file, or a message of the live stream.

import JSON
import PersonaRecords
import PluginSupport

/// What an event comes to.
struct JetstreamEvent {
  /// When the server had it, microseconds since 1970; nil where it does not say.
  var micros: Int64?
  var outputs: [any SourceOutput] = []
}

/// Follows, mentions and answers of the whole network, of which those to the watched accounts are kept; profiles that
/// have one of the words in them; changes of handle, status and profile of named accounts.
///
/// It keeps nothing from one event to the next, so that a restart at any of them gives the same.
final class JetstreamInterpreter: LineInterpreter {
  private let reader = JSONReader(maxBytes: 1 << 20)
  private let filter: JetstreamFilter
  private var counts = SkipCounts()
  /// What the last line told and the sink had no room for.
  private var pending: [any SourceOutput] = []
  private var pendingPlace = Place.start
  /// The event at hand.
  private var event = JetstreamEvent()

  init(_ filter: JetstreamFilter) { self.filter = filter }

  var skipped: [(kind: String, count: UInt64)] { counts.list }

  private func skip(_ kind: String) { counts.skip(kind) }

  func drain(into sink: RecordSink) {
    var given = 0
    while !sink.isFull, given < pending.count {
      pending[given].put(into: sink)
      given += 1
    }
    pending.removeFirst(given)
  }

  var unfinished: Place? { pending.isEmpty ? nil : pendingPlace }

  func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    pendingPlace = place
    pending += read(bytes, at: place).outputs
    drain(into: sink)
  }

  /// One event.
  func read(_ bytes: UnsafeRawBufferPointer, at place: Place) -> JetstreamEvent {
    event = JetstreamEvent()
    interpret(bytes, at: place)
    return event
  }

  private func tell(_ output: some SourceOutput) { event.outputs.append(output) }
  private func reject(_ place: Place, _ reason: String) { tell(Rejection(place, reason)) }

  private func interpret(_ bytes: UnsafeRawBufferPointer, at place: Place) {
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    let node: JSONNode
    do { node = try reader.parse(bytes) } catch {
      let at = Place(line: place.line, offset: place.offset.addingReportingOverflow(UInt64(clamping: error.offset)).0)
      return reject(place.line == 0 ? place : at, "bad JSON: \(error.reason)")
    }
    guard let did = node["did"]?.string, did.hasPrefix("did:") else { return reject(place, "field `did` is required") }
    guard let micros = node["time_us"]?.int64, case (let time, let over) = micros.multipliedReportingOverflow(by: 1000),
      !over
    else { return reject(place, "field `time_us`: expected microseconds since 1970") }
    event.micros = micros
    switch node["kind"]?.string {
    case "commit":
      guard let commit = node["commit"] else { return reject(place, "field `commit` is required") }
      self.commit(commit, did, time, place)
    case "identity":
      guard filter.accounts.contains(did) else { return skip("identity of others") }
      change(did, "handle", node["identity"]?["handle"]?.string, time)
    case "account":
      guard filter.accounts.contains(did) else { return skip("account of others") }
      let account = node["account"]
      change(did, "status", account?["status"]?.string ?? (account?["active"]?.bool == true ? "active" : nil), time)
    default: skip("unknown kind")
    }
  }

  private func change(_ did: String, _ field: String, _ to: String?, _ time: Int64) {
    guard let to else { return skip("\(field) without a value") }
    var record = PersonaChangeRecord(time: time, platform: "bluesky", accountID: did, field: field)
    record.to = to
    record.id = StableID.of("jetstream", [did, field, to, "\(time)"])
    tell(record)
  }

  private func commit(
    _ commit: JSONNode, _ did: String, _ time: Int64, _ place: Place
  ) {
    let collection = commit["collection"]?.string ?? ""
    if commit["operation"]?.isString("delete") == true { return deletion(of: collection, did, time) }
    guard let record = commit["record"], record.kind == .object else {
      return reject(place, "a commit without a record")
    }
    let key = commit["rkey"]?.string ?? ""
    switch collection {
    case "app.bsky.graph.follow":
      guard let subject = record["subject"]?.string else { return reject(place, "a follow without a subject") }
      guard filter.isWatched(subject) else { return skip("follow of others") }
      outreach(.follow, did, subject, time, [did, collection, key, subject], nil)
    case "app.bsky.feed.post": post(record, did, time, key)
    case "app.bsky.actor.profile": profile(record, did, time)
    default: skip("other collections")
    }
  }

  /// A deletion has the key of what is gone, and nothing of what it was.
  private func deletion(of collection: String, _ did: String, _ time: Int64) {
    switch collection {
    case "app.bsky.actor.profile" where filter.accounts.contains(did): change(did, "profile", "deleted", time)
    case "app.bsky.actor.profile": skip("deletion of a profile of others")
    case "app.bsky.graph.follow": skip("end of a follow, which does not say of whom")
    default: skip("deletion in other collections")
    }
  }

  private func post(_ record: JSONNode, _ did: String, _ time: Int64, _ key: String) {
    var told: Set<String> = []
    // at://DID/collection/rkey: whose post it answers.
    if let parent = record["reply"]?["parent"]?["uri"]?.string, parent.hasPrefix("at://") {
      let author = String(parent.dropFirst(5).prefix { $0 != "/" })
      if author != did, filter.isWatched(author), told.insert(author).inserted {
        outreach(.reply, did, author, time, [did, "post", key, author], record)
      }
    }
    for mentioned in JetstreamPost.features(record, "did") where mentioned != did && filter.isWatched(mentioned) {
      if told.insert(mentioned).inserted {
        outreach(.mention, did, mentioned, time, [did, "post", key, mentioned], record)
      }
    }
    if told.isEmpty { skip("post to others") }
  }

  private func outreach(
    _ kind: OutreachRecord.Kind, _ from: String, _ to: String, _ time: Int64, _ id: [String], _ post: JSONNode?
  ) {
    var outreach = OutreachRecord(
      time: time, platform: "bluesky", kind: kind, from: PartyRecord(accountID: from), to: PartyRecord(accountID: to))
    if let post {
      outreach.text = post["text"]?.string
      outreach.links = JetstreamPost.features(post, "uri")
      if let embedded = post["embed"]?["external"]?["uri"]?.string, !outreach.links.contains(embedded) {
        outreach.links.append(embedded)
      }
    }
    outreach.id = StableID.of("jetstream", id)
    tell(outreach)
  }

  private func profile(_ record: JSONNode, _ did: String, _ time: Int64) {
    let name = record["displayName"]?.string ?? ""
    let bio = record["description"]?.string
    let text = "\(name)\n\(bio ?? "")".lowercased()
    guard filter.accounts.contains(did) || filter.words.contains(where: { text.contains($0) }) else {
      return skip("profile of others")
    }
    // The event has no handle: the account is known by its DID.
    var persona = PersonaRecord(
      time: time, platform: "bluesky", accountID: did, handle: did, displayName: name.isEmpty ? did : name)
    persona.bio = bio
    persona.links = LinkText.links(in: bio ?? "")
    persona.url = "https://bsky.app/profile/\(did)"
    persona.extra.keep("avatar_cid", record["avatar"]?["ref"]?["$link"]?.string)
    persona.id = StableID.of("jetstream", [did, "profile", "\(time)"])
    tell(persona)
  }
}

/// The facets of a post's record.
enum JetstreamPost {
  private static let most = 100

  /// The values that the features of a post's facets have under a name: `did` of mentions, `uri` of links.
  static func features(_ record: JSONNode, _ name: String) -> [String] {
    var found: [String] = []
    guard let facets = record["facets"] else { return found }
    for facet in facets.elements {
      guard let features = facet["features"] else { continue }
      for feature in features.elements {
        if let value = feature[name]?.string, found.count < most, !found.contains(value) { found.append(value) }
      }
    }
    return found
  }
}
