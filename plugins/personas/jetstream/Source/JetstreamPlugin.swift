/// The Jetstream source: Bluesky's stream of events, live from a server, or as JSON Lines in a file or a pipe.

import PluginSupport
import VedettePluginABI

public enum JetstreamPlugin {
  static let schema = """
    {"type":"object","additionalProperties":false,"properties":{\
    "watch":{"type":"array","items":{"type":"string"},"description":"DIDs of the organisation and its people: whoever \
    follows, mentions or answers them is told; everybody's approaches where none is given."},\
    "words":{"type":"array","items":{"type":"string"},"description":"A profile is told that has one of them in its name or \
    description."},\
    "accounts":{"type":"array","items":{"type":"string"},"description":"DIDs whose profiles and changes are told."},\
    \(JetstreamService.schema)}}
    """

  static let blindSpots = [
    "Jetstream tells of public events while it is listened to: what happened before, and what happened while nobody "
      + "listened for longer than the server keeps, is not seen.",
    "Events have DIDs and no handles, and no chats; when an account was made is not in them.",
    "The end of a follow does not say of whom, and is not told; nor is a block.",
  ]

  static let source = JetstreamSource()

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.jetstream", name: "jetstream", version: "1.1.0",
      summary: "Listens to Bluesky's Jetstream, or reads its events from a file or a pipe.",
      mode: .fileOrStream, interfaces: [.personas], records: [.persona, .personaChange, .outreach],
      parameters: schema,
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
