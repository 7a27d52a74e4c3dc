/// A profile read back from its JSON: told to a ``Describer`` as a plugin tells it, so that the same rules judge it.
///
/// The text comes from a child that ran a stranger's code, or from a file: none of it is believed more than a plugin's call.

import Catalog
import JSON
import VedettePluginABI

extension PluginProfile {
  /// - Throws: where the text is no profile, breaks a rule of the ABI, or says what would not be written of it again.
  init(parsing json: String, path: String) throws(PluginError) {
    func refusal(_ words: String) -> PluginError { PluginError(.description, path, words) }
    let reader = JSONReader()
    let root: JSONNode
    do { root = try reader.parse(json) } catch { throw refusal("what it says of itself is no JSON") }
    func text(_ key: String) -> String { root[key]?.string ?? "" }

    var identity = try Self.identity(
      text("id"), text("name"), text("version"), text("config_schema"), path)
    identity.vendor = text("vendor")
    identity.licence = text("licence")
    identity.url = text("url")
    identity.summary = text("summary")
    let abi = text("abi").split(separator: ".").compactMap { UInt32($0) }
    guard abi.count == 2, abi[0] == VDT_ABI_MAJOR, let minMinor = root.number("min_minor"), minMinor <= VDT_ABI_MINOR
    else { throw refusal("what it says of itself is for another ABI") }
    (identity.abiMajor, identity.abiMinor, identity.minMinor) = (abi[0], abi[1], minMinor)

    let offered = Set(root.list("interfaces").compactMap(\.string))
    let interfaces = PluginInterface.allCases.filter { offered.contains($0.rawValue) }

    let listener = Describer(pluginID: identity.id)
    let status = listener.listen { table in Retold(table: table, pluginID: identity.id).tell(root) }
    if let words = listener.refusal { throw refusal(words) }
    guard status == VDT_OK else { throw refusal("what it says of itself is not whole") }
    try self.init(identity, interfaces, listener.description, path: path)
    guard self.json == json else { throw refusal("what it says of itself is not as it would be written") }
  }

  private static func identity(
    _ id: String, _ name: String, _ version: String, _ schema: String, _ path: String
  ) throws(PluginError) -> PluginIdentity {
    let made: Result<PluginIdentity, PluginError> = withABIText(id) { id in
      withABIText(name) { name in
        withABIText(version) { version in
          withABIText(schema) { schema in
            do throws(PluginError) {
              return .success(
                try PluginIdentity(id: id, name: name, version: version, configSchema: schema, path: path))
            } catch {
              return .failure(error)
            }
          }
        }
      }
    }
    return try made.get()
  }
}

/// The calls that a plugin with such a profile makes when it describes itself, in the order of the text.
private struct Retold {
  let table: UnsafePointer<vdt_describer>
  let pluginID: String

  func tell(_ root: JSONNode) -> Int32 {
    let isWhole =
      root.list("records").allSatisfy(tellRecord) && root.list("anomalies").allSatisfy(tellAnomaly)
      && root.list("flow_fields").allSatisfy(tellFlowField) && root.list("protocols").allSatisfy(tellProtocol)
      && root.list("sources").allSatisfy(tellSource)
    guard isWhole else { return VDT_E_ARGUMENT }
    guard let lookahead = root["lookahead"] else { return VDT_OK }
    return table.pointee.lookahead?(table, lookahead.uint64 ?? 0) ?? VDT_E_ARGUMENT
  }

  private func tellRecord(_ record: JSONNode) -> Bool {
    guard let id = record.number("id") else { return false }
    return record.withText("name") { table.pointee.record?(table, id, $0) } == VDT_OK
      && record.list("fields").allSatisfy { tell($0) { table.pointee.field?(table, id, $0) } }
  }

  private func tellAnomaly(_ anomaly: JSONNode) -> Bool {
    guard let id = anomaly.number("id"), let severity = anomaly["severity"]?.string.flatMap(Retold.severity) else {
      return false
    }
    var name = anomaly["name"]?.string ?? ""
    // One of the plugin's own is reported under the plugin's id, which it does not say itself.
    if name.hasPrefix(pluginID + "."), !name.dropFirst(pluginID.count + 1).contains(".") {
      name.removeFirst(pluginID.count + 1)
    }
    let status = withABIText(name) { name in
      anomaly.withText("definition") { table.pointee.anomaly?(table, id, name, severity, $0) }
    }
    return status == VDT_OK
      && anomaly.list("fields").allSatisfy { tell($0) { table.pointee.anomaly_field?(table, id, $0) } }
  }

