/// The one function that the shared library exports.

import VedettePluginABI
import XExportSource

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { XExportPlugin.plugin.entry(host: host) }
