/// The methods that list, check, load, unload and reload plugins.

import EventLoop
import Evidence
import JSON
import PluginHost
import RPC
import Store

extension Daemon {
  func registerPlugins() {
    registerPluginList()
    registerReload()
    methods.onDeferred("plugin.check") { [unowned self] call, reply in
      let path = call.params["path"]?.string ?? ""
      try examine(path, isKept: false) { [unowned self] found in
        reply.succeed { w in
          w.beginObject()
          w.key("plugin")
          w.beginObject()
          switch found {
          case .success(let plugin):
            plugin.writeSummary(to: &w)
            w.endObject()
            let obstacle = obstacle(to: plugin)
            w.member("loads", obstacle == nil)
            w.member("error", obstacle)
          case .failure(let error):
            w.member("path", path)
            w.endObject()
            w.member("loads", false)
            w.member("error", error.description)
          }
          w.endObject()
        }
      }
    }
    methods.onDeferred("plugin.load") { [unowned self] call, reply in
      let path = call.params["path"]?.string ?? ""
      let who = call.caller.name
      try examine(path, isKept: true) { [unowned self] found in
        switch found {
        case .failure(let error): refuse(error.description, who, reply)
        case .success(let plugin):
          if let obstacle = obstacle(to: plugin) { return refuse("\(path): \(obstacle)", who, reply) }
          let load = PluginLoad(plugin, by: who)
          add(load)
          note(who, "plugin.load", load.detail)
          answer(reply, load)
        }
      }
    }
    methods.onDeferred("plugin.unload") { [unowned self] call, reply in
      let load = try load(of: call)
      guard !isChangingPlugins else { throw RPCError.busy("another plugin is being loaded") }
      let readers = sources(using: load.plugin).map(\.name)
      guard readers.isEmpty else {
        throw RPCError.conflict(
          "\(load.id) is read by \(readers.joined(separator: ", ")); source.remove or source.swap first")
      }
      remove(load, "unloaded by \(call.caller.name)")
      audit(call, "\(load.id) \(load.plugin.identity.version) from \(load.plugin.path)")
      answer(reply, load)
    }
    methods.onDeferred("plugin.reload") { [unowned self] call, reply in
      let old = try load(of: call)
      let path = call.params["path"]?.string ?? old.plugin.path
      let who = call.caller.name
      try examine(path, isKept: true) { [unowned self] found in
        switch found {
        case .failure(let error): refuse(error.description, who, reply)
        case .success(let plugin):
          guard plugin.identity.id == old.id else {
            return refuse("\(path): is \(plugin.identity.id), not \(old.id); plugin.load it", who, reply)
          }
          guard old.isPresent else { return refuse("\(old.id) was unloaded meanwhile", who, reply) }
          let new = PluginLoad(plugin, by: who, isOfFolders: old.isOfFolders && plugin.path == old.plugin.path)
          replace(old, by: new)
          note(who, "plugin.reload", "\(old.plugin.identity.version) -> \(new.detail)")
          answer(reply, new)
        }
      }
    }
  }

  private func registerPluginList() {
    /// One line of the list: a load, or a file that was refused when the daemon started.
    enum Line {
      case load(LoadReport)
      case refusal(PluginError)
    }
    methods.on("plugin.list") { [unowned self] call, w in
      let lines = loads.map { Line.load(report($0)) } + shelf.refusals.map { Line.refusal($0) }
      let started = started
      func time(_ line: Line) -> Timestamp {
        if case .load(let report) = line { report.load.loaded } else { started }
      }
      try writePage(lines, call, &w, time: time) { line, w in
        switch line {
        case .load(let report): report.write(to: &w)
        case .refusal(let error):
          w.beginObject()
          w.member("path", error.place)
          w.member("state", "refused")
          w.member("error", error.description)
          w.member("loaded", started)
          w.endObject()
        }
      }
    }
  }

  // MARK: steps

  /// Looks at a file off the loop, as a search would; one that is kept is loaded and tried out, too. One at a time: what is
  /// found is judged by the plugins that are there then.
  private func examine(
    _ path: String, isKept: Bool, then: @escaping (Result<Plugin, PluginError>) -> Void
  ) throws(RPCError) {
    guard !isStopping else { throw .unavailable("the daemon is stopping") }
    guard !isChangingPlugins else { throw .busy("another plugin is being looked at; come again later") }
    isChangingPlugins = true
    let configuration = configuration
    do throws(EventLoopError) {
      try loop.offload {
        Result { () throws(PluginError) -> Plugin in
          let plugin = try Plugin.described(path: path, trust: try PluginTrust(configuration))
          if isKept { try plugin.tryOut(isolation: PluginIsolation(configuration)) }
          return plugin
        }
      } then: { [unowned self] found in
        isChangingPlugins = false
        then(found)
      }
    } catch {
      isChangingPlugins = false
      throw .unavailable(error.description)
    }
  }

  /// What stands against a plugin among those that are there; nil where nothing does.
  func obstacle(to plugin: Plugin) -> String? {
    for load in loads where load.isPresent {
      let there = load.plugin
      if load.id == plugin.identity.id {
        return "\(load.id) \(there.identity.version) is loaded from \(there.path); plugin.reload it"
      }
      if there.identity.name == plugin.identity.name {
        return "\(plugin.identity.id) is called '\(there.identity.name)' as is \(load.id), which is loaded"
      }
    }
    let asked = loads.count { $0.isAsked }
    if plugin.interfaces.contains(.dissector), asked >= 64 { return "64 dissectors are loaded; unload one" }
    return nil
  }

  private func load(of call: RPCCall) throws(RPCError) -> PluginLoad {
    let name = call.params["plugin"]?.string ?? ""
    guard let load = load(named: name) else { throw .notFound("no plugin '\(name)' is loaded") }
    return load
  }

  private func refuse(_ words: String, _ who: String, _ reply: RPCReply) {
    note(who, "plugin.refuse", words)
    log.warning("plugin refused", metadata: ["by": "\(who)", "why": "\(words)"])
    reply.fail(RPCError.refused(words))
  }

  /// Answers when all captures have taken the change; where one takes its time, with what there is then.
  private func answer(_ reply: RPCReply, _ load: PluginLoad) {
    log.info(
      "plugin \(load.state.rawValue)",
      metadata: ["id": "\(load.id)", "version": "\(load.plugin.identity.version)", "path": "\(load.plugin.path)"])
    whenTaken { [unowned self] in
      capturesMoved()
      let report = report(load)
      // That it is gone has been told.
      if load.state != .drained { publish("plugin") { report.write(to: &$0) } }
      reply.succeed { report.write(to: &$0) }
    }
  }
}
