/// The folders of `plugins.path`, looked into again: what is new there comes, what was changed is reloaded, what is gone goes.

import EventLoop
import JSON
import PluginHost
import RPC

/// What a search found beside what is loaded. Plugins that are to come were tried out.
struct PluginDifference: Sendable {
  var new: [Plugin] = []
  var changed: [Plugin] = []
  /// Ids of those that are not found any more.
  var gone: [String] = []
  /// Files that are no plugins, or that cannot be used.
  var refusals: [PluginError] = []
  var shadowed: [(path: String, by: String)] = []
  /// Where those that are tried out run.
  private let isolation: PluginIsolation

  /// - Parameter loaded: what was found before. A plugin that was loaded by a call is no matter of the folders, whether they have
  ///   another of its id or not.
  init(_ shelf: PluginShelf, loaded: [(plugin: Plugin, isOfFolders: Bool)]) {
    isolation = shelf.isolation
    refusals = shelf.refusals
    shadowed = shelf.shadowed
    for plugin in shelf.plugins {
      guard let there = loaded.first(where: { $0.plugin.identity.id == plugin.identity.id }) else {
        take(plugin, into: \.new)
        continue
      }
      guard there.isOfFolders else { continue }
      if there.plugin.path != plugin.path || there.plugin.sha256 != plugin.sha256 { take(plugin, into: \.changed) }
    }
    for one in loaded where one.isOfFolders {
      let id = one.plugin.identity.id
      // A file that is there and refused is none that is gone: what is loaded of it stays.
      let isRefused = shelf.refusals.contains { $0.place == one.plugin.path }
      if !isRefused, shelf.plugins.allSatisfy({ $0.identity.id != id }) { gone.append(id) }
    }
  }

  private mutating func take(_ plugin: Plugin, into list: WritableKeyPath<PluginDifference, [Plugin]>) {
    do throws(PluginError) {
      try plugin.tryOut(isolation: isolation)
      self[keyPath: list].append(plugin)
    } catch {
      refusals.append(error)
    }
  }
}

extension Daemon {
  func registerReload() {
    methods.onDeferred("engine.reload") { [unowned self] call, reply in
      let who = call.caller.name
      guard !isStopping else { throw RPCError.unavailable("the daemon is stopping") }
      guard !isChangingPlugins else { throw RPCError.busy("another plugin is being looked at; come again later") }
      let configuration = configuration
      let loaded = loads.filter(\.isPresent).map { (plugin: $0.plugin, isOfFolders: $0.isOfFolders) }
      isChangingPlugins = true
      do throws(EventLoopError) {
        try loop.offload {
          Result { () throws(PluginError) -> PluginDifference in
            PluginDifference(try PluginShelf.load(configuration), loaded: loaded)
          }
        } then: { [unowned self] found in
          isChangingPlugins = false
          switch found {
          case .failure(let error): reply.fail(RPCError.refused(error.description))
          case .success(let difference): take(difference, who, reply)
          }
        }
      } catch {
        isChangingPlugins = false
        throw RPCError.unavailable(error.description)
      }
    }
  }

  private func take(_ difference: PluginDifference, _ who: String, _ reply: RPCReply) {
    var (added, reloaded, unloaded) = ([String](), [String](), [String]())
    var refused = difference.refusals.map(\.description)
    for id in difference.gone {
      guard let load = load(named: id) else { continue }
      let readers = sources(using: load.plugin).map(\.name)
      guard readers.isEmpty else {
        refused.append("\(id): its file is gone, and it is read by \(readers.joined(separator: ", ")): it stays")
        continue
      }
      remove(load, "its file is gone")
      note(who, "plugin.unload", "\(id) \(load.plugin.identity.version): its file \(load.plugin.path) is gone")
      unloaded.append(id)
    }
    for plugin in difference.changed {
      guard let old = load(named: plugin.identity.id) else { continue }
      let new = PluginLoad(plugin, by: who, isOfFolders: true)
      replace(old, by: new)
      note(who, "plugin.reload", "\(old.plugin.identity.version) -> \(new.detail)")
      reloaded.append(new.id)
    }
    for plugin in difference.new {
      if let obstacle = obstacle(to: plugin) {
        refused.append("\(plugin.path): \(obstacle)")
        continue
      }
      let load = PluginLoad(plugin, by: who, isOfFolders: true)
      add(load)
      note(who, "plugin.load", load.detail)
      added.append(load.id)
    }
    for words in refused { note(who, "plugin.refuse", words) }
    shelf = PluginShelf(
      plugins: shelf.plugins, refusals: difference.refusals, shadowed: difference.shadowed, isolation: shelf.isolation)
    whenTaken { [unowned self] in
      capturesMoved()
      reply.succeed { w in
        w.beginObject()
        w.member("loaded", added)
        w.member("reloaded", reloaded)
        w.member("unloaded", unloaded)
        w.member("refused", refused)
        w.endObject()
      }
    }
  }
}
