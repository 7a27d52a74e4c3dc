/// The source of LinkedIn's data exports: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum LinkedInExportPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in
      let given = try SourceParameters(text, known: ExportOwner.parameters + ["exported_at"])
      return LinkedInExport(owner: try ExportOwner(given), exportedAt: try given.time("exported_at"))
    })

  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let isKnown =
      start.holds("First Name,Last Name,URL,") && start.holds("Connected On")
      || start.holds("inviterProfileUrl") && start.holds("Direction")
      || start.holds("CONVERSATION ID,") && start.holds("SENDER PROFILE URL")
    return isKnown ? 95 : 0
  }

  static let parameters = """
    {"type":"object","additionalProperties":false,"properties":{\(ExportOwner.schema),\
    "exported_at":{"type":"string","format":"date-time","description":"When the export was made; else connections \
    are dated by the day on which they were made."}}}
    """

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.linkedin-export", name: "linkedin-export", version: "1.0.0",
      summary: "Reads connections, invitations and messages from a LinkedIn member's data export.",
      mode: .file, interfaces: [.personas], records: [.persona, .outreach],
      parameters: parameters,
      blindSpots: [
        "LinkedIn exports show one member's own dealings: accounts that approached nobody who exports are not seen.",
        "LinkedIn exports show no biography, picture, follower count, creation or change of another account.",
        "LinkedIn exports do not say which invitations were accepted, ignored or reported, nor who made a connection.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
