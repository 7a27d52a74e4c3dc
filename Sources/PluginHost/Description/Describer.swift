/// Listens to a plugin's `describe` and turns its calls into a ``PluginDescription``.

import Catalog
import Evidence
import VedettePluginABI

/// Collects one description. The first refusal is kept: it says why the plugin is refused.
final class Describer {
  private(set) var description = PluginDescription()
  private(set) var refusal: String?
  private(set) var failWords: String?
  private let pluginID: String

  init(pluginID: String) {
    self.pluginID = pluginID
  }

  /// Calls `describe` with a table that leads here; the table lives for that call only.
  func listen(to describe: (UnsafePointer<vdt_describer>) -> Int32) -> Int32 {
    withExtendedLifetime(self) {
      var table = vdt_describer()
      table.size = UInt32(MemoryLayout<vdt_describer>.size)
      table.abi = VDT_ABI_VERSION
      table.context = Unmanaged.passUnretained(self).toOpaque()
      fillGeneral(&table)
      fillDissector(&table)
      fillSource(&table)
      return withUnsafePointer(to: &table) { describe($0) }
    }
  }

  // MARK: What the calls do

  fileprivate func fail(_ code: Int32, _ text: vdt_str) -> Int32 {
    failWords = text.words
    return code
  }

  private func refuse(_ code: Int32, _ words: String) -> Int32 {
    if refusal == nil { refusal = words }
    return code
  }

  fileprivate func record(_ id: UInt32, _ name: vdt_str) -> Int32 {
    guard let name = name.identifier else { return refuse(VDT_E_ARGUMENT, "record \(id) has no usable name") }
    guard isID(id) else { return refuse(VDT_E_ARGUMENT, "record \(name): id \(id) is not within 1...\(VDT_MAX_ID)") }
    guard !description.records.contains(where: { $0.id == id || $0.name == name }) else {
      return refuse(VDT_E_ARGUMENT, "record \(name) (\(id)) is declared twice")
    }
    description.records.append(RecordDescription(id: id, name: name))
    return VDT_OK
  }

  fileprivate func field(_ record: UInt32, _ field: UnsafePointer<vdt_field>?) -> Int32 {
    guard let at = description.records.firstIndex(where: { $0.id == record }) else {
      return refuse(VDT_E_UNKNOWN, "a field of record \(record), which is not declared")
    }
    let name = description.records[at].name
    return add(field, to: &description.records[at].fields, of: name, kind: ObservationKind(rawValue: name))
  }

  fileprivate func anomaly(_ id: UInt32, _ name: vdt_str, _ severity: UInt32, _ definition: vdt_str) -> Int32 {
    guard let name = name.dottedIdentifier else { return refuse(VDT_E_ARGUMENT, "anomaly \(id) has no usable name") }
    guard isID(id), !description.anomalies.contains(where: { $0.id == id }) else {
      return refuse(VDT_E_ARGUMENT, "anomaly \(name): id \(id) is taken or not within 1...\(VDT_MAX_ID)")
    }
    guard let own = UInt8(exactly: severity).flatMap(Severity.init(rawValue:)) else {
      return refuse(VDT_E_ARGUMENT, "anomaly \(name): \(severity) is no severity")
    }
    let kind = name.contains(".") ? AnomalyKind(id: name) : nil
    description.anomalies.append(
      AnomalyDescription(
        id: id, reportedID: name.contains(".") ? name : "\(pluginID).\(name)", kind: kind,
        severity: kind?.severity ?? own, definition: kind?.definition ?? definition.words))
    return VDT_OK
  }

  fileprivate func anomalyField(_ anomaly: UInt32, _ field: UnsafePointer<vdt_field>?) -> Int32 {
    guard let at = description.anomalies.firstIndex(where: { $0.id == anomaly }) else {
      return refuse(VDT_E_UNKNOWN, "a field of anomaly \(anomaly), which is not declared")
    }
    let id = description.anomalies[at].reportedID
    return add(field, to: &description.anomalies[at].fields, of: id, kind: nil)
  }

