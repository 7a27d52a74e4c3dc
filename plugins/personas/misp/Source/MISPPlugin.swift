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
    SourceDeclaration(
      id: "org.vedette.persona.misp", name: "misp", version: "1.0.0",
      summary: "Reads accounts, persons, posts and e-mails from MISP events.",
      mode: .file, interfaces: [.personas], records: [.persona, .outreach],
      parameters: #"{"type":"object","additionalProperties":false,"properties":{}}"#,
      blindSpots: [
        "A MISP event holds what its authors chose to share: an account that is not in it may still exist.",
        "MISP has no object for connection requests, follows and direct messages: of approaches only posts that name somebody and e-mails are seen.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
