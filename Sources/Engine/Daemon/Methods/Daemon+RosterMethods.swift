/// roster.get, roster.put, roster.import and roster.history.

import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerRoster() {
    methods.onDeferred("roster.put") { [unowned self] call, reply in
      guard let node = call.params["roster"] else { throw RPCError.invalidParams("roster is required") }
      let json = JSONValue(node).description
      let roster: Roster
      do throws(RosterError) {
        // JSON is YAML: one reader for both.
        let (read, problems) = try Roster.read(json)
        if let first = problems.first { throw first }
        roster = read
      } catch {
        throw RPCError.refused("the roster was not taken: \(error.text)")
      }
      // As it was understood: pictures have become their hashes.
      var kept = JSONWriter(capacity: 1 << 16)
      roster.write(to: &kept)
      do throws(StoreError) { try store.keep(roster: kept.text) } catch {
        throw RPCError.unavailable("the roster was not taken: \(error)")
      }
      audit(call, "\(roster.people.count) people")
      let who = call.caller.name
      whenFree { [unowned self] in
        take(roster, by: who)
        reply.succeed { w in
          w.beginObject()
          w.member("people", roster.people.count)
          w.member("assets", roster.assets.count)
          w.member("relations", roster.relations.count)
          w.endObject()
        }
      }
    }
    methods.on("roster.get") { [unowned self] _, w in
      w.beginObject()
      w.key("roster")
      roster.write(to: &w)
      w.endObject()
    }
    methods.onDeferred("roster.import") { [unowned self] call, reply in try importRoster(call, reply) }
    methods.on("roster.history") { [unowned self] call, w in try writeHistory(call, &w) }
  }

  /// The most changes and problems that an answer lists.
  private static let mostListed = 1000

  private func importRoster(_ call: RPCCall, _ reply: RPCReply) throws {
    guard let text = call.params["text"]?.string else { throw RPCError.invalidParams("text is required") }
    let format = call.params["format"]?.string.flatMap { RosterFormat(rawValue: $0) }
    let mode = call.params["mode"]?.string.flatMap { RosterImportMode(rawValue: $0) } ?? .merge
    let isTrial = call.params["dry_run"]?.bool ?? false
    let reading: RosterReading
    do throws(RosterError) {
      reading = try Roster.read(text, format: format, name: call.params["name"]?.string ?? "")
    } catch {
      throw RPCError.refused("the roster was not taken: \(error)")
    }
    // An empty list would say that everybody left: that is more likely a mistake.
    guard mode == .merge || !reading.roster.people.isEmpty else {
      throw RPCError.refused("the roster was not taken: there is nobody in it, so that all would have left")
    }
    let who = call.caller.name
    let method = call.method
    whenFree { [unowned self] in
      let now = Timestamp.now()
      let next = roster.importing(reading, mode: mode, at: now)
      let changes = roster.changes(to: next, at: now)
      if !isTrial {
        var w = JSONWriter(capacity: 1 << 16)
        next.write(to: &w)
        let words =
          "\(reading.format.rawValue), \(mode.rawValue): \(reading.roster.people.count) people read, \(changes.count) changes"
        do throws(StoreError) {
          try store.keep(roster: w.text)
          try store.audit(who: who, what: method, detail: words)
        } catch {
          return reply.fail(RPCError.unavailable("the roster was not taken: \(error)"))
        }
        take(next, by: who)
      }
      reply.succeed { Daemon.write(reading, mode, next, changes, isTrial, to: &$0) }
    }
  }

  private static func write(
    _ reading: RosterReading, _ mode: RosterImportMode, _ roster: Roster, _ changes: [RosterChange], _ isTrial: Bool,
    to w: inout JSONWriter
  ) {
    w.beginObject()
    w.member("format", reading.format.rawValue)
    w.member("mode", mode.rawValue)
    w.member("kept", !isTrial)
    w.member("read", reading.roster.people.count)
    w.member("people", roster.people.count)
    for kind in RosterChange.Kind.allCases {
      w.member(kind.rawValue, Set(changes.filter { $0.kind == kind }.map(\.person)).count)
    }
    w.array("changes", Array(changes.prefix(mostListed))) { change, w in change.write(to: &w) }
    w.objects("problems", Array(reading.problems.prefix(mostListed))) { problem, w in
      if problem.line > 0 { w.member("line", problem.line) }
      w.member("text", problem.text)
    }
    w.key("skipped")
    w.beginObject()
    for (kind, count) in reading.skipped.sorted(by: { $0.key < $1.key }) { w.member(kind, count) }
    w.endObject()
    w.endObject()
  }

  private func writeHistory(_ call: RPCCall, _ w: inout JSONWriter) throws {
    let query = try ListQuery(call.params)
    var cursor: Int64?
    if let text = query.cursor {
      guard let number = Int64(text) else { throw RPCError.invalidParams("cursor: give `next` of the page before") }
      cursor = number
    }
    do throws(StoreError) {
      let (changes, next) = try store.rosterHistory(
        person: call.params["filter"]?["person"]?.string, from: query.from, to: query.to,
        newestFirst: query.order == .descending, cursor: cursor, limit: query.limit)
      w.beginObject()
      w.array("items", changes) { change, w in change.write(to: &w) }
      w.key("next")
      if let next { w.string("\(next)") } else { w.null() }
      w.endObject()
    } catch {
      throw RPCError.unavailable("\(error)")
    }
  }
}
