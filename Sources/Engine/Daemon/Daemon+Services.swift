/// What the daemon lends to its sources: secrets of the configuration, and small stores of their own.

import PluginHost
import Store

extension Daemon {
  func services(of task: SourceTask) -> HostServices {
    let (source, place) = (task.name, task.place.key)
    let secrets = Secrets(configuration)
    let (store, log) = (store, log)
    return HostServices(
      secret: { name in
        do throws(SecretError) { return try secrets.value(of: name).map { Array($0.utf8) } } catch {
          log.error("\(source): \(error)")
          return nil
        }
      },
      state: HostServices.State(
        get: { try store.state(of: place, key: $0) },
        put: { try store.keep(state: $1, of: place, key: $0, most: HostServices.mostKeys) },
        remove: { try store.forgetState(of: place, key: $0) }))
  }
}
