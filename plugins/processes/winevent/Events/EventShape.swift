/// Where a Windows event keeps its parts, in each of the JSON shapes that shippers give it.

import HostEvents
import JSON
import PluginSupport

/// One event of the Windows event log, found in whichever shape it came: nxlog and Logstash (flat), winlogbeat
/// (`winlog.event_data`, as objects or as dotted names, within `_source` of a search's hit), evtx_dump (`Event.System`,
/// `Event.EventData`), Azure (`EventData` as text), xmltodict (`EventData.Data` as a list of named values), the event
/// itself in XML, alone or as a member of a record. Valid as long as the node it was made of.
struct EventShape {
  let id: UInt64
  let isSysmon: Bool
  let isSecurity: Bool
  /// For counting: the log and the id.
  let kind: String
  private let root: JSONNode?
  private let system: JSONNode?
  private let data: JSONNode?
  /// `EventData`, or the whole event, that was text: as XML.
  private let xml: EventXML?

  /// Nil: an object that is no event of the Windows event log. `inner` parses event data that comes as text.
  init?(_ document: JSONNode, inner: JSONReader) {
    let document = Self.unwrapped(document)
    let root = document["Event"].flatMap { $0.kind == .object ? $0 : nil } ?? document["winlog"] ?? document
    let system = root["System"] ?? (root["event_id"] != nil ? root : nil)
    let number = Self.number(Self.first(Self.idNames, in: [system, root, document]) ?? document["event"]?["code"])
    guard let id = number else {
      guard let whole = Self.wholeEvent(document) else { return nil }
      self = EventShape(whole)
      return
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
    if data == nil, xml == nil, let whole = Self.wholeEvent(document), whole.eventID == id { xml = whole }
    // {"EventData": {"Data": …}} and {"EventData": "{\"EventData\": …}"}
    if let nested = data?["EventData"], nested.kind == .object { data = nested }
    self.data = data?.kind == .object || data?.kind == .array ? data : nil
    self.xml = xml

    let places = [system, root, document]
    let channel = Self.text(Self.first(Self.channelNames, in: places))
    let source = Self.text(Self.first(Self.providerNames, in: places)) ?? xml?.provider
    let hasUtcTime = (data?["UtcTime"] ?? document["UtcTime"]) != nil || xml?.value("UtcTime") != nil
    (isSysmon, isSecurity, kind) = Self.log(id, channel: channel, source: source, hasUtcTime: hasUtcTime)
  }

  /// From Sysmon for Linux, which writes the same form.
  var isLinux: Bool { xml?.provider?.lowercased().contains("linux") ?? false }

  /// The event itself, in XML.
  init(_ event: EventXML) {
    id = event.eventID
    root = nil
    system = nil
    data = nil
    xml = event
    (isSysmon, isSecurity, kind) = Self.log(
      id, channel: nil, source: event.provider, hasUtcTime: event.value("UtcTime") != nil)
  }

  private static let idNames = ["EventID", "EventId", "event_id", "Id", "EventCode", "winlog.event_id", "event.code"]
  private static let channelNames = ["Channel", "channel", "LogName", "log_name", "winlog.channel"]
  private static let providerNames = [
    "Provider", "SourceName", "source_name", "ProviderName", "provider_name", "Source", "winlog.provider_name",
    "event.provider",
  ]
  private static let hostNames = [
    "Computer", "Hostname", "ComputerName", "computer_name", "HostName", "MachineName", "hostname",
    "winlog.computer_name", "host.hostname", "host.name",
  ]
  private static let wholeNames = [
    "xml", "Xml", "XML", "EventXML", "event_xml", "RawXml", "raw", "_raw", "message", "Message", "MESSAGE", "msg",
    "event.original",
  ]

  /// What a search wraps around the record that it found.
  private static func unwrapped(_ document: JSONNode) -> JSONNode {
    for name in ["_source", "result"] {
      if let inner = document[name], inner.kind == .object { return inner }
    }
    return document
  }

  /// A member that is the whole event in XML.
  private static func wholeEvent(_ document: JSONNode) -> EventXML? {
    for node in wholeNames.map({ document[$0] }) + [document["event"]?["original"]] {
      guard let text = node?.utf8, text.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") else { continue }
      if let event = try? EventXML(UnsafeRawBufferPointer(text)) { return event }
    }
    return nil
  }

  /// Which log it is of, by the names in it, and where it has none by what only that log has.
  private static func log(
    _ id: UInt64, channel: String?, source: String?, hasUtcTime: Bool
  ) -> (isSysmon: Bool, isSecurity: Bool, kind: String) {
    let source = source?.lowercased() ?? ""
    let channel = channel?.lowercased() ?? ""
    let isNameless = source.isEmpty && channel.isEmpty
    if source.contains("sysmon") || channel.contains("sysmon") || isNameless && hasUtcTime {
      return (true, false, "Sysmon \(id)")
    }
    if source.contains("security-auditing") || channel == "security" || isNameless && [4688, 4689, 5156].contains(id) {
      return (false, true, "Security \(id)")
    }
    return (false, false, source.isEmpty ? "\(id)" : "\(source) \(id)")
  }

  /// The values of the event: of the event data first, then of the record itself where that is flat.
  var fields: EventFields {
    EventFields { name in
      if let value = xml?.value(name) { return value }
      if let data {
        if let value = Self.text(data[name]) { return value }
        if let list = data.kind == .array ? data : data["Data"], let value = Self.named(name, in: list) { return value }
      }
      return Self.text(root?[name] ?? root?["winlog.event_data.\(name)"] ?? root?["event_data.\(name)"])
    }
  }

  /// The machine that logged the event, not the one that collected it.
  var host: String? {
    if let text = Self.text(Self.first(Self.hostNames, in: [system, root])) ?? xml?.computer, !text.isEmpty {
      return text
    }
    let agent = root?["host"]
    return agent?["hostname"]?.string ?? agent?["name"]?.string ?? agent?.string
  }

  /// A member of the record or of its System part, as a moment.
  func time(_ name: String) -> EventTime? { Self.time(system?[name]) ?? Self.time(root?[name]) }

  /// `TimeCreated` in its forms.
  var timeCreated: EventTime? {
    let named = system?["TimeCreated"] ?? root?["TimeCreated"] ?? root?["time_created"] ?? root?["winlog.time_created"]
    guard let node = named else { return xml?.timeCreated.flatMap { EventTime($0) } }
    return Self.time(node["SystemTime"] ?? node["@SystemTime"] ?? node["#attributes"]?["SystemTime"] ?? node)
  }

  // MARK: Values in their forms

  private static func first(_ names: [String], in places: [JSONNode?]) -> JSONNode? {
    for place in places {
      guard let place, place.kind == .object else { continue }
      for name in names { if let node = place[name], !node.isNull { return node } }
    }
    return nil
  }

  /// Text, a number since 1970, or PowerShell's `/Date(milliseconds)/`.
  private static func time(_ node: JSONNode?) -> EventTime? {
    guard let text = text(node) else { return nil }
    if let time = EventTime(text) { return time }
    if text.hasPrefix("/Date("), text.hasSuffix(")/") {
      return Double(text.dropFirst(6).dropLast(2)).flatMap { EventTime(epoch: $0) }
    }
    return Double(text).flatMap { EventTime(epoch: $0) }
  }

  /// Text, a number, a list of one, or an object around one of these: `{"#text": …}`, `{"Value": …}`, `{"Name": …}` of a provider.
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
    case .double:
      return node.double.map { number in Int64(exactly: number).map { "\($0)" } ?? "\(number)" }
    case .array:
      var elements = node.elements
      guard let only = elements.next(), elements.next() == nil else { return nil }
      return text(only)
    case .null: return nil
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
