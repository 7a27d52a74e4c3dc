/// The roster that one or several files make together.

import Evidence

enum RosterFiles {
  /// Problems of one file, and conflicts between two, that are told one by one.
  private static let mostTold = 20

  /// Reads files as one roster: each adds to those before it, and where both say something of the same person the later
  /// counts.
  /// - Parameters:
  ///   - problem: told of each thing that could not be read, while the rest goes on.
  ///   - note: told of what is worth knowing: conflicts, and entries that are no people.
  static func read(
    _ files: [String], problem: (String) -> Void, note: (String) -> Void
  ) throws(FileError) -> Roster {
    var roster = Roster()
    for (index, file) in files.enumerated() {
      let text = try readTextFile(file)
      let reading: RosterReading
      do throws(RosterError) { reading = try Roster.read(text, format: nil, name: file) } catch {
        throw FileError(description: place(file, error))
      }
      for one in reading.problems.prefix(mostTold) { problem(place(file, one)) }
      if reading.problems.count > mostTold {
        problem("\(file): and \(reading.problems.count - mostTold) more problems")
      }
      for (kind, count) in reading.skipped.sorted(by: { $0.key < $1.key }) {
        note("\(file): \(count) entries of kind \(kind) are no people")
      }
      // The organisation in one, its people in another: none is news of another, so nobody joins.
      guard index > 0 else {
        roster = reading.roster
        continue
      }
      let together = roster.adding(reading)
      let conflicts = conflicts(roster, together)
      for one in conflicts.prefix(mostTold) { note("\(file): \(one)") }
      if conflicts.count > mostTold {
        note("\(file): and \(conflicts.count - mostTold) more that files before it say otherwise")
      }
      roster = together
    }
    return roster
  }

  /// What a later file says otherwise of people whom an earlier one has; what it only adds is none.
  private static func conflicts(_ before: Roster, _ after: Roster) -> [String] {
    before.changes(to: after, at: .now()).compactMap { change in
      switch change.kind {
      case .joined: return nil
      case .left: return "\(change.person) is not active, which a file before it said"
      case .returned: return "\(change.person) is active, which a file before it denied"
      case .changed:
        guard let from = change.from, !from.isEmpty, let to = change.to, to != from, !to.hasPrefix(from + ", ") else {
          return nil
        }
        return "\(change.person): \(change.field ?? "") is '\(to)', before it '\(from)'; the later counts"
      }
    }
  }

  private static func place(_ file: String, _ error: RosterError) -> String {
    error.line > 0 ? "\(file):\(error.line): \(error.text)" : "\(file): \(error.text)"
  }
}
