/// The roster while the daemon runs: where it comes from, how it changes, and who is told.

import Evidence
import JSON
import Logging
import Store

#if canImport(Glibc)
  import Glibc
#endif

extension Daemon {
  /// The later of two: what was put over RPC last, and the file that the configuration names.
  static func readRoster(
    _ configuration: Configuration, _ store: Store, _ log: Logger
  ) throws(DaemonError) -> Roster {
    let path = configuration.text("roster")
    var facts = stat()
    let written =
      !path.isEmpty && stat(path, &facts) == 0
      ? Timestamp(seconds: Int64(facts.st_mtim.tv_sec)).advanced(by: Int64(facts.st_mtim.tv_nsec)) : nil
    do {
      if let put = try store.roster(), written.map({ $0 < put.recorded }) ?? true {
        if !path.isEmpty { log.info("the roster put over RPC is newer than the file", metadata: ["file": "\(path)"]) }
        return try Roster.read(put.json).roster
      }
    } catch {
      throw DaemonError("the stored roster: \(error)")
    }
    return try readRosterFile(path, log)
  }

  private static func readRosterFile(_ path: String, _ log: Logger) throws(DaemonError) -> Roster {
    guard !path.isEmpty else { return Roster() }
    do {
      let reading = try Roster.read(try readTextFile(path), format: nil, name: path)
      for problem in reading.problems.prefix(20) { log.warning("\(path): \(problem)") }
      if reading.problems.count > 20 { log.warning("\(path): and \(reading.problems.count - 20) more problems") }
      for (kind, count) in reading.skipped.sorted(by: { $0.key < $1.key }) {
        log.info("\(path): \(count) entries of kind \(kind) are no people")
      }
      return reading.roster
    } catch let error as FileError {
      throw DaemonError(error.description)
    } catch {
      throw DaemonError("\(path): \(error)")
    }
  }

  /// SIGHUP: the roster's file is read again and counts from now on. If it cannot be read, the old one stays.
  func rereadRoster() {
    let path = configuration.text("roster")
    guard !path.isEmpty else {
      return log.info("SIGHUP: the configuration names no roster file; nothing to read again")
    }
    do {
      let roster = try Daemon.readRosterFile(path, log)
      try store.forgetRoster()
      whenFree { [unowned self] in take(roster, by: "SIGHUP") }
      log.info("SIGHUP: roster read again", metadata: ["people": "\(roster.people.count)"])
    } catch {
      log.error("SIGHUP: the old roster stays: \(error)")
    }
  }

  /// A roster counts from now on, and what is different in it is kept.
  func take(_ roster: Roster, by who: String) {
    noteChanges(from: self.roster, to: roster, by: who)
    self.roster = roster
    investigation.update(roster: roster)
    markDirty()
  }

  /// What became different while the daemon did not run: the file was changed.
  func noteRosterAtStart() {
    do {
      guard let json = try store.rosterInForce() else { return noteChanges(from: nil, to: roster, by: "") }
      noteChanges(from: try Roster.read(json).roster, to: roster, by: "start")
    } catch {
      log.error("the roster that was in force: \(error)")
    }
  }

  /// `before` nil: the first roster, in which nobody is new.
  private func noteChanges(from before: Roster?, to roster: Roster, by who: String) {
    var changes = before.map { $0.changes(to: roster, at: .now()) } ?? []
    // On an empty roster nobody joined: it was written for the first time.
    if before?.people.isEmpty == true { changes = [] }
    for index in changes.indices { changes[index].by = who }
    guard before == nil || !changes.isEmpty || before?.people.isEmpty == true else { return }
    var w = JSONWriter(capacity: 1 << 16)
    roster.write(to: &w)
    do throws(StoreError) { try store.note(rosterInForce: w.text, changes: changes) } catch { log.error("\(error)") }
  }
}