  private func add(
    _ field: UnsafePointer<vdt_field>?, to fields: inout [FieldDescription], of record: String, kind: ObservationKind?
  ) -> Int32 {
    guard let field, let f = received(field, into: vdt_field(), atLeast: ABI10.field) else {
      return refuse(VDT_E_ARGUMENT, "a field of \(record) whose struct is smaller than that of ABI 1.0")
    }
    guard let name = f.name.identifier, isID(f.id), let type = UInt8(exactly: f.type).flatMap(FieldType.init(rawValue:))
    else { return refuse(VDT_E_ARGUMENT, "field \(f.id) of \(record): name, id or type is not usable") }
    guard !fields.contains(where: { $0.id == f.id || $0.name == name }) else {
      return refuse(VDT_E_ARGUMENT, "field \(name) (\(f.id)) of \(record) is declared twice")
    }
    guard f.flags & ~(VDT_FIELD_KEY | VDT_FIELD_SENSITIVE | VDT_FIELD_LIST) == 0 else {
      return refuse(VDT_E_UNSUPPORTED, "field \(name) of \(record): flags \(f.flags) are not known to this host")
    }
    let list = f.flags & VDT_FIELD_LIST != 0
    if let kind, let known = WellKnownRecords.fields(of: kind).first(where: { $0.name == name }) {
      guard known.type == type, known.isList == list else {
        let wanted = known.type.name + (known.isList ? " list" : "")
        return refuse(
          VDT_E_TYPE, "field \(name) of \(record) is \(wanted), and declared as \(type.name)\(list ? " list" : "")")
      }
    }
    fields.append(
      FieldDescription(
        id: f.id, name: name, type: type, isKey: f.flags & VDT_FIELD_KEY != 0,
        isSensitive: f.flags & VDT_FIELD_SENSITIVE != 0, isList: list, unit: f.unit.words, doc: f.doc.words,
        ecs: f.ecs.words))
    return VDT_OK
  }

  fileprivate func flowField(_ id: UInt32, _ name: vdt_str, _ type: UInt32) -> Int32 {
    guard let name = name.identifier, isID(id), let type = UInt8(exactly: type).flatMap(FieldType.init(rawValue:)),
      !description.flowFields.contains(where: { $0.id == id })
    else { return refuse(VDT_E_ARGUMENT, "flow field \(id): name, id or type is not usable") }
    // There is a call for numbers and one for text; what this host knows by name is text.
    guard type == .text || type == .u64 && !Self.knownFacts.contains(name) else {
      return refuse(VDT_E_TYPE, "flow field \(name) is text, and declared as \(type.name)")
    }
    description.flowFields.append(FlowFieldDescription(id: id, name: name, type: type))
    return VDT_OK
  }

  /// The facts of a flow that have a place in its record.
  private static let knownFacts: Set = ["server_name", "ja3", "ja3s", "ja4", "hassh", "hassh_server", "host"]

  fileprivate func proto(_ id: UInt32, _ name: vdt_str, _ transports: UInt32) -> Int32 {
    guard let name = name.protocolName, isID(id), !description.protocols.contains(where: { $0.id == id }) else {
      return refuse(VDT_E_ARGUMENT, "protocol \(id): name or id is not usable")
    }
    guard transports != 0, transports & ~(VDT_OVER_TCP | VDT_OVER_UDP) == 0 else {
      return refuse(VDT_E_UNSUPPORTED, "protocol \(name): transports \(transports) are not known to this host")
    }
    description.protocols.append(
      ProtocolDescription(
        id: id, name: name, overTCP: transports & VDT_OVER_TCP != 0, overUDP: transports & VDT_OVER_UDP != 0))
    return VDT_OK
  }

  fileprivate func withProtocol(_ id: UInt32, _ body: (inout ProtocolDescription) -> Bool) -> Int32 {
    guard let at = description.protocols.firstIndex(where: { $0.id == id }) else {
      return refuse(VDT_E_UNKNOWN, "protocol \(id) is not declared")
    }
    return body(&description.protocols[at])
      ? VDT_OK : refuse(VDT_E_ARGUMENT, "protocol \(description.protocols[at].name): a hint that is not usable")
  }

  fileprivate func lookahead(_ bytes: UInt64) -> Int32 {
    guard bytes >= 1, bytes <= 16 << 20 else { return refuse(VDT_E_LIMIT, "look-ahead \(bytes) is not within 16 MiB") }
    description.lookahead = Int(bytes)
    return VDT_OK
  }

  /// Changes the description of a source; `body` gives the words of its refusal, or nil.
  fileprivate func withSource(_ interface: vdt_str, _ body: (inout SourceDescription) -> String?) -> Int32 {
    guard let kind = PluginInterface(rawValue: interface.words), kind == .personaSource || kind == .processSource else {
      // A source interface of a later host: not ours to judge.
      return VDT_OK
    }
    if !description.sources.contains(where: { $0.interface == kind }) {
      description.sources.append(SourceDescription(interface: kind))
    }
    guard let at = description.sources.firstIndex(where: { $0.interface == kind }),
      let words = body(&description.sources[at])
    else { return VDT_OK }
    return refuse(VDT_E_ARGUMENT, "\(kind.rawValue): \(words)")
  }

  private func isID(_ id: UInt32) -> Bool { id >= 1 && id <= VDT_MAX_ID }
}

// MARK: The table. Each function finds its describer in the table's context.

/// Ports, parents, ALPN identifiers and patterns of a protocol, each (describe.h).
private let mostHints = 256
/// Rate limits and blind spots of a source, each (describe.h).
private let mostRemarks = 64

private func describer(_ table: UnsafePointer<vdt_describer>?) -> Describer? {
  guard let context = table?.pointee.context else { return nil }
  return Unmanaged<Describer>.fromOpaque(context).takeUnretainedValue()
}

