/// The one function that the shared library exports.

import MailboxSource
import VedettePluginABI

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { MailboxPlugin.plugin.entry(host: host) }