  private func tell(_ node: JSONNode, to call: (UnsafePointer<vdt_field>) -> Int32?) -> Bool {
    guard let id = node.number("id"), let type = Retold.type(node) else { return false }
    var flags: UInt32 = 0
    if node["list"]?.bool == true { flags |= VDT_FIELD_LIST }
    if node["key"]?.bool == true { flags |= VDT_FIELD_KEY }
    if node["sensitive"]?.bool == true { flags |= VDT_FIELD_SENSITIVE }
    var field = vdt_field()
    field.size = UInt32(MemoryLayout<vdt_field>.size)
    field.id = id
    field.type = type
    field.flags = flags
    return node.withText("name") { name in
      node.withText("unit") { unit in
        node.withText("doc") { doc in
          node.withText("ecs") { ecs in
            (field.name, field.unit, field.doc, field.ecs) = (name, unit, doc, ecs)
            return call(&field)
          }
        }
      }
    } == VDT_OK
  }

  private func tellFlowField(_ field: JSONNode) -> Bool {
    guard let id = field.number("id"), let type = Retold.type(field) else { return false }
    return field.withText("name") { table.pointee.flow_field?(table, id, $0, type) } == VDT_OK
  }

  private func tellProtocol(_ proto: JSONNode) -> Bool {
    guard let id = proto.number("id") else { return false }
    let transports = Set(proto.list("transports").compactMap(\.string))
    let over = (transports.contains("tcp") ? VDT_OVER_TCP : 0) | (transports.contains("udp") ? VDT_OVER_UDP : 0)
    guard proto.withText("name", { table.pointee.protocol?(table, id, $0, over) }) == VDT_OK else { return false }
    return proto.list("parents").allSatisfy { $0.withText { table.pointee.parent?(table, id, $0) } == VDT_OK }
      && proto.list("ports").allSatisfy { port in
        guard let first = port.number("first").flatMap(UInt16.init(exactly:)),
          let last = port.number("last").flatMap(UInt16.init(exactly:)), let name = port["transport"]?.string
        else { return false }
        return table.pointee.port?(table, id, name == "tcp" ? VDT_TCP : VDT_UDP, first, last) == VDT_OK
      }
      && proto.list("alpn").allSatisfy { $0.withText { table.pointee.alpn?(table, id, $0) } == VDT_OK }
      && proto.list("patterns").allSatisfy { pattern in
        guard let offset = pattern.number("offset"), let bytes = HexText.decode(pattern["bytes"]?.string ?? "") else {
          return false
        }
        let direction = pattern["direction"]?.string == "to_server" ? VDT_TO_SERVER : VDT_TO_CLIENT
        return withABIBytes(bytes) { table.pointee.pattern?(table, id, direction, offset, $0) } == VDT_OK
      } && tellFirstSpeaker(proto["first_speaker"]?.string, id)
  }

  private func tellFirstSpeaker(_ side: String?, _ id: UInt32) -> Bool {
    guard let side else { return true }
    return table.pointee.first_speaker?(table, id, side == "client" ? VDT_TO_SERVER : VDT_TO_CLIENT) == VDT_OK
  }

  private func tellSource(_ source: JSONNode) -> Bool {
    let modes = Set(source.list("modes").compactMap(\.string))
    let flags =
      (modes.contains("file") ? VDT_SOURCE_FILE : 0) | (modes.contains("poller") ? VDT_SOURCE_POLLER : 0)
      | (modes.contains("stream") ? VDT_SOURCE_STREAM : 0)
    return source.withText("interface") { interface in
      source.withText("parameters_schema") { table.pointee.parameters?(table, interface, $0) } == VDT_OK
        && (flags == 0 || table.pointee.source?(table, interface, flags) == VDT_OK)
        && source.list("rate_limits").allSatisfy { limit in
          guard let requests = limit["requests"]?.uint64, let period = limit["per_ms"]?.uint64 else { return false }
          return limit.withText("doc") { table.pointee.rate_limit?(table, interface, requests, period, $0) } == VDT_OK
        }
        && source.list("blind_spots").allSatisfy {
          $0.withText { table.pointee.blind_spot?(table, interface, $0) } == VDT_OK
        }
    }
  }

  // MARK: Words back to numbers

  private static func type(_ node: JSONNode) -> UInt32? {
    guard let name = node["type"]?.string else { return nil }
    return FieldType.allCases.first { $0.name == name }.map { UInt32($0.rawValue) }
  }

  private static func severity(_ name: String) -> UInt32? {
    Severity.allCases.first { $0.name == name }.map { UInt32($0.rawValue) }
  }
}

extension JSONNode {
  /// An integer that fits; nil for anything else.
  fileprivate func number(_ key: String) -> UInt32? { self[key]?.uint64.flatMap(UInt32.init(exactly:)) }

  /// The elements of a member; none where it is not there or no list.
  fileprivate func list(_ key: String) -> [JSONNode] { self[key].map { Array($0.elements) } ?? [] }

  /// The text of this value as the ABI passes it; empty where it is none.
  fileprivate func withText<Result>(_ body: (vdt_str) -> Result) -> Result { withABIText(string ?? "", body) }

  fileprivate func withText<Result>(_ key: String, _ body: (vdt_str) -> Result) -> Result {
    withABIText(self[key]?.string ?? "", body)
  }
}
