/// Where a Windows event keeps its parts, in each of the JSON shapes that shippers give it.

import HostEvents
import JSON
import PluginSupport

/// One event of the Windows event log, found in whichever shape it came: nxlog and Logstash (flat), winlogbeat
/// (`winlog.event_data`), evtx_dump (`Event.System`, `Event.EventData`), Azure (`EventData` as text), xmltodict
/// (`EventData.Data` as a list of named values). Valid as long as the node it was made of.
struct EventShape {
  let id: UInt64
  let isSysmon: Bool
  let isSecurity: Bool
  /// For counting: the log and the id.
  let kind: String
  private let root: JSONNode
  private let system: JSONNode?
  private let data: JSONNode?
  /// `EventData` that was text: as XML.
  private let xml: EventXML?

  /// Nil: an object that is no event of the Windows event log. `inner` parses event data that comes as text.
  init?(_ document: JSONNode, inner: JSONReader) {
    let root = document["Event"].flatMap { $0.kind == .object ? $0 : nil } ?? document["winlog"] ?? document
    let system = root["System"] ?? (root["event_id"] != nil ? root : nil)
    guard let id = Self.number(Self.first(["EventID", "EventId", "event_id", "Id"], in: [system, root, document]))
    else {
      return nil
    }
    self.root = document
    self.system = system ?? (root["EventID"] != nil ? root : nil)
    self.id = id

    let raw = Self.first(["EventData", "event_data", "EventDataJson"], in: [root, document])
    var data = raw
    var xml: EventXML?
    if let text = raw?.utf8 {
      let bytes = UnsafeRawBufferPointer(text)
      data = try? inner.parse(bytes)
      if data?.kind != .object {
        data = nil
        xml = try? EventXML(fragment: bytes)
      }
    }
    // {"EventData": {"Data": …}} and {"EventData": "{\"EventData\": …}"}
    if let nested = data?["EventData"], nested.kind == .object { data = nested }
    self.data = data?.kind == .object || data?.kind == .array ? data : nil
    self.xml = xml

    let places = [system, root, document]
    let channel = Self.text(Self.first(["Channel", "channel", "LogName", "log_name"], in: places))?.lowercased() ?? ""
    let source =
      Self.text(
        Self.first(["Provider", "SourceName", "source_name", "ProviderName", "provider_name", "Source"], in: places))?
      .lowercased() ?? ""
    let names = channel + " " + source
    isSysmon =
      names.contains("sysmon") || (names == " " && (data?["UtcTime"] ?? document["UtcTime"]) != nil)
    isSecurity =
      !isSysmon
      && (source.contains("security-auditing") || channel == "security"
        || (names == " " && [4688, 4689, 5156].contains(id)))
    kind = isSysmon ? "Sysmon \(id)" : isSecurity ? "Security \(id)" : source.isEmpty ? "\(id)" : "\(source) \(id)"
  }

  /// The values of the event: of the event data first, then of the record itself where that is flat.
  var fields: EventFields {
    EventFields { name in
      if let value = xml?.value(name) { return value }
      if let data {
        if let value = Self.text(data[name]) { return value }
        if let list = data.kind == .array ? data : data["Data"], let value = Self.named(name, in: list) { return value }
      }
      return Self.text(root[name])
    }
  }

  /// The machine that logged the event, not the one that collected it.
  var host: String? {
    let places = [system, root]
    let names = ["Computer", "Hostname", "ComputerName", "computer_name", "HostName", "MachineName", "hostname"]
    if let text = Self.text(Self.first(names, in: places)), !text.isEmpty { return text }
    let agent = root["host"]
    return agent?["hostname"]?.string ?? agent?["name"]?.string ?? agent?.string
  }

  /// A member of the record or of its System part, as text.
  func text(_ name: String) -> String? { Self.text(system?[name]) ?? Self.text(root[name]) }

  /// `TimeCreated` in its forms.
  var timeCreated: String? {
    guard let node = system?["TimeCreated"] ?? root["TimeCreated"] ?? root["time_created"] else { return nil }
    if let text = node.string { return text }
    return (node["SystemTime"] ?? node["@SystemTime"] ?? node["#attributes"]?["SystemTime"])?.string
  }

  // MARK: Values in their forms

  private static func first(_ names: [String], in places: [JSONNode?]) -> JSONNode? {
    for place in places {
      guard let place, place.kind == .object else { continue }
      for name in names { if let node = place[name], !node.isNull { return node } }
    }
    return nil
  }

  /// Text, a number, or an object around one of these: `{"#text": …}`, `{"Value": …}`, `{"Name": …}` of a provider.
  private static func text(_ node: JSONNode?) -> String? {
    guard let node else { return nil }
    switch node.kind {
    case .string: return node.string
    case .int: return node.int64.map { "\($0)" }
    case .uint: return node.uint64.map { "\($0)" }
    case .bool: return node.bool.map { "\($0)" }
    case .object:
      for name in ["#text", "Value", "value", "$", "text", "Name", "@Name", "#attributes", "$attributes"] {
        if let inner = node[name], let text = inner.kind == .object ? self.text(inner["Name"]) : text(inner) {
          return text
        }
      }
      return nil
    case .null, .double, .array: return nil
    }
  }

  private static func number(_ node: JSONNode?) -> UInt64? { text(node).flatMap { Digits.number($0) } }

  /// `[{"Name": "UtcTime", "#text": "…"}, …]`, with the name as an attribute in its spellings.
  private static func named(_ name: String, in list: JSONNode) -> String? {
    for item in list.elements {
      let key = item["Name"] ?? item["@Name"] ?? item["name"] ?? item["#attributes"]?["Name"] ?? item["$"]?["Name"]
      guard let key, key.isString(name) else { continue }
      return (item["#text"] ?? item["Value"] ?? item["value"] ?? item["content"] ?? item["_"] ?? item["text"]).flatMap {
        text($0)
      }
    }
    return nil
  }
}
