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
    SourceDeclaration(
      id: "org.vedette.persona.stix", name: "stix", version: "1.0.0",
      summary: "Reads personas and e-mail approaches from STIX 2.1 bundles.",
      mode: .file, interfaces: [.personas], records: [.persona, .outreach],
      parameters: parameters,
      blindSpots: [
        "A STIX bundle holds what its producer chose to share: an account that is not in it may still exist.",
        "STIX has no object for connection requests, follows and direct messages: of approaches only e-mails are seen.",
        "STIX has no fields for biography, employer and picture: they are seen only where the producer uses custom properties.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
