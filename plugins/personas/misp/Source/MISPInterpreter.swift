/// Reads MISP events: exports, feeds, and the answers of its API, each event as a whole.

import JSON
import PersonaRecords
import Pictures
import PluginSupport

/// `{"Event": …}`, `{"response": [{"Event": …}, …]}`, `[{"Event": …}, …]`, or several of these one after another.
public final class MISPInterpreter: DocumentInterpreter {
  /// The largest event that is read. MISP's own feeds cut far below.
  static let mostBytes = 48 << 20

  private var cutter = JSONCutter(
    paths: [
      [.member("Event")], [.member("response"), .element, .member("Event")],
      [.member("response"), .member("Event")], [.element, .member("Event")],
    ], limit: MISPInterpreter.mostBytes)
  private let reader = JSONReader(maxBytes: MISPInterpreter.mostBytes)
  private var skips = SkipCounts()
  private var pictures = AvatarPictures()

  public init() {}

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    cutter.take(bytes, at: place) { take($0, into: &queue) }
  }

  public func end(at place: Place, into queue: inout OutputQueue) { cutter.end { take($0, into: &queue) } }

  public var skipped: [(kind: String, count: UInt64)] { skips.list + pictures.skipped }
  public func takeWarning() -> String? { pictures.takeWarning() }
  public func takeEffort() -> Int { pictures.takeEffort() / AvatarPictures.pixelsOfByte }

  private func take(_ event: JSONCutter.Event, into queue: inout OutputQueue) {
    switch event {
    case .value(_, let place, JSONCutter.whole): queue.reject(place, "no MISP event: expected an object with `Event`")
    case .value(let bytes, let place, _):
      do { read(try reader.parse(bytes), place, into: &queue) } catch {
        let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
        queue.reject(at, "bad JSON: \(error.reason)")
      }
    case .tooLong(let place): queue.reject(place, "the event is longer than 48 MiB")
    case .broken(let place, let reason): queue.reject(place, "bad JSON: \(reason); reading goes on at the next text")
    case .textEnded(let place): queue.restart(at: place)
    }
  }

  private func read(_ node: JSONNode, _ place: Place, into queue: inout OutputQueue) {
    guard node.kind == .object else { return queue.reject(place, "Event: expected an object") }
    pictures.beginDocument()
    let event = MISPEvent(node)
    var objects: [MISPObject] = []
    for element in node["Object"]?.elements.map({ $0 }) ?? [] {
      let object = MISPObject(element)
      if object.isDeleted { skips.skip("deleted object") } else { objects.append(object) }
    }
    let byID = Dictionary(objects.enumerated().map { ($0.element.uuid, $0.offset) }, uniquingKeysWith: { $1 })
    // Whoever refers to whom: a person and its accounts may point either way.
    var links: [Int: [Int]] = [:]
    for (index, object) in objects.enumerated() {
      for reference in object.references {
        guard let other = byID[reference.to], links[index, default: []].count < 100 else { continue }
        links[index, default: []].append(other)
        links[other, default: []].append(index)
      }
    }
    for (index, object) in objects.enumerated() {
      let linked = (links[index] ?? []).prefix(100).map { objects[$0] }
      read(object, linked, event, place, into: &queue)
    }
  }

  private func read(
    _ object: MISPObject, _ linked: [MISPObject], _ event: MISPEvent, _ place: Place, into queue: inout OutputQueue
  ) {
    let isAccount = MISPAccount.isAccount(object.name)
    guard isAccount || ["microblog", "person", "email"].contains(object.name) else {
      return skips.skip("\(object.name.isEmpty ? "nameless" : object.name) object")
    }
    guard let time = object.time ?? event.time else {
      return queue.reject(place, "object \(object.uuid): neither it nor its event has a time")
    }
    switch object.name {
    case "microblog":
      let outputs = MISPPost.outputs(object, event, at: time) { takePicture(of: [object], into: &$0, at: place) }
      if outputs.isEmpty { queue.reject(place, "object \(object.uuid): a microblog without `username`") }
      for output in outputs { queue.add(output) }
    case "email":
      let approaches = MISPMail.outreach(object, event, at: time)
      if approaches.isEmpty { queue.reject(place, "object \(object.uuid): an email needs `from` and `to`") }
      for record in approaches { queue.add(record) }
    case "person":
      // A person with accounts is told of with these.
      if linked.contains(where: { MISPAccount.isAccount($0.name) }) { return }
      guard var record = MISPAccount.person(object, at: time) else {
        return queue.reject(place, "object \(object.uuid): a person without a name")
      }
      takePicture(of: [object], into: &record, at: place)
      queue.add(Self.finished(record, object, event))
    default:
      guard var record = MISPAccount.persona(object, at: time) else {
        return queue.reject(place, "object \(object.uuid): an account with neither id, name nor profile link")
      }
      let people = linked.filter { $0.name == "person" }
      for person in people { MISPAccount.add(person: person, to: &record) }
      takePicture(of: [object] + people, into: &record, at: place)
      queue.add(Self.finished(record, object, event))
    }
  }

  /// The picture of the first of the objects that has one.
  private func takePicture(of objects: [MISPObject], into record: inout PersonaRecord, at place: Place) {
    guard let text = objects.lazy.compactMap({ $0.picture(MISPAccount.pictures) }).first else { return }
    record.take(pictures.read(at: place) { () throws(PictureProblem) in try PictureHashes(base64: text) })
  }

  private static func finished(_ record: PersonaRecord, _ object: MISPObject, _ event: MISPEvent) -> PersonaRecord {
    var record = record
    for (relation, value) in object.others(than: MISPAccount.taken).prefix(50) { record.extra.keep(relation, value) }
    record.extra += provenance(object, event)
    record.id = StableID.of("misp/persona", [event.uuid, object.uuid, "\(record.time)", record.handle])
    return record
  }

  /// Where it is from: event, object, who published it, and how it was marked.
  static func provenance(_ object: MISPObject, _ event: MISPEvent) -> [ExtraMember] {
    var extra: [ExtraMember] = []
    extra.keep("misp_event", event.uuid)
    extra.keep("misp_object", object.uuid)
    extra.keep("misp_info", event.info)
    extra.keep("misp_organisation", event.organisation)
    extra.keep("misp_tags", event.tags)
    return extra
  }
}
