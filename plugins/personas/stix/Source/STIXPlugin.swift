/// The STIX source: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import STIXObjects
import VedettePluginABI

public enum STIXPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      STIXInterpreter(observedAt: try SourceParameters(text, known: ["observed_at"]).time("observed_at"))
    })

  /// A bundle is told by its id, objects one a line by theirs.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    guard let first = start.firstVisible, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return 0 }
    if start.holds("\"bundle--") { return 95 }
    if start.holds("\"bundle\""), start.holds("\"objects\"") { return 80 }
    return start.holds("\"spec_version\"") && start.holds("--") ? 75 : 0
  }

  static let parameters = """
    {"type":"object","additionalProperties":false,"properties":{"observed_at":{"type":"string","format":"date-time",\
    "description":"When accounts were seen that no observed-data, sighting or relationship dates."}}}
    """

  public static let plugin: SourcePlugin = SourcePlugin(
    id: "org.vedette.persona.stix", name: "stix", version: "1.0.0",
    summary: "Reads personas and e-mail approaches from STIX 2.1 bundles.",
    interfaces: [.personas],
    describe: { raw in
      SourceCalls.describe(raw) { describer in
        describer.record(.persona)
        describer.record(.outreach)
        describer.fileSource(
          .personas, parameters: parameters,
          blindSpots: [
            "A STIX bundle holds what its producer chose to share: an account that is not in it may still exist.",
            "STIX has no object for connection requests, follows and direct messages: of approaches only e-mails are seen.",
            "STIX has no fields for biography, employer and picture: they are seen only where the producer uses custom properties.",
          ])
      }
    },
    create: { host, _, out in DocumentCalls.create(host, out, source) },
    sniff: { start, name, certainty, _ in DocumentCalls.sniff(start, name, certainty, source) },
    interface: { plugin.interface($0) },
    ownTables: [.personas: DocumentCalls.table], destroy: { DocumentCalls.destroy($0) })
}
