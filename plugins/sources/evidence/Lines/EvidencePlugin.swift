/// The evidence source: its description, its look at an unknown file, its descriptor.

import JSON
import PluginSupport
import VedettePluginABI

public enum EvidencePlugin {
  public static let source = LineSource(
    sniff: { start, _ in sniff(start) },
    open: { (_) throws(SourceFailure) in EvidenceInterpreter() })

  /// Certain when the first lines are objects of the known types.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let reader = JSONReader(maxBytes: 1 << 20)
    var known = 0
    var other = 0
    for line in wholeLines(of: start) {
      if let node = try? reader.parse(line), let type = node["type"], RecordShape.named(type) != nil,
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
    id: "org.vedette.source.evidence", name: "evidence", version: "1.0.0",
    summary: "Reads personas, outreach, processes, connections and assets from JSON Lines.",
    interfaces: [.personas, .processes],
    describe: { raw in
      SourceCalls.describe(raw) { describer in
        for record in EvidenceRecord.allCases { describer.record(record) }
        describer.fileSource(.personas)
        describer.fileSource(.processes)
      }
    },
    create: { host, _, out in SourceCalls.create(host, out, source) },
    sniff: { start, name, certainty, _ in SourceCalls.sniff(start, name, certainty, source) },
    interface: { plugin.interface($0) })
}
