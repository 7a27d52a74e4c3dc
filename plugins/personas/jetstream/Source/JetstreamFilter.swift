/// Which events are told: what the parameters name.

import PluginSupport
import Polling

struct JetstreamFilter {
  /// DIDs whose approaches are told; empty: all.
  let watched: Set<String>
  /// Lower case; a profile with one of them is told.
  let words: [String]
  /// DIDs whose profiles and changes are told.
  let accounts: Set<String>

  /// The most DIDs of each kind.
  private static let most = 10_000

  init(_ parameters: inout Parameters) throws(SourceFailure) {
    watched = try Self.dids("watch", &parameters)
    accounts = try Self.dids("accounts", &parameters)
    words = try parameters.texts("words").map { $0.lowercased() }
  }

  func isWatched(_ did: String) -> Bool { watched.isEmpty || watched.contains(did) }

  private static func dids(_ name: String, _ parameters: inout Parameters) throws(SourceFailure) -> Set<String> {
    let texts = try parameters.texts(name, most: most)
    if let wrong = texts.first(where: { !$0.hasPrefix("did:") }) {
      throw SourceFailure("parameter \(name): '\(wrong.oneLine(most: 60))' is no DID (did:plc:…)")
    }
    return Set(texts)
  }
}
