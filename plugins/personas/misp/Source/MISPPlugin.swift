/// The MISP source: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum MISPPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      _ = try SourceParameters(text, known: [])
      return MISPInterpreter()
    })

  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    guard let first = start.firstVisible, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      start.holds("\"Event\"")
    else { return 0 }
    return start.holds("\"uuid\"") && (start.holds("\"Orgc\"") || start.holds("\"orgc_id\"") || start.holds("\"info\""))
      ? 90 : 30
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    id: "org.vedette.persona.misp", name: "misp", version: "1.0.0",
    summary: "Reads accounts, persons, posts and e-mails from MISP events.",
    interfaces: [.personas],
    describe: { raw in
      SourceCalls.describe(raw) { describer in
        describer.record(.persona)
        describer.record(.outreach)
        describer.fileSource(
          .personas, parameters: #"{"type":"object","additionalProperties":false,"properties":{}}"#,
          blindSpots: [
            "A MISP event holds what its authors chose to share: an account that is not in it may still exist.",
            "MISP has no object for connection requests, follows and direct messages: of approaches only posts that name somebody and e-mails are seen.",
          ])
      }
    },
    create: { host, _, out in DocumentCalls.create(host, out, source) },
    sniff: { start, name, certainty, _ in DocumentCalls.sniff(start, name, certainty, source) },
    interface: { plugin.interface($0) },
    ownTables: [.personas: DocumentCalls.table], destroy: { DocumentCalls.destroy($0) })
}
