/// The evidence source: its description, its look at an unknown file, its descriptor.

import JSON
import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum EvidencePlugin {
  public static let source = LineSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      let parameters = try EvidenceParameters(text)
      guard !parameters.namesTable else {
        throw SourceFailure("this input is JSON Lines: only `format` is of use there; for a table say format=csv")
      }
      return EvidenceInterpreter()
    })

  /// Tables, with the same records.
  public static let table = DocumentSource(
    sniff: { start, name in EvidenceTable.sniff(start, name) },
    open: { (text) throws(SourceFailure) in EvidenceTable(try EvidenceParameters(text)) })

  static let mixed = MixedSource(lines: source, documents: table) { start, parameters in
    let given = try? EvidenceParameters(parameters)
    if let format = given?.format { return format == .csv }
    if start.firstVisible == UInt8(ascii: "{") { return false }
    // JSON Lines whose first line is broken are JSON Lines still.
    return given?.namesTable == true || EvidenceTable.sniff(start, "") > 0
  }

  /// Certain when the first lines are objects of the known types.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let reader = JSONReader(maxBytes: 1 << 20)
    var known = 0
    var other = 0
    for line in wholeLines(of: start) {
      if let node = try? reader.parse(line), let type = node["type"], RecordShape.named(type.view) != nil,
        node["time"] != nil
      {
        known += 1
      } else {
        other += 1
      }
    }
    if known == 0 { return 0 }
    return other == 0 ? 95 : known >= other ? 70 : 30
  }

  /// Both interfaces: a file may hold records of all six kinds.
  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.source.evidence", name: "evidence", version: "1.0.0",
      summary: "Reads personas, outreach, processes, connections and assets from JSON Lines or CSV.",
      mode: .file, interfaces: [.personas, .processes], records: EvidenceRecord.allCases,
      parameters: EvidenceParameters.schema),
    mixed,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
