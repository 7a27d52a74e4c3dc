/// The plugins of this process: all that were found, by id.

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

  /// Loads all that `search` finds, after `child` has. [main]
  /// - Parameter child: nil loads them untried, as where no program is there that could be one.
  public static func load(
    _ search: PluginSearch, child: DescribingChild? = .standard()
  ) -> PluginShelf {
    var plugins: [Plugin] = []
    var shadowed: [(path: String, by: String)] = []
    let (files, problems) = search.files()
    var refusals = problems
    var sealed: [SealedFile] = []
    for path in files {
      do throws(PluginError) { sealed.append(try SealedFile(path: path)) } catch { refusals.append(error) }
    }
    let answers = child?.describe(sealed)
    for (at, file) in sealed.enumerated() {
      let path = file.path
      do throws(PluginError) {
        let plugin = try load(file, answers?[at])
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

  /// Loads a file that the child could load, and holds it to what it said there.
  private static func load(_ file: SealedFile, _ answer: DescribingChild.Answer?) throws(PluginError) -> Plugin {
    if case .refused(let error) = answer { throw error }
    let plugin = try Plugin(file)
    if case .described(let json) = answer, json != plugin.json {
      throw PluginError(.description, file.path, "does not always say the same of itself")
    }
    return plugin
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
