/// One object of a MISP event (misp-objects' templates), and the event around it.

import JSON
import PluginSupport

/// What an event says of all its objects.
struct MISPEvent {
  var uuid: String
  var info: String
  var organisation: String?
  var tags: [String]
  /// When the event was last published or changed; its date, at midnight, where that is missing.
  var time: Int64?

  init(_ node: JSONNode) {
    uuid = node["uuid"]?.string ?? ""
    info = node["info"]?.string ?? ""
    organisation = node["Orgc"]?["name"]?.string
    tags = (node["Tag"]?.elements.map { $0 } ?? []).prefix(50).compactMap { $0["name"]?.string }
    time =
      MISPObject.moment(node["date"]) ?? MISPObject.moment(node["publish_timestamp"])
      ?? MISPObject.moment(node["timestamp"])
  }
}

/// An object: its attributes by their relation.
struct MISPObject {
  let uuid: String
  let name: String
  let node: JSONNode
  /// Relation, type and value of each attribute that is not deleted.
  private let attributes: [(relation: String, type: String, value: String, node: JSONNode)]
  let references: [(to: String, type: String)]

  /// The most attributes of one object that are looked at.
  private static let mostAttributes = 500

  init(_ node: JSONNode) {
    self.node = node
    uuid = node["uuid"]?.string ?? ""
    name = node["name"]?.string ?? ""
    attributes = (node["Attribute"]?.elements.map { $0 } ?? []).prefix(Self.mostAttributes).compactMap { attribute in
      guard !Self.isSet(attribute["deleted"]), let relation = attribute["object_relation"]?.string,
        let value = Self.text(attribute["value"]), !value.isEmpty
      else { return nil }
      return (relation.lowercased(), attribute["type"]?.string ?? "", value, attribute)
    }
    references = (node["ObjectReference"]?.elements.map { $0 } ?? []).prefix(Self.mostAttributes).compactMap {
      reference in
      guard let to = reference["referenced_uuid"]?.string else { return nil }
      return (to, reference["relationship_type"]?.string ?? "related-to")
    }
  }

  var isDeleted: Bool { Self.isSet(node["deleted"]) }

  /// The first value of the first of these relations that the object has.
  func first(_ relations: [String]) -> String? {
    for relation in relations {
      if let found = attributes.first(where: { $0.relation == relation }) { return found.value }
    }
    return nil
  }

  func first(_ relations: String...) -> String? { first(relations) }

  /// All values of these relations, in the order of the object, each once.
  func all(_ relations: [String]) -> [String] {
    var seen: Set<String> = []
    return attributes.filter { relations.contains($0.relation) && seen.insert($0.value).inserted }.map(\.value)
  }

  /// A picture that lies in an attribute of type `attachment`, in base64: that of the first relation that has one.
  func picture(_ relations: [String]) -> String? {
    for relation in relations {
      let found = attributes.first { $0.relation == relation && $0.type == "attachment" && $0.node["data"] != nil }
      if let text = found?.node["data"]?.string { return text }
    }
    return nil
  }

  /// What no field was found for.
  func others(than relations: Set<String>) -> [(relation: String, value: String)] {
    attributes.filter { !relations.contains($0.relation) && $0.type != "attachment" }.map { ($0.relation, $0.value) }
  }

  /// When it was so: the object's own last sighting, its first, or else its last change.
  var time: Int64? {
    Self.moment(node["last_seen"]) ?? Self.moment(node["first_seen"]) ?? Self.moment(node["timestamp"])
  }

  func time(_ relations: String...) -> Int64? { first(relations).flatMap { Self.moment(text: $0) } }

  /// Seconds since 1970 as text or number, or a time in words. `0` and `""` are MISP's way to say that there is none.
  static func moment(_ node: JSONNode?) -> Int64? { text(node).flatMap { moment(text: $0) } }

  static func moment(text: String) -> Int64? { text == "0" ? nil : WrittenTime.read(text)?.nanoseconds }

  private static func text(_ node: JSONNode?) -> String? {
    node?.string ?? node?.int64.map { String($0) } ?? node?.bool.map { String($0) }
  }

  private static func isSet(_ node: JSONNode?) -> Bool {
    node?.bool == true || node?.int64 == 1 || node?.isString("1") == true
  }
}
