/// The Bluesky source: profiles, searches, followers, follows and notifications over the AT Protocol's XRPC.

import PluginSupport
import Polling
import VedettePluginABI

public enum BlueskyPlugin {
  static let schema = """
    {"type":"object","additionalProperties":false,"properties":{\
    "url":{"type":"string","description":"The service that is asked: the account's own server (https://bsky.social), or \
    https://public.api.bsky.app, the standard where there is no identifier."},\
    "identifier":{"type":"string","description":"Handle or DID of the account that asks."},\
    "password":{"type":"string","description":"The name of the secret that is an app password of that account."},\
    "accounts":{"type":"array","items":{"type":"string"},"description":"Handles or DIDs of accounts to look at."},\
    "search":{"type":"array","items":{"type":"string"},"description":"Words to search accounts for: the \
    organisation's names."},\
    "search_pages":{"type":"integer","minimum":1,"maximum":25,"default":3,"description":"Pages of 100 for each search."},\
    "followers_of":{"type":"array","items":{"type":"string"},"description":"Handles or DIDs whose followers are looked \
    at."},\
    "follows_of":{"type":"array","items":{"type":"string"},"description":"Handles or DIDs of whom is looked at whom they \
    follow."},\
    "notifications":{"type":"boolean","description":"Tell who follows, mentions and answers the account that asks; true \
    where there is one."},\(PollSource.commonParameters)\(PollSource.avatarsParameter)}}
    """

  /// What the platform does not show to who asks like this.
  static let blindSpots = [
    "Bluesky does not tell when somebody began to follow: followers are told as personas, and as approaches only where "
      + "the account that asks is followed itself; Jetstream tells of all follows as they happen.",
    "Chats of Bluesky are not shown to an app password, unless it was made to, and are not asked for.",
    "Search shows the accounts that the service ranks highest, and not all.",
    "Bluesky keeps no history of profiles: a change that was undone between two rounds is not seen.",
    "Accounts that block the one that asks, and those that ask not to be shown to who is not logged in, are missing.",
  ]

  static let source = PollSource(agent: "vedette-bluesky/1.0.0") { parameters, host throws(SourceFailure) in
    try BlueskyService(&parameters, host)
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.bluesky", name: "bluesky", version: "1.0.0",
      summary: "Asks Bluesky for profiles, followers and notifications.",
      mode: .poller, interfaces: [.personas], records: [.persona, .outreach],
      parameters: schema,
      rateLimits: [RequestRate(requests: 3000, milliseconds: 300_000, of: "requests of an address")],
      blindSpots: blindSpots),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
