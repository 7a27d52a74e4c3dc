/// The source of X's data exports: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum XExportPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      let given = try SourceParameters(text, known: ExportOwner.parameters + ["exported_at"])
      return XExport(owner: try ExportOwner(given), exportedAt: try given.time("exported_at"))
    })

  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    guard let at = start.first("window.YTD."), at < 16 else { return 0 }
    let isKnown = start.holds("\"follower\"") || start.holds("\"following\"") || start.holds("\"dmConversation\"")
    return isKnown ? 95 : 20
  }

  static let parameters = """
    {"type":"object","additionalProperties":false,"properties":{\(ExportOwner.schema),\
    "exported_at":{"type":"string","format":"date-time","description":"When the export was made: followers have no \
    other time."}}}
    """

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.x-export", name: "x-export", version: "1.0.0",
      summary: "Reads followers and direct messages from an X account's data export.",
      mode: .file, interfaces: [.personas], records: [.outreach],
      parameters: parameters,
      blindSpots: [
        "X exports name other accounts by number only: no handle, name, biography, picture or creation date.",
        "X exports do not say since when an account follows, nor who followed and stopped.",
        "X exports show no mention, reply or reported message.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