private func fillGeneral(_ table: inout vdt_describer) {
  table.fail = { d, code, text in describer(d)?.fail(code, text) ?? code }
  table.record = { d, id, name in describer(d)?.record(id, name) ?? VDT_E_ARGUMENT }
  table.field = { d, record, field in describer(d)?.field(record, field) ?? VDT_E_ARGUMENT }
}

private func fillDissector(_ table: inout vdt_describer) {
  table.anomaly = { d, id, name, severity, definition in
    describer(d)?.anomaly(id, name, severity, definition) ?? VDT_E_ARGUMENT
  }
  table.anomaly_field = { d, anomaly, field in describer(d)?.anomalyField(anomaly, field) ?? VDT_E_ARGUMENT }
  table.flow_field = { d, id, name, type in describer(d)?.flowField(id, name, type) ?? VDT_E_ARGUMENT }
  table.protocol = { d, id, name, transports in describer(d)?.proto(id, name, transports) ?? VDT_E_ARGUMENT }
  table.parent = { d, id, parent in
    describer(d)?.withProtocol(id) { p in
      guard let name = parent.protocolName, p.parents.count < mostHints else { return false }
      p.parents.append(name)
      return true
    } ?? VDT_E_ARGUMENT
  }
  table.port = { d, id, transport, first, last in
    describer(d)?.withProtocol(id) { p in
      guard transport == VDT_TCP || transport == VDT_UDP, first <= last, p.ports.count < mostHints else { return false }
      p.ports.append(.init(transport: UInt8(truncatingIfNeeded: transport), range: first...last))
      return true
    } ?? VDT_E_ARGUMENT
  }
  table.alpn = { d, id, alpn in
    describer(d)?.withProtocol(id) { p in
      guard alpn.len >= 1, let name = alpn.text(atMost: 255), p.alpn.count < mostHints else { return false }
      p.alpn.append(name)
      return true
    } ?? VDT_E_ARGUMENT
  }
  table.pattern = { d, id, direction, offset, bytes in
    describer(d)?.withProtocol(id) { p in
      guard direction <= VDT_TO_CLIENT, offset <= 256, (1...32).contains(bytes.len), let start = bytes.ptr,
        p.patterns.count < mostHints
      else { return false }
      p.patterns.append(
        .init(
          direction: UInt8(truncatingIfNeeded: direction), offset: Int(offset),
          bytes: Array(UnsafeBufferPointer(start: start, count: Int(bytes.len)))))
      return true
    } ?? VDT_E_ARGUMENT
  }
  table.first_speaker = { d, id, direction in
    describer(d)?.withProtocol(id) { p in
      guard direction <= VDT_TO_CLIENT else { return false }
      p.firstSpeaker = UInt8(truncatingIfNeeded: direction)
      return true
    } ?? VDT_E_ARGUMENT
  }
  table.lookahead = { d, bytes in describer(d)?.lookahead(bytes) ?? VDT_E_ARGUMENT }
}

private func fillSource(_ table: inout vdt_describer) {
  table.source = { d, interface, modes in
    describer(d)?.withSource(interface) { s in
      guard modes != 0, modes & ~(VDT_SOURCE_FILE | VDT_SOURCE_POLLER | VDT_SOURCE_STREAM) == 0 else {
        return "modes \(modes) are not known to this host"
      }
      s.readsFiles = modes & VDT_SOURCE_FILE != 0
      s.polls = modes & VDT_SOURCE_POLLER != 0
      s.streams = modes & VDT_SOURCE_STREAM != 0
      return nil
    } ?? VDT_E_ARGUMENT
  }
  table.parameters = { d, interface, schema in
    describer(d)?.withSource(interface) { s in
      guard let text = schema.text(atMost: UInt64(VDT_MAX_SCHEMA)) else {
        return "the parameters' schema is no UTF-8 or over \(VDT_MAX_SCHEMA) bytes"
      }
      s.parametersSchema = text
      return nil
    } ?? VDT_E_ARGUMENT
  }
  table.rate_limit = { d, interface, requests, perMilliseconds, doc in
    describer(d)?.withSource(interface) { s in
      guard requests > 0, perMilliseconds > 0, s.rateLimits.count < mostRemarks else {
        return "a rate limit of nothing, or more than \(mostRemarks) of them"
      }
      s.rateLimits.append(.init(requests: requests, perMilliseconds: perMilliseconds, doc: doc.words))
      return nil
    } ?? VDT_E_ARGUMENT
  }
  table.blind_spot = { d, interface, doc in
    describer(d)?.withSource(interface) { s in
      guard s.blindSpots.count < mostRemarks else { return "more than \(mostRemarks) blind spots" }
      s.blindSpots.append(doc.words)
      return nil
    } ?? VDT_E_ARGUMENT
  }
}
