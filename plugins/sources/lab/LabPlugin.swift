/// The lab source: makes a lab story and gives its personas, its processes and its machines. It reads nothing, so any
/// other source can be swapped for it.

import PluginSupport
import VedettePluginABI

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { LabPlugin.plugin.entry(host: host) }

enum LabPlugin {
  static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.source.lab", name: "lab", version: "1.0.0",
      summary: "Makes the personas, processes and machines of a lab story from a seed.",
      mode: .stream, interfaces: [.personas, .processes],
      records: [.persona, .outreach, .process, .connection, .asset],
      parameters: LabParameters.schema),
    LabSource(),
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
