/// The one function that the shared library exports.

import MastodonSource
import VedettePluginABI

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { MastodonPlugin.plugin.entry(host: host) }
