/// The plugins that a configuration finds and trusts.

import PluginHost

extension PluginShelf {
  /// Takes what is found in `plugins.path` and the standard folders and what `plugins.trust` admits. [main]
  /// - Parameter cache: what was found before; without one each file is tried.
  /// - Throws: where a key of `plugins.trust.keys` cannot be used; nothing is loaded then.
  public static func load(
    _ configuration: Configuration, cache: DescriptionCache? = nil
  ) throws(PluginError) -> PluginShelf {
    var shelf = load(
      .standard(configured: configuration.texts("plugins.path")), trust: try PluginTrust(configuration), cache: cache)
    shelf.isolation = PluginIsolation(configuration)
    return shelf
  }
}

extension PluginIsolation {
  /// The rule of `plugins.isolation`, with the limits of `plugins.limits`.
  public init(_ configuration: Configuration) {
    self.init(Mode(rawValue: configuration.text("plugins.isolation")) ?? .none)
    callMilliseconds = configuration.integer("plugins.limits.call_ms")
    memory = UInt64(max(0, configuration.size("plugins.limits.memory")))
  }
}

extension PluginTrust {
  /// The rules of `plugins.trust`, with the keys read from their files.
  public init(_ configuration: Configuration) throws(PluginError) {
    self.init()
    require = Requirement(rawValue: configuration.text("plugins.trust.require")) ?? .signature
    includesFirstParty = configuration.text("plugins.trust.of") == "all"
    allow = configuration.texts("plugins.trust.allow")
    for text in configuration.texts("plugins.trust.keys") { keys.append(try Ed25519PublicKey(pathOrBase64: text)) }
    for entry in configuration.mappings("plugins.trust.pins") {
      guard case .text(let plugin)? = entry["plugin"], case .text(let digits)? = entry["sha256"],
        let sha256 = HexText.sha256(digits)
      else { continue }  // refused when the configuration was read
      pins.append(PluginPin(plugin: plugin, sha256: sha256))
    }
  }
}
