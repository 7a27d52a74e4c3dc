/// Whether instances come and go, are given nonsense, and keep their data to themselves.

import PluginHost

struct InstanceStep {
  let plugin: Plugin
  let request: CheckRequest
  let channel: StepChannel

  func run() {
    do throws(PluginError) {
      channel.at("one instance")
      _ = try PluginInstance(plugin, config: request.config)
      channel.at("64 instances at once")
      var many: [PluginInstance] = []
      for _ in 0..<64 { many.append(try PluginInstance(plugin, config: request.config)) }
      while !many.isEmpty { many.remove(at: many.count / 2) }
    } catch {
      channel.fault(error.words)
      return
    }
    let nonsense = ["{", "[]", "null", "\"text\"", "{\"a\":", String(repeating: "[", count: 10_000)]
    for text in nonsense {
      channel.at("the configuration '\(text.prefix(16))'")
      // Refusing it is right, and so is not looking at it where nothing can be configured.
      do throws(PluginError) {
        _ = try PluginInstance(plugin, config: text)
        if !plugin.identity.configSchema.isEmpty {
          channel.remark("takes '\(text.prefix(16))' as its configuration, which is no JSON object")
        }
      } catch {
        if error.words.hasSuffix("without words") {
          channel.remark("refuses the configuration '\(text.prefix(16))' without words: call host->fail")
        }
      }
    }
    channel.at("an empty object as configuration")
    do throws(PluginError) { _ = try PluginInstance(plugin, config: "{}") } catch {
      if request.config.isEmpty { channel.remark("refuses an empty configuration object: \(error.words)") }
    }
  }
}
