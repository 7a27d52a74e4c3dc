/// The ids of what pollers see again and again.

import JSON
import PersonaRecords

extension PersonaRecord {
  /// Gives the snapshot an id that is the same as long as the account shows the same, within a day: an account that
  /// is asked for every minute is told of once a day, and at each change. Counts, which change all the time, do not
  /// count; members of `extra` that do are added after this.
  public mutating func identify(day: Int64) {
    let optional = [bio, employer, title, location, url, avatarSHA256, avatarPHash].map { $0 ?? "-" }
    let numbers = [createdAt, changedAt].map { $0.map { "\($0)" } ?? "-" }
    let lists = ["\(links.count)"] + links + ["\(languages.count)"] + languages
    id = StableID.of(
      "persona",
      [platform, accountID, handle, displayName, verified.map { "\($0)" } ?? "-"] + optional + numbers + lists
        + extra.map { "\($0.name)=\($0.value)" } + ["day \(day)"])
  }
}

/// The name of a feed: its kind and what it is of, within what a name may have.
public func feedName(_ kind: String, _ of: String) -> String {
  let name = "\(kind):\(of)"
  return name.utf8.count <= 64 ? name : "\(kind):\(SHA256.hex(Array(of.utf8)).prefix(32))"
}
