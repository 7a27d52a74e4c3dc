/// What analysts say is of no concern: suppression.list, suppression.add and suppression.remove.

import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerSuppressions() {
    methods.on("suppression.list") { [unowned self] call, w in
      let kept: [Suppression]
      do throws(StoreError) { kept = try store.suppressions() } catch { throw RPCError.unavailable("\(error)") }
      let covered = lastConclusion.suppressed
      let all = configuration.suppressions.map { ($0, "configuration") } + kept.map { ($0, "rpc") }
      try writePage(all, call, &w, time: { [started] in $0.0.created ?? started }) { one, w in
        Daemon.write(one.0, from: one.1, covered[one.0.id], to: &w)
      }
    }
    methods.onDeferred("suppression.add") { [unowned self] call, reply in
      let names = ["analytic", "persona", "domain", "employee", "host", "image", "reason", "until"]
      let given = names.compactMap { name in call.params[name].map { (name, JSONValue($0)) } }
      let one: Suppression
      do throws(SuppressionError) {
        one = try Suppression(.object(given), by: call.caller.name, created: .now())
      } catch {
        throw RPCError.invalidParams(error.description)
      }
      let entry = (who: call.caller.name, what: call.method, detail: Daemon.words(one))
      let isKept: Bool
      do throws(StoreError) { isKept = try store.add(one, audit: entry) } catch {
        throw RPCError.unavailable("\(error)")
      }
      guard isKept else {
        throw RPCError.refused("there are \(Store.mostSuppressions) suppressions; remove some that are over")
      }
      whenFree { [unowned self] in
        do throws(StoreError) {
          try useSuppressions()
          reply.succeed { Daemon.write(one, from: "rpc", nil, to: &$0) }
        } catch {
          reply.fail(RPCError.unavailable(error.description))
        }
      }
    }
    methods.onDeferred("suppression.remove") { [unowned self] call, reply in
      let id = call.params["id"]?.string ?? ""
      if configuration.suppressions.contains(where: { $0.id == id }) {
        throw RPCError.refused("\(id) is of the configuration; remove it there")
      }
      let removed: Bool
      do throws(StoreError) {
        let reason = call.params["reason"]?.string.map { ": \($0)" } ?? ""
        let words = try store.suppressions().first { $0.id == id }.map(Daemon.words) ?? id
        removed = try store.removeSuppression(
          id: id, audit: (who: call.caller.name, what: call.method, detail: "\(words); removed\(reason)"))
      } catch {
        throw RPCError.unavailable("\(error)")
      }
      guard removed else { throw RPCError.notFound("no suppression '\(id)'") }
      whenFree { [unowned self] in
        do throws(StoreError) {
          try useSuppressions()
          reply.succeed { w in
            w.beginObject()
            w.member("removed", id)
            w.endObject()
          }
        } catch {
          reply.fail(RPCError.unavailable(error.description))
        }
      }
    }
  }

  /// From the next conclusion on those count that there are now. Only when the investigation is not lent.
  func useSuppressions() throws(StoreError) {
    investigation.suppressions = configuration.suppressions + (try store.suppressions())
    markDirty()
  }

  /// One for the audit log, which outlives the erasure of a person: an account is not named there.
  private static func words(_ one: Suppression) -> String {
    var scope = one.scope
    var about: [String] = []
    switch scope.account {
    case .id(let account): about.append(digest(account))
    case .handle(let platform, _): about.append("a handle of \(platform)")
    case nil: break
    }
    scope.account = nil
    if !scope.phrase.isEmpty { about.append(scope.phrase) }
    let until = one.until.map { "until \($0)" } ?? "for good"
    return "\(one.id), \(scope.analytic ?? "*") of \(about.joined(separator: ", ")) \(until): \(one.reason)"
  }

  private static func write(_ one: Suppression, from origin: String, _ covered: Int?, to w: inout JSONWriter) {
    w.beginObject()
    one.writeMembers(to: &w)
    w.member("about", one.scope.phrase)
    w.member("origin", origin)
    w.member("signals", covered ?? 0)
    w.endObject()
  }
}
