/// The TAXII source: STIX objects of the collections of a TAXII 2.1 server.

import PluginSupport
import Polling
import VedettePluginABI

public enum TAXIIPlugin {
  static let schema = """
    {"type":"object","required":["url"],"additionalProperties":false,"properties":{\
    "url":{"type":"string","description":"The discovery address (https://host/taxii2/) or that of an API root."},\
    "api_root":{"type":"string","description":"The address of the API root, where discovery tells of several; its \
    standard one where it is not given."},\
    "collections":{"type":"array","items":{"type":"string"},"description":"Ids, aliases or titles of collections; all \
    that can be read where none is given."},\
    "user":{"type":"string","description":"The user's name, with a password."},\
    "password":{"type":"string","description":"The name of the secret that is the user's password."},\
    "token":{"type":"string","description":"The name of the secret that is a bearer token, instead of user and \
    password."},\
    "added_after":{"type":"string","description":"Where the first round begins, RFC 3339; at the beginning where it is \
    not given."},\
    "page_size":{"type":"integer","minimum":1,"maximum":10000,"default":500},\(PollSource.commonParameters)}}
    """

  static let blindSpots = [
    "A TAXII server shows what its sharers put in: accounts that nobody reported are not there, and what was found is "
      + "told when it was shared, not when it happened.",
    "Objects that were removed from a collection before they were asked for are not seen.",
  ]

  static let source = PollSource(agent: "vedette-taxii/1.0.0") { parameters, host throws(SourceFailure) in
    try TAXIIService(&parameters, host)
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.taxii", name: "taxii", version: "1.0.0",
      summary: "Asks a TAXII 2.1 server for STIX objects that tell of accounts.",
      mode: .poller, interfaces: [.personas], records: [.persona, .personaChange, .outreach],
      parameters: schema,
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
