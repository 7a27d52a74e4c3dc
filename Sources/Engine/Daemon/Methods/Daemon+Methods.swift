/// The methods of proto/vedette.openrpc.json that the engine answers; this file has engine and evidence.

import Evidence
import JSON
import PluginHost
import RPC
import Store

extension Daemon {
  func registerMethods() {
    registerEngine()
    registerEvidence()
    registerRoster()
    registerCaptures()
    registerCasePackets()
    registerSources()
    registerPlugins()
    registerRecords()
    registerPersonas()
    registerSuppressions()
    registerAudit()
    registerCases()
    registerCaseExport()
    registerAssets()
    registerCoverage()
  }

  // MARK: engine

  private func registerEngine() {
    methods.on("engine.status") { [unowned self] _, w in
      w.beginObject()
      w.member("version", engineVersion)
      w.member("state", isStopping ? "stopping" : "running")
      w.member("started", started)
      w.member("captures", captures.filter { !$0.isOver }.count)
      w.member("sources", sources.filter { !$0.isOver }.count)
      w.member("people", roster.people.count)
      w.member("cases", lastConclusion.cases.count)
      w.endObject()
    }
    methods.on("engine.stats") { [unowned self] _, w in
      var now = statistics
      for task in captures where !task.isOver {
        now.frames &+= task.figures.packets
        now.bytes &+= task.figures.bytes
        now.counters["capture_dropped", default: 0] &+= task.figures.dropped
        now.counters["interface_dropped", default: 0] &+= task.figures.interfaceDropped
        now.counters["records_dropped", default: 0] &+= task.figures.recordsDropped
      }
      let rpc = server.counters
      for (name, value) in [
        ("rpc_connections", rpc.connections), ("rpc_refused", rpc.refused), ("rpc_failed_logins", rpc.failedLogins),
        ("rpc_events", rpc.events), ("rpc_missed_events", rpc.missedEvents),
      ] { now.counters[name] = value }
      now.write(to: &w, gaps: lastConclusion.gaps)
    }
    methods.on("engine.shutdown") { [unowned self] call, w in
      let reason = call.params["reason"]?.string ?? "asked by \(call.caller.name)"
      audit(call, reason)
      w.beginObject()
      w.member("stopping", true)
      w.endObject()
      stop(reason)
    }
  }

  // MARK: evidence

  private func registerEvidence() {
    methods.onDeferred("evidence.submit") { [unowned self] call, reply in
      let source = call.params["source"]?.string ?? "rpc"
      var accepted: [Observation] = []
      var ids: [String?] = []
      var refused: [(index: Int, error: ObservationError)] = []
      if let observations = call.params["observations"] {
        for (index, node) in observations.elements.enumerated() {
          do throws(ObservationError) {
            let observation = try Observation(node, source: source)
            accepted.append(observation)
            ids.append(observation.id)
          } catch {
            refused.append((index, error))
            ids.append(nil)
          }
        }
      }
      guard submittedWaiting &+ accepted.count <= Daemon.maximumSubmittedWaiting else {
        throw RPCError.busy("\(submittedWaiting) observations wait to be taken in; come again later")
      }
      submittedWaiting &+= accepted.count
      whenFree { [unowned self] in
        submittedWaiting &-= accepted.count
        do throws(StoreError) {
          let new = try accept(accepted)
          reply.succeed { Daemon.write(ids, new, refused, to: &$0) }
        } catch {
          reply.fail(RPCError.unavailable(error.description))
        }
      }
    }
  }

  /// What became of observations: `ids` has nil where one was refused, `new` one flag for each that was not.
  private static func write(
    _ ids: [String?], _ new: [Bool], _ refused: [(index: Int, error: ObservationError)], to w: inout JSONWriter
  ) {
    let stored = new.count(where: { $0 })
    let places = ids.indices.filter { ids[$0] != nil }
    w.beginObject()
    w.member("stored", stored)
    w.member("duplicates", new.count - stored)
    w.array("known", zip(places, new).filter { !$0.1 }.map { $0.0 }) { place, w in w.int(place) }
    w.objects("refused", refused) { one, w in
      w.member("index", one.index)
      if !one.error.field.isEmpty { w.member("field", one.error.field) }
      w.member("reason", one.error.description)
    }
    w.array("ids", ids) { id, w in if let id { w.string(id) } else { w.null() } }
    w.endObject()
  }

  /// Notes who did what.
  func audit(_ call: RPCCall, _ detail: String) { note(call.caller.name, call.method, detail) }

  /// Writes a line of the audit log.
  func note(_ who: String, _ what: String, _ detail: String) {
    do throws(StoreError) {
      try store.audit(who: who, what: what, detail: detail)
    } catch {
      log.error("\(error)")
    }
  }
}
