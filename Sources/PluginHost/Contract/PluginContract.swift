/// What a checker asks of a plugin beyond what running it needs.

import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

extension Plugin {
  /// What the entry answers to a host of some ABI (major << 16 | minor).
  public enum EntryAnswer: Sendable { case sameDescriptor, otherDescriptor, nothing }

  /// Asks the entry of the loaded image again. [main]
  public func entryAnswer(to hostABI: UInt32) -> EntryAnswer {
    guard let image = try? image(), let answer = image.entry(hostABI) else { return .nothing }
    return answer == image.descriptor ? .sameDescriptor : .otherDescriptor
  }

  /// Lets the plugin describe itself once more. [main]
  public func describedAgain() throws(PluginError) -> PluginDescription {
    try image().describe(identity, path)
  }

  /// Whether the plugin has a table for an id, which may be one that nobody knows.
  public func answersInterface(_ id: String) -> Bool {
    guard let look = (try? image())?.descriptor.pointee.interface else { return false }
    return withABIText(id) { look($0) != nil }
  }

  /// Whether its `dissector/1` takes datagrams.
  public var takesDatagrams: Bool {
    let table = try? table(.dissector, into: vdt_dissector(), atLeast: ABI10.dissector)
    return table?.datagram != nil
  }

  /// How sure the plugin is (0…100) that an input which begins so is its own, or why it could not look. [main]
  public func sniffed(
    _ start: [UInt8], name: String, _ interface: PluginInterface
  ) throws(PluginError) -> (certainty: UInt32, failure: String?) {
    try sniff(start, name: name, interface)
  }

  /// The plugin's own test; nil where it has none. [main]
  public func selftest() throws(PluginError) -> (passed: Bool, report: String)? {
    guard interfaces.contains(.selftest) else { return nil }
    guard let run = try table(.selftest, into: vdt_selftest(), atLeast: ABI10.selftest).run else { return nil }
    let host = HostTable(plugin: identity.id, log: { _ in })
    var report = vdt_str()
    let status = run(host.table, &report)
    let words = report.words
    return (status >= 0, status >= 0 ? words : words.isEmpty ? host.takeWords() ?? "error \(status)" : words)
  }
}

/// An instance by itself, of any plugin. Ends with the object.
public final class PluginInstance {
  private let plugin: Plugin
  private let host: HostTable
  private let instance: OpaquePointer

  /// Throws with the plugin's words where it refuses the configuration.
  public init(_ plugin: Plugin, config: String = "") throws(PluginError) {
    self.plugin = plugin
    host = HostTable(plugin: plugin.identity.id, log: { _ in })
    instance = try Dissector.create(plugin, config, host)
  }

  deinit { plugin.destroy(instance) }
}

extension SourceInput {
  /// All that is left to read of it, up to a limit in bytes.
  public func readAll(limit: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let n = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress.map { $0 + count }, limit - count) }
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { break }
      count += n
    }
    bytes.removeLast(limit - count)
    return bytes
  }
}
