/// The plugins of this process: all that were found, by id.

import JSON

/// What a search found: the plugins, in order of their ids, and why each other file is none.
public struct PluginShelf: Sendable {
  public let plugins: [Plugin]
  /// One line each; the rest goes on without them.
  public let refusals: [PluginError]
  /// Files whose plugin was found before in an earlier folder.
  public let shadowed: [(path: String, by: String)]

  public init(plugins: [Plugin], refusals: [PluginError] = [], shadowed: [(path: String, by: String)] = []) {
    self.plugins = plugins.sorted { $0.identity.id < $1.identity.id }
    self.refusals = refusals
    self.shadowed = shadowed
  }

  /// Loads all that `search` finds and `trust` admits, after `child` has. [main]
  /// - Parameter child: nil loads them untried, as where no program is there that could be one.
  public static func load(
    _ search: PluginSearch, trust: PluginTrust = PluginTrust(), child: DescribingChild? = .standard()
  ) -> PluginShelf {
    var plugins: [Plugin] = []
    var shadowed: [(path: String, by: String)] = []
    let (files, problems) = search.files()
    var refusals = problems
    var sealed: [(file: SealedFile, standing: PluginStanding)] = []
    for path in files {
      do throws(PluginError) {
        let file = try SealedFile(path: path)
        // Before any of its code runs, in the child or here.
        sealed.append((file, try trust.judge(file)))
      } catch {
        refusals.append(error)
      }
    }
    let answers = child?.describe(sealed.map(\.file))
    for (at, (file, standing)) in sealed.enumerated() {
      let path = file.path
      do throws(PluginError) {
        let plugin = try load(file, standing, trust, answers?[at])
        if let first = plugins.first(where: { $0.identity.id == plugin.identity.id }) {
          shadowed.append((path, first.path))
        } else if let first = plugins.first(where: { $0.identity.name == plugin.identity.name }) {
          refusals.append(
            PluginError(
              .description, path,
              "\(plugin.identity.id) is called '\(plugin.identity.name)' as is \(first.identity.id), which came first"))
        } else {
          plugins.append(plugin)
        }
      } catch {
        refusals.append(error)
      }
    }
    return PluginShelf(plugins: plugins, refusals: refusals, shadowed: shadowed)
  }

  /// Loads a file that the child could load and that may be used under the id that it gave there, and holds it to what it
  /// said.
  private static func load(
    _ file: SealedFile, _ judged: PluginStanding, _ trust: PluginTrust, _ answer: DescribingChild.Answer?
  ) throws(PluginError) -> Plugin {
    switch answer {
    case .refused(let error)?: throw error
    case .described(let json)?:
      let id = (try? JSONValue(parsing: json))?["id"]?.string ?? ""
      let plugin = try Plugin(file, standing: try trust.admit(id, file, judged))
      guard json == plugin.json else {
        throw PluginError(.description, file.path, "does not always say the same of itself")
      }
      return plugin
    case nil:
      let plugin = try Plugin(file, standing: judged)
      _ = try trust.admit(plugin.identity.id, file, judged)
      return plugin
    }
  }

  public var dissectors: [Plugin] { plugins.filter { $0.interfaces.contains(.dissector) } }

  /// Plugins that bring personas or processes.
  public func sources(_ kind: PluginInterface? = nil) -> [Plugin] {
    plugins.filter { plugin in
      plugin.interfaces.contains { ($0 == .personaSource || $0 == .processSource) && (kind == nil || $0 == kind) }
    }
  }

  /// The plugin of a short name (`winevent`) or an id.
  public func plugin(named name: String) -> Plugin? {
    plugins.first { $0.identity.name == name } ?? plugins.first { $0.identity.id == name }
  }
}
