/// Reads the events of Bluesky's Jetstream: one JSON object a line, from a file or a pipe.

import JSON
import PersonaRecords
import PluginSupport

/// Follows, mentions and answers of the whole network, of which those to the watched accounts are kept; profiles that
/// have one of the words in them; changes of handle and status of named accounts.
///
/// It keeps nothing from one line to the next, so that a restart at any of them gives the same.
final class JetstreamInterpreter: LineInterpreter {
  private let reader = JSONReader(maxBytes: 1 << 20)
  /// DIDs whose approaches are told; empty: all.
  private let watched: Set<String>
  /// Lower case; a profile with one of them is told.
  private let words: [String]
  /// DIDs whose profiles and changes are told.
  private let accounts: Set<String>
  private var counts: [String: UInt64] = [:]
  /// What the last line told and the sink had no room for.
  private var pending: [any SourceOutput] = []
  private var pendingPlace = Place.start

  init(_ text: UnsafeRawBufferPointer) throws(SourceFailure) {
    var lists: [String: [String]] = [:]
    if !text.isEmpty {
      do throws(JSONError) {
        let node = try reader.parse(text)
        for member in node.members {
          let values = (member.value.string.map { [$0] }) ?? member.value.elements.compactMap(\.string)
          lists[member.key] = values
        }
      } catch {
        throw SourceFailure("parameters: \(error)")
      }
    }
    if let unknown = lists.keys.first(where: { !["watch", "words", "accounts"].contains($0) }) {
      throw SourceFailure("parameter \(unknown.prefix(40)) is unknown; known are accounts, watch, words")
    }
    for name in ["watch", "accounts"] {
      if let wrong = lists[name]?.first(where: { !$0.hasPrefix("did:") }) {
        throw SourceFailure("parameter \(name): '\(wrong.prefix(60))' is no DID (did:plc:…)")
      }
    }
    watched = Set(lists["watch"] ?? [])
    accounts = Set(lists["accounts"] ?? [])
    words = (lists["words"] ?? []).filter { !$0.isEmpty }.map { $0.lowercased() }
  }

  var skipped: [(kind: String, count: UInt64)] {
    counts.map { (kind: $0.key, count: $0.value) }.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
  }

  private func skip(_ kind: String) { counts[kind, default: 0] &+= 1 }

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
    interpret(bytes, at: place, into: sink)
    drain(into: sink)
  }

  private func interpret(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    let node: JSONNode
    do { node = try reader.parse(bytes) } catch {
      let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
      return sink.reject(at, "bad JSON: \(error.reason)")
    }
    guard let did = node["did"]?.string, did.hasPrefix("did:") else {
      return sink.reject(place, "field `did` is required")
    }
    guard let micros = node["time_us"]?.int64, case (let time, let over) = micros.multipliedReportingOverflow(by: 1000),
      !over
    else { return sink.reject(place, "field `time_us`: expected microseconds since 1970") }
    switch node["kind"]?.string {
    case "commit":
      guard let commit = node["commit"] else { return sink.reject(place, "field `commit` is required") }
      self.commit(commit, did, time, place, into: sink)
    case "identity":
      guard accounts.contains(did) else { return skip("identity of others") }
      change(did, "handle", node["identity"]?["handle"]?.string, time, into: sink)
    case "account":
      guard accounts.contains(did) else { return skip("account of others") }
      let account = node["account"]
      change(
        did, "status", account?["status"]?.string ?? (account?["active"]?.bool == true ? "active" : nil), time,
        into: sink)
    default: skip("unknown kind")
    }
  }

  private func change(_ did: String, _ field: String, _ to: String?, _ time: Int64, into sink: RecordSink) {
    guard let to else { return skip("\(field) without a value") }
    var record = PersonaChangeRecord(time: time, platform: "bluesky", accountID: did, field: field)
    record.to = to
    record.id = StableID.of("jetstream", [did, field, to, "\(time)"])
    pending.append(record)
  }

  private func commit(
    _ commit: JSONNode, _ did: String, _ time: Int64, _ place: Place, into sink: RecordSink
  ) {
    let collection = commit["collection"]?.string ?? ""
    guard commit["operation"]?.isString("delete") != true, let record = commit["record"], record.kind == .object else {
      return skip(
        "\(["delete", "update", "create"].first { commit["operation"]?.isString($0) == true } ?? "other") without a record"
      )
    }
    let key = commit["rkey"]?.string ?? ""
    switch collection {
    case "app.bsky.graph.follow":
      guard let subject = record["subject"]?.string else { return sink.reject(place, "a follow without a subject") }
      guard isWatched(subject) else { return skip("follow of others") }
      outreach(.follow, did, subject, time, [did, collection, key, subject], nil, into: sink)
    case "app.bsky.feed.post": post(record, did, time, key, into: sink)
    case "app.bsky.actor.profile": profile(record, did, time, into: sink)
    default: skip("other collections")
    }
  }

  private func isWatched(_ did: String) -> Bool { watched.isEmpty || watched.contains(did) }

  private func post(_ record: JSONNode, _ did: String, _ time: Int64, _ key: String, into sink: RecordSink) {
    var told: Set<String> = []
    // at://DID/collection/rkey: whose post it answers.
    if let parent = record["reply"]?["parent"]?["uri"]?.string, parent.hasPrefix("at://") {
      let author = String(parent.dropFirst(5).prefix { $0 != "/" })
      if author != did, isWatched(author), told.insert(author).inserted {
        outreach(.reply, did, author, time, [did, "post", key, author], record, into: sink)
      }
    }
    for mentioned in JetstreamPost.features(record, "did") where mentioned != did && isWatched(mentioned) {
      if told.insert(mentioned).inserted {
        outreach(.mention, did, mentioned, time, [did, "post", key, mentioned], record, into: sink)
      }
    }
    if told.isEmpty { skip("post to others") }
  }

  private func outreach(
    _ kind: OutreachRecord.Kind, _ from: String, _ to: String, _ time: Int64, _ id: [String], _ post: JSONNode?,
    into sink: RecordSink
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
    pending.append(outreach)
  }

  private func profile(_ record: JSONNode, _ did: String, _ time: Int64, into sink: RecordSink) {
    let name = record["displayName"]?.string ?? ""
    let bio = record["description"]?.string
    let text = "\(name)\n\(bio ?? "")".lowercased()
    guard accounts.contains(did) || words.contains(where: { text.contains($0) }) else {
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
    pending.append(persona)
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
