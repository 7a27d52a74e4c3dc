/// The Mastodon source: accounts, searches, followers and notifications over the REST API.

import PluginSupport
import Polling
import VedettePluginABI

public enum MastodonPlugin {
  static let schema = """
    {"type":"object","required":["url"],"additionalProperties":false,"properties":{\
    "url":{"type":"string","description":"The server's address, as https://mastodon.example."},\
    "token":{"type":"string","description":"The name of the secret that is the access token; it needs read:accounts, \
    read:follows, read:notifications and read:search for what is asked."},\
    "domain":{"type":"string","description":"What the server's own accounts have behind the @; asked of the server \
    where it is not given."},\
    "accounts":{"type":"array","items":{"type":"string"},"description":"Accounts to look at, as name@domain."},\
    "search":{"type":"array","items":{"type":"string"},"description":"Words to search accounts for: the \
    organisation's names."},\
    "search_pages":{"type":"integer","minimum":1,"maximum":25,"default":3,"description":"Pages of 40 for each search; \
    one where there is no token."},\
    "followers_of":{"type":"array","items":{"type":"string"},"description":"Accounts of the organisation and its people \
    whose followers are told, as name@domain."},\
    "refresh_days":{"type":"integer","minimum":0,"maximum":365,"default":7,"description":"Days after which all \
    followers are looked at again for what changed; 0: never."},\
    "notifications":{"type":"boolean","description":"Tell who follows and mentions the token's own account; true where \
    there is a token."},\(PollSource.commonParameters)\(PollSource.avatarsParameter)}}
    """

  /// What the platform does not show to who asks like this.
  static let blindSpots = [
    "Mastodon shows a server only the accounts that it knows: who is on other servers and has never been in touch with "
      + "this one is not found by search.",
    "Mastodon does not tell when somebody began to follow: followers of other accounts than the token's have the time "
      + "at which they were first seen, and those of the first round are no outreach.",
    "Followers that an account hides, and private messages to other accounts than the token's, are not shown.",
    "Mastodon keeps no history of profiles: a change that was undone between two rounds is not seen.",
    "Notifications that the account's own filters drop, and those that the server has deleted, are not shown.",
  ]

  static let source = PollSource(agent: "vedette-mastodon/1.0.0") { parameters, host throws(SourceFailure) in
    try MastodonService(&parameters, host)
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.mastodon", name: "mastodon", version: "1.0.0",
      summary: "Asks a Mastodon server for accounts, followers and notifications.",
      mode: .poller, interfaces: [.personas], records: [.persona, .outreach],
      parameters: schema,
      rateLimits: [
        RequestRate(
          requests: 300, milliseconds: 300_000,
          of: "requests of a token, or of an address without one (the standard setting)")
      ],
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
