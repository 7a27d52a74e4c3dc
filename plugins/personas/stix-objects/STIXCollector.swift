/// Takes STIX objects one by one, whoever brings them (a bundle's file, a TAXII envelope), and makes records of them once
/// they are together.

import JSON
import PersonaRecords
import Pictures
import PluginSupport

/// Holds the objects of a bundle, or of some TAXII envelopes, until ``resolve(observedAt:)``.
///
///     let collector = STIXCollector()
///     try collector.add(envelope: bytes)
///     for output in collector.resolve(observedAt: dateAdded) { output.put(into: sink) }
///
/// Objects refer to each other in any order, so nothing is told before all are there. One thread at a time.
public final class STIXCollector {
  /// At most so many objects and bytes are held: whoever finds it full resolves, and goes on with the rest. References
  /// across that point are then not followed.
  public static let mostObjects = 100_000
  public static let mostBytes = 32 << 20

  private let reader: JSONReader
  private(set) var objects: [STIXObject] = []
  /// Where in `objects` the newest version of an id stands.
  private(set) var indices: [String: Int] = [:]
  private var bytes = 0
  private var counts: [String: UInt64] = [:]
  private var pictures = AvatarPictures()
  private static let mostKinds = 256

  /// A collector whose objects and envelopes have at most `maxBytes` bytes.
  public init(maxBytes: Int = 16 << 20) { reader = JSONReader(maxBytes: maxBytes) }

  public var isEmpty: Bool { objects.isEmpty }
  public var isFull: Bool { objects.count >= Self.mostObjects || bytes >= Self.mostBytes }

  /// What was read over, by kind, the most frequent first.
  public var skipped: [(kind: String, count: UInt64)] {
    counts.map { (kind: $0.key, count: $0.value) }.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
      + pictures.skipped
  }

  /// The work on pictures since this was last asked, in bytes of ordinary reading.
  public func takeEffort() -> Int { pictures.takeEffort() / AvatarPictures.pixelsOfByte }

  func skip(_ kind: String) {
    let known = counts[kind] != nil || counts.count < Self.mostKinds
    counts[known ? kind : "others", default: 0] &+= 1
  }

  /// Adds one object, a bundle, or an envelope as the JSON text that it is. Objects that are refused come back with the
  /// reason, the others are taken.
  public func add(_ text: UnsafeRawBufferPointer, at place: Place) -> [Rejection] {
    let node: JSONNode
    do { node = try reader.parse(text) } catch {
      let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
      return [Rejection(at, "bad JSON: \(error.reason)")]
    }
    // An envelope of TAXII 2.1 (§3.7) has no type; a bundle (STIX 2.1 §8) has.
    guard node.kind == .object, let list = node["objects"], node["type"]?.isString("observed-data") != true else {
      return add(node, bytes: text.count, at: place).map { [Rejection(place, $0)] } ?? []
    }
    guard list.kind == .array else { return [Rejection(place, "`objects`: expected an array")] }
    let share = text.count / max(list.count, 1)
    return list.elements.compactMap { object in add(object, bytes: share, at: place).map { Rejection(place, $0) } }
  }

  /// Adds one object of so many bytes; the reason where it is refused.
  public func add(_ node: JSONNode, bytes size: Int, at place: Place) -> String? {
    guard node.kind == .object else { return "expected a STIX object" }
    guard let type = node["type"]?.string else { return "field `type`: text is required" }
    guard STIXObject.held.contains(type) else {
      skip(String(type.prefix(64)))
      return nil
    }
    if node["revoked"]?.bool == true {
      skip("revoked \(type)")
      return nil
    }
    let id = node["id"]?.string ?? ""
    guard id.hasPrefix("\(type)--"), id.utf8.count <= 256 else { return "field `id`: expected \(type)--UUID" }
    if type == "artifact" {
      guard let picture = STIXPicture(node, at: place, &pictures) else {
        skip("artifact that holds no picture")
        return nil
      }
      hold(STIXObject(id: id, type: type, value: picture.value, place: place))
      return nil
    }
    hold(STIXObject(id: id, type: type, value: JSONValue(node), place: place))
    bytes += size
    if type == "observed-data" { addGraph(of: node, id, place) }
    return nil
  }

  /// The observables within an observed-data object, as STIX 2.0 wrote them (in 2.1 deprecated, §4.14): their ids are
  /// numbers that hold within it.
  private func addGraph(of node: JSONNode, _ id: String, _ place: Place) {
    guard let graph = node["objects"], graph.kind == .object else { return }
    for member in graph.members {
      guard let type = member.value["type"]?.string, STIXObject.held.contains(type), type != "artifact" else {
        continue
      }
      let value = STIXGraph.qualified(JSONValue(member.value), within: id)
      hold(STIXObject(id: STIXGraph.id(member.key, within: id), type: type, value: value, place: place))
    }
  }

  /// Of two versions of an object the newer one counts; of two of an observable the later one.
  private func hold(_ object: STIXObject) {
    if let index = indices[object.id] {
      if let old = objects[index].modified, let new = object.modified, new < old { return }
      objects[index] = object
    } else {
      indices[object.id] = objects.count
      objects.append(object)
    }
  }

  /// The records of what is held, in the order in which the objects came; the collector is empty then.
  ///
  /// - Parameter fallback: when things were so that no object dates: TAXII's date of addition, for instance. Nil: such an
  ///   account is refused.
  public func resolve(observedAt fallback: Int64? = nil) -> [any SourceOutput] {
    defer {
      objects.removeAll(keepingCapacity: true)
      indices.removeAll(keepingCapacity: true)
      bytes = 0
      pictures.beginDocument()
    }
    var resolution = STIXResolution(objects, indices, fallback: fallback)
    let outputs = resolution.run()
    for kind in resolution.skipped { skip(kind) }
    return outputs
  }
}

/// The ids within an observed-data object of STIX 2.0.
enum STIXGraph {
  static func id(_ key: String, within outer: String) -> String { "\(outer)/\(key)" }

  /// The object with the references of its members made those of the whole bundle.
  static func qualified(_ object: JSONValue, within outer: String) -> JSONValue {
    guard let members = object.members else { return object }
    return .object(
      members.map { name, value in
        if name.hasSuffix("_ref"), let key = value.string, !key.isLongID {
          return (name, .string(id(key, within: outer)))
        }
        if name.hasSuffix("_refs"), let keys = value.elements {
          return (
            name,
            .array(
              keys.map { key in key.string.map { .string($0.isLongID ? $0 : id($0, within: outer)) } ?? key })
          )
        }
        return (name, value)
      })
  }
}

extension String {
  /// `type--UUID`, which holds everywhere.
  fileprivate var isLongID: Bool {
    var dashes = 0
    for byte in utf8 {
      dashes = byte == UInt8(ascii: "-") ? dashes + 1 : 0
      if dashes == 2 { return true }
    }
    return false
  }
}
