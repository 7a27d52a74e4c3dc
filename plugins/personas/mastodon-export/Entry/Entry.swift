/// The one function that the shared library exports.

import MastodonExportSource
import VedettePluginABI

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { MastodonExportPlugin.plugin.entry(host: host) }
