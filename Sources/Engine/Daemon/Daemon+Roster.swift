/// The roster while the daemon runs: where it comes from, how it changes, and who is told.

import Evidence
import JSON
import Logging
import Store

#if canImport(Glibc)
  import Glibc
#endif

extension Daemon {
  /// The later of two: what was put over RPC last, and the files that the configuration names.
  static func readRoster(
    _ configuration: Configuration, _ store: Store, _ log: Logger
  ) throws(DaemonError) -> Roster {
    let files = rosterFiles(configuration)
    let written = files.compactMap { path in
      var facts = stat()
      guard stat(path, &facts) == 0 else { return nil as Timestamp? }
      return Timestamp(seconds: Int64(facts.st_mtim.tv_sec)).advanced(by: Int64(facts.st_mtim.tv_nsec))
    }.max()
    do {
      if let put = try store.roster(), written.map({ $0 < put.recorded }) ?? true {
        if !files.isEmpty {
          log.info(
            "the roster put over RPC is newer than the file", metadata: ["file": "\(files.joined(separator: ", "))"])
        }
        return try Roster.read(put.json).roster
      }
    } catch {
      throw DaemonError("the stored roster: \(error)")
    }
    return try readRosterFiles(files, log)
  }

  private static func rosterFiles(_ configuration: Configuration) -> [String] {
    configuration.texts("roster").filter { !$0.isEmpty }
  }

  private static func readRosterFiles(_ files: [String], _ log: Logger) throws(DaemonError) -> Roster {
    do throws(FileError) {
      return try RosterFiles.read(files, problem: { log.warning("\($0)") }, note: { log.info("\($0)") })
    } catch {
      throw DaemonError(error.description)
    }
  }

  /// SIGHUP: the roster's files are read again and count from now on. If one cannot be read, the old roster stays.
  func rereadRoster() {
    let files = Daemon.rosterFiles(configuration)
    guard !files.isEmpty else {
      return log.info("SIGHUP: the configuration names no roster file; nothing to read again")
    }
    do {
      let roster = try Daemon.readRosterFiles(files, log)
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
