/// Which source an input is for.

import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

extension PluginShelf {
  /// Opens what a ``SourceSpec`` says, with the plugin found by sniffing where it names none.
  ///
  /// - Parameters:
  ///   - kind: the interface to prefer where a plugin has both; nil takes persona-source first.
  ///   - name: what the observations have as their source; the spec without folders and parameters if it is nil.
  ///   - parameters: a JSON object; parameters in the spec stand in its place.
  public func openSource(
    _ spec: String, kind: PluginInterface? = nil, name: String? = nil, parameters: String = "", cursor: [UInt8] = [],
    config: String = "", services: HostServices = HostServices(),
    log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) throws(PluginError) -> SourceInstance {
    if let parts = SourceSpec(spec) {
      if let plugin = sources().first(where: { $0.identity.name == parts.plugin || $0.identity.id == parts.plugin }) {
        return try open(parts, spec, plugin, kind, name, parameters, cursor, config, services, log)
      }
      if !Self.isThere(spec) {
        let known = sources().map(\.identity.name).sorted().joined(separator: ", ")
        throw PluginError(.unknown, spec, "no source plugin is called '\(parts.plugin)'; there are: \(known)")
      }
    }
    let input = try SourceInput(path: spec)
    do throws(PluginError) {
      let (plugin, interface) = try recognise(input, kind)
      return try SourceInstance(
        plugin, interface: interface, name: name ?? "\(plugin.identity.name):\(Self.lastPart(spec))", input: input,
        parameters: parameters, cursor: cursor, config: config, services: services, isolation: isolation, log: log)
    } catch {
      input.finish()
      throw error
    }
  }

  private func open(
    _ parts: SourceSpec, _ spec: String, _ plugin: Plugin, _ kind: PluginInterface?, _ name: String?,
    _ parameters: String, _ cursor: [UInt8], _ config: String, _ services: HostServices,
    _ log: @escaping @Sendable (PluginLogLine) -> Void
  ) throws(PluginError) -> SourceInstance {
    var parts = parts
    let interface = try interface(of: plugin, kind)
    // What a source that reads no file is given are parameters: `lab:seed=7`; what one that may read none is given are,
    // unless there is such a file: `jetstream:url=wss://…`.
    let about = plugin.description.sources.first { $0.interface == interface }
    let isNoFile = about?.streams == true && !Self.isThere(parts.file) && SourceSpec.json(of: parts.file) != nil
    if about?.readsFiles != true || isNoFile, parts.parameters == nil, !parts.file.isEmpty {
      parts.parameters = parts.file
      parts.file = ""
    }
    var parameters = parameters
    if let text = parts.parameters {
      guard let json = SourceSpec.json(of: text) else {
        throw PluginError(.refused, spec, "'\(text)' is no list of parameters: write NAME=VALUE,NAME=VALUE")
      }
      parameters = json
    }
    let input = parts.file.isEmpty ? nil : try SourceInput(path: parts.file)
    let shown = parts.file.isEmpty ? parts.plugin : "\(parts.plugin):\(Self.lastPart(parts.file))"
    return try SourceInstance(
      plugin, interface: interface, name: name ?? shown, input: input, parameters: parameters, cursor: cursor,
      config: config, services: services, isolation: isolation, log: log)
  }

  /// The plugin that is surest of the input; ties go to the smaller id.
  public func recognise(
    _ input: SourceInput, _ kind: PluginInterface? = nil
  ) throws(PluginError) -> (Plugin, PluginInterface) {
    var best: (plugin: Plugin, interface: PluginInterface, certainty: UInt32)?
    var failures = ""
    let asked = try sources(kind).map { plugin throws(PluginError) in
      let interface = try interface(of: plugin, kind)
      return (plugin, interface, isolation.isolates(plugin, interface))
    }
    let isolated = SniffingChildren(
      asked.filter(\.2).map { ($0.0, $0.1) }, input.start, name: Self.lastPart(input.path), isolation)
    for (plugin, interface, isIsolated) in asked {
      let (certainty, words) =
        isIsolated
        ? isolated.answer(plugin) : try plugin.sniff(input.start, name: Self.lastPart(input.path), interface)
      if certainty > best?.certainty ?? 0 { best = (plugin, interface, certainty) }
      if let words { failures += "; \(plugin.identity.name) could not look: \(words)" }
    }
    guard let best else {
      let known = sources(kind).map(\.identity.name).sorted().joined(separator: ", ")
      throw PluginError(
        .unknown, input.path, "no source plugin knows this file; name one (PLUGIN:FILE), there are: \(known)\(failures)"
      )
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
}

extension Plugin {
  /// How sure the plugin is (0…100) that the input is its own. A plugin that fails to look is not sure at all, and
  /// says why.
  func sniff(
    _ start: [UInt8], name: String, _ interface: PluginInterface
  ) throws(PluginError) -> (certainty: UInt32, failure: String?) {
    let table = try table(interface, into: vdt_source(), atLeast: ABI10.source)
    guard let sniff = table.sniff else { return (0, nil) }
    var certainty: UInt32 = 0
    var words = vdt_str()
    let status = withABIBytes(start) { bytes in withABIText(name) { sniff(bytes, $0, &certainty, &words) } }
    guard status == VDT_OK else { return (0, words.len > 0 ? words.words : "error \(status), without words") }
    return (min(certainty, 100), nil)
  }
}
