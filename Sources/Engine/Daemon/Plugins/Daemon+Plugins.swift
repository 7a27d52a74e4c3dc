/// What the audit log says of plugins.

import PluginHost
import Store

extension Daemon {
  /// Notes each plugin that was loaded, with what it was trusted for, and each file that was refused.
  func notePluginsAtStart() {
    let loads = shelf.plugins.map { plugin in
      let sha256 = plugin.sha256 ?? "unknown"
      let words = plugin.standing?.words ?? "unverified"
      return (
        what: "plugin.load",
        detail: "\(plugin.identity.id) \(plugin.identity.version) from \(plugin.path), SHA-256 \(sha256): \(words)"
      )
    }
    let refusals = shelf.refusals.map { (what: "plugin.refuse", detail: $0.description) }
    do throws(StoreError) {
      try store.audit(who: "daemon", loads + refusals)
    } catch {
      log.error("\(error)")
    }
  }
}
