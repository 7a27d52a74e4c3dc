/// The source of Mastodon's data exports: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum MastodonExportPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      let given = try SourceParameters(text, known: ExportOwner.parameters + ["exported_at"])
      return MastodonExport(owner: try ExportOwner(given), exportedAt: try given.time("exported_at"))
    })

  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    if start.starts(with: Array("Account address,".utf8)) { return 95 }
    guard start.firstVisible == UInt8(ascii: "{"), start.holds("https://www.w3.org/ns/activitystreams") else {
      return 0
    }
    return start.holds("\"preferredUsername\"") || start.holds("\"orderedItems\"") ? 95 : 20
  }

  static let parameters = """
    {"type":"object","additionalProperties":false,"properties":{\(ExportOwner.schema),\
    "exported_at":{"type":"string","format":"date-time","description":"When the export was made: followed accounts have \
    no other time."}}}
    """

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.mastodon-export", name: "mastodon-export", version: "1.0.0",
      summary: "Reads the account, its posts and whom it follows from a Mastodon account's data export.",
      mode: .file, interfaces: [.personas], records: [.persona, .outreach],
      parameters: parameters,
      blindSpots: [
        "Mastodon exports show what the account itself did: neither its followers nor what others wrote to it.",
        "Mastodon exports do not say since when an account is followed.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
