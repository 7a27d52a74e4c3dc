/// The Jetstream source: Bluesky's stream of events, as JSON Lines in a file or a pipe.

import JSON
import PluginSupport
import VedettePluginABI

public enum JetstreamPlugin {
  static let schema = """
    {"type":"object","additionalProperties":false,"properties":{\
    "watch":{"type":"array","items":{"type":"string"},"description":"DIDs of the organisation and its people: whoever \
    follows, mentions or answers them is told; everybody's approaches where none is given."},\
    "words":{"type":"array","items":{"type":"string"},"description":"A profile is told that has one of them in its name or \
    description."},\
    "accounts":{"type":"array","items":{"type":"string"},"description":"DIDs whose profiles and changes are told."}}}
    """

  static let blindSpots = [
    "Jetstream tells of public events while it is listened to: what happened before, and what happened while nobody "
      + "listened for longer than the server keeps, is not seen.",
    "Events have DIDs and no handles, and no chats.",
  ]

  static let source = LineSource(
    sniff: { start, _ in
      var mine = 0
      let lines = wholeLines(of: start, limit: 8)
      let reader = JSONReader(maxBytes: 1 << 20)
      for line in lines {
        guard let node = try? reader.parse(line) else { return 0 }
        let isEvent = node["did"]?.string?.hasPrefix("did:") == true && node["time_us"]?.int64 != nil
        if isEvent, node["kind"]?.string != nil { mine += 1 }
      }
      return !lines.isEmpty && mine == lines.count ? 95 : 0
    },
    open: { text throws(SourceFailure) in try JetstreamInterpreter(text) })

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.jetstream", name: "jetstream", version: "1.0.0",
      summary: "Reads the events of Bluesky's Jetstream from a file or a pipe.",
      mode: .file, interfaces: [.personas], records: [.persona, .personaChange, .outreach],
      parameters: schema,
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
