/// Child processes that plugins look at an input in, to say whether it is theirs.

import CIsolation
import VedettePluginABI

/// One for each plugin, all at once: each is new, for what it looks at may be meant to take it over.
struct SniffingChildren {
  private var answers: [String: (certainty: UInt32, failure: String?)] = [:]

  init(_ plugins: [(Plugin, PluginInterface)], _ start: [UInt8], name: String, _ isolation: PluginIsolation) {
    var started: [(plugin: Plugin, child: HostingChild)] = []
    for (plugin, interface) in plugins {
      do throws(PluginError) {
        let child = try HostingChild.start(plugin, interface, isolation, hasNetwork: false)
        let lane = child.lane
        let name = Array(name.utf8.prefix(4096))
        let all = name + start.prefix(Int(lane.setup.bytes) - name.count)
        lane.bytes.copyMemory(from: all, byteCount: all.count)
        lane.request.pointee.kind = LaneCall.sniff
        lane.request.pointee.offset = UInt64(name.count)
        lane.request.pointee.length = UInt64(all.count)
        child.post()
        started.append((plugin, child))
      } catch {
        answers[plugin.identity.id] = (0, error.words)
      }
    }
    for (plugin, child) in started {
      answers[plugin.identity.id] = Self.read(plugin, child, isolation)
      child.end()
    }
  }

  private static func read(
    _ plugin: Plugin, _ child: HostingChild, _ isolation: PluginIsolation
  ) -> (UInt32, String?) {
    guard let answer = child.collectAnswer(isolation.callMilliseconds &+ HostingChild.loading) else {
      return (0, "its process \(child.fault ?? "is gone")")
    }
    let words =
      answer.words_length == 0
      ? nil : Lane.text(child.lane.words, answer.words_length, most: UInt32(VEDETTE_LANE_MOST_WORDS))
    guard answer.status == VDT_OK else { return (0, words ?? "error \(answer.status), without words") }
    return (min(answer.certainty, 100), words)
  }

  /// How sure a plugin is, and why it could not look.
  func answer(_ plugin: Plugin) -> (certainty: UInt32, failure: String?) {
    answers[plugin.identity.id] ?? (0, "was not asked")
  }
}
