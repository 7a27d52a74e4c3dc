/// The plugins of this process: all that were found, by id.

/// What a search found: the plugins, in order of their ids, and why each other file is none.
public struct PluginShelf: Sendable {
  public let plugins: [Plugin]
  /// One line each; the rest goes on without them.
  public let refusals: [PluginError]
  /// Files whose plugin was found before in an earlier folder.
  public let shadowed: [(path: String, by: String)]
  /// Which of them run in processes of their own.
  public var isolation: PluginIsolation

  public init(
    plugins: [Plugin], refusals: [PluginError] = [], shadowed: [(path: String, by: String)] = [],
    isolation: PluginIsolation = PluginIsolation()
  ) {
    self.isolation = isolation
    self.plugins = plugins.sorted { $0.identity.id < $1.identity.id }
    self.refusals = refusals
    self.shadowed = shadowed
  }

  /// Takes all that `search` finds, `trust` admits and `child` could load; their code is loaded here when something of it
  /// runs. [main]
  /// - Parameters:
  ///   - child: nil loads them untried, as where no program is there that could be one.
  ///   - cache: what children said of the same files before; asked only where `trust` has no rule.
  public static func load(
    _ search: PluginSearch, trust: PluginTrust = PluginTrust(), child: DescribingChild? = .standard(),
    cache: DescriptionCache? = nil
  ) -> PluginShelf {
    let (files, problems) = search.files()
    let gathering = Gathering(files, trust: trust, child: child, cache: cache, refusals: problems)
    return PluginShelf(plugins: gathering.plugins, refusals: gathering.refusals, shadowed: gathering.shadowed)
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
