/// Which source an input is for.

import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

extension PluginShelf {
  /// Opens `plugin:FILE`, `plugin:` (a source that reads no file), or `FILE`, whose plugin is found by sniffing.
  ///
  /// - Parameters:
  ///   - kind: the interface to prefer where a plugin has both; nil takes persona-source first.
  ///   - name: what the observations have as their source; the spec without folders if it is nil.
  public func openSource(
    _ spec: String, kind: PluginInterface? = nil, name: String? = nil, parameters: String = "", cursor: [UInt8] = [],
    config: String = "", log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) throws(PluginError) -> SourceInstance {
    if let colon = spec.firstIndex(of: ":"), !spec[..<colon].contains("/"),
      let plugin = sources().first(where: { $0.identity.name == spec[..<colon] || $0.identity.id == spec[..<colon] })
    {
      let file = String(spec[spec.index(after: colon)...])
      let input = file.isEmpty ? nil : try SourceInput(path: file)
      return try SourceInstance(
        plugin, interface: try interface(of: plugin, kind), name: name ?? Self.shortName(spec), input: input,
        parameters: parameters, cursor: cursor, config: config, log: log)
    }
    if let colon = spec.firstIndex(of: ":"), !spec[..<colon].contains("/"), !Self.isThere(spec) {
      let known = sources().map(\.identity.name).sorted().joined(separator: ", ")
      throw PluginError(.unknown, spec, "no source plugin is called '\(spec[..<colon])'; there are: \(known)")
    }
    let input = try SourceInput(path: spec)
    do throws(PluginError) {
      let (plugin, interface) = try recognise(input, kind)
      return try SourceInstance(
        plugin, interface: interface, name: name ?? "\(plugin.identity.name):\(Self.lastPart(spec))", input: input,
        parameters: parameters, cursor: cursor, config: config, log: log)
    } catch {
      input.finish()
      throw error
    }
  }

  /// The plugin that is surest of the input; ties go to the smaller id.
  public func recognise(
    _ input: SourceInput, _ kind: PluginInterface? = nil
  ) throws(PluginError) -> (Plugin, PluginInterface) {
    var best: (plugin: Plugin, interface: PluginInterface, certainty: UInt32)?
    for plugin in sources(kind) {
      let interface = try interface(of: plugin, kind)
      let certainty = try plugin.sniff(input.start, name: Self.lastPart(input.path), interface)
      if certainty > best?.certainty ?? 0 { best = (plugin, interface, certainty) }
    }
    guard let best else {
      let known = sources(kind).map(\.identity.name).sorted().joined(separator: ", ")
      throw PluginError(
        .unknown, input.path, "no source plugin knows this file; name one (PLUGIN:FILE), there are: \(known)")
    }
    return (best.plugin, best.interface)
  }

  private func interface(of plugin: Plugin, _ kind: PluginInterface?) throws(PluginError) -> PluginInterface {
    if let kind, plugin.interfaces.contains(kind) { return kind }
    guard let first = plugin.interfaces.first(where: { $0 == .personaSource || $0 == .processSource }) else {
      throw PluginError(.unknown, plugin.identity.id, "is no source")
    }
    return first
  }

  private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func shortName(_ spec: String) -> String {
    guard let colon = spec.firstIndex(of: ":") else { return lastPart(spec) }
    let file = lastPart(String(spec[spec.index(after: colon)...]))
    return file.isEmpty ? String(spec[..<colon]) : "\(spec[..<colon]):\(file)"
  }
}

extension Plugin {
  /// How sure the plugin is (0…100) that the input is its own. A plugin that fails to look is not sure at all.
  func sniff(_ start: [UInt8], name: String, _ interface: PluginInterface) throws(PluginError) -> UInt32 {
    let raw = try table(interface, minimum: MemoryLayout<vdt_source>.size)
    guard let sniff = raw.assumingMemoryBound(to: vdt_source.self).pointee.sniff else { return 0 }
    var certainty: UInt32 = 0
    var words = vdt_str()
    let status = withABIBytes(start) { bytes in withABIText(name) { sniff(bytes, $0, &certainty, &words) } }
    return status < 0 ? 0 : min(certainty, 100)
  }
}
