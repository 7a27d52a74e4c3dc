/// The methods that start, pause, swap, end and list sources.

import Evidence
import JSON
import PluginHost
import RPC
import Store

extension Daemon {
  func registerSources() {
    registerSourceBeginnings()
    registerPausing()
    methods.on("source.list") { [unowned self] call, w in
      try writePage(sources, call, &w, time: \.started) { $0.write(to: &$1) }
    }
    methods.onDeferred("source.remove") { [unowned self] call, reply in
      let task = try source(of: call)
      audit(call, task.name)
      // It is removed when its thread has handed over all it had: then the name is free, and the cursor is the last one.
      task.whenOver.add { [unowned self] in
        leaves(task)
        sources.removeAll { $0 === task }
        reply.succeed(["removed": true])
      }
      if task.hasThread { task.end(as: .stopping) } else { task.whenOver.tell() }
    }
  }

  private func registerSourceBeginnings() {
    methods.onDeferred("source.add") { [unowned self] call, reply in
      let order = try sourceOrder(call)
      guard !sources.contains(where: { $0.name == order.name && !$0.isOver }) else {
        throw RPCError.conflict("there is a source '\(order.name)'; source.remove or source.swap it")
      }
      guard !isSwapped(order.name) else { throw RPCError.conflict("the source '\(order.name)' is being swapped") }
      for old in sources where old.name == order.name { leaves(old) }
      sources.removeAll { $0.name == order.name }
      audit(call, order.name)
      let task = newSource(order)
      guard start(task) else { throw RPCError.refused(task.error ?? "the source could not be started") }
      answer(reply, whenStarted: task)
    }
    methods.onDeferred("source.swap") { [unowned self] call, reply in
      let old = try source(of: call)
      let new = newSource(try sourceOrder(call))
      guard old.state != .stopping, old.state != .pausing else {
        throw RPCError.conflict("the source '\(old.name)' is \(old.state.rawValue)")
      }
      guard old.place != new.place || old.isOver else {
        throw RPCError.conflict("that is what '\(old.name)' reads already")
      }
      let detail = "\(old.name): \(old.order.summary) -> \(new.order.summary)"
      let caller = call.caller.name
      audit(call, detail)
      swap(old, by: new) { [unowned self] error in
        guard let error else { return reply.succeed { new.write(to: &$0) } }
        note(caller, "source.swap", "\(detail): \(error.data?["reason"]?.string ?? error.message)")
        reply.fail(error)
      }
    }
  }

  private func registerPausing() {
    methods.onDeferred("source.pause") { [unowned self] call, reply in
      let task = try source(of: call)
      guard task.hasThread, !task.isEnding else {
        throw RPCError.conflict("the source '\(task.name)' is \(task.state.rawValue)")
      }
      audit(call, task.name)
      task.whenOver.add { reply.succeed { task.write(to: &$0) } }
      task.end(as: .pausing)
      publish("source") { task.write(to: &$0) }
    }
    methods.onDeferred("source.resume") { [unowned self] call, reply in
      let task = try source(of: call)
      guard task.state == .paused else {
        throw RPCError.conflict("the source '\(task.name)' is \(task.state.rawValue), not paused")
      }
      guard !isStopping else { throw RPCError.unavailable("the daemon is stopping") }
      audit(call, task.name)
      guard startThread(of: task) else { throw RPCError.refused(task.error ?? "the source could not be started") }
      publish("source") { task.write(to: &$0) }
      answer(reply, whenStarted: task)
    }
  }

  /// Answers once the source is open or has failed to be; one that takes its time is shown as it then is.
  private func answer(_ reply: RPCReply, whenStarted task: SourceTask) {
    task.whenStarted.add {
      if task.state == .failed, let error = task.error { return reply.fail(RPCError.refused(error)) }
      reply.succeed { task.write(to: &$0) }
    }
    after(Daemon.openingTime) { task.whenStarted.tell() }
  }

  /// The source that a call names, unless a swap has it.
  private func source(of call: RPCCall) throws(RPCError) -> SourceTask {
    let name = call.params["name"]?.string ?? ""
    guard let task = sources.first(where: { $0.name == name }) else { throw .notFound("no source '\(name)'") }
    guard !isSwapped(name) else { throw .conflict("the source '\(name)' is being swapped") }
    return task
  }

  private func isSwapped(_ name: String) -> Bool {
    swaps.contains { $0.old.name == name && $0.phase != .givenUp }
  }

  /// What a call asks to be read, if there is such a plugin and room for one more.
  private func sourceOrder(_ call: RPCCall) throws(RPCError) -> SourceOrder {
    let plugin = call.params["plugin"]?.string ?? ""
    guard sourcePlugin(plugin) != nil else {
      let known = shelf.sources().map(\.identity.name).sorted().joined(separator: ", ")
      throw .notFound("no source plugin '\(plugin)'; there are \(known)")
    }
    guard sources.count(where: { !$0.isOver }) &+ swaps.count < 64 else { throw .busy("64 sources are running") }
    guard !isStopping else { throw .unavailable("the daemon is stopping") }
    return SourceOrder(
      name: call.params["name"]?.string ?? "", plugin: plugin, kind: Self.sourceKind(call.params["kind"]?.string),
      file: call.params["file"]?.string, parameters: call.params["parameters"].map { JSONValue($0).description } ?? "",
      every: Int(call.params["every"]?.int64 ?? 0))
  }

  /// The kind of records that a source is to give, by its name in the contract and the configuration.
  static func sourceKind(_ name: String?) -> PluginInterface? {
    switch name {
    case "personas": .personaSource
    case "processes": .processSource
    default: nil
    }
  }
}
