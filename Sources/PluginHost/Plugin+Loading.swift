/// Loading a plugin while a program runs: what would fail later, under traffic, fails before anything depends on it.

extension Plugin {
  /// Takes one file through all that a search asks of it: owner and mode, `trust`, and the child that describes it. Its code
  /// runs in the child only.
  ///
  /// - Parameters:
  ///   - path: an absolute path.
  ///   - child: nil loads the file untried, as where no program is there that could be one.
  /// - Throws: why a search would refuse it.
  public static func described(
    path: String, trust: PluginTrust, child: DescribingChild? = .standard()
  ) throws(PluginError) -> Plugin {
    guard path.hasPrefix("/") else { throw PluginError(.file, path, "is no absolute path; give one") }
    let gathering = Gathering([path], trust: trust, child: child, cache: nil, refusals: [])
    if let refusal = gathering.refusals.first { throw refusal }
    guard let plugin = gathering.plugins.first else { throw PluginError(.file, path, "is no plugin") }
    return plugin
  }

  /// Loads its code where it will run and, of a dissector, makes an instance and ends it again: with that, what a worker will do
  /// later has been done once.
  public func tryOut(config: String = "", isolation: PluginIsolation = PluginIsolation()) throws(PluginError) {
    for interface in interfaces where [.dissector, .personaSource, .processSource].contains(interface) {
      guard isolation.isolates(self, interface) else {
        _ = try image()
        continue
      }
      if interface != .dissector { _ = try isolation.confinement(of: self, interface) }
    }
    if interfaces.contains(.dissector) { _ = try Dissector(self, config: config, isolation: isolation) }
  }
}
