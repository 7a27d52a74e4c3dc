/// How an instance is made in a child: the process, the image in it, and what the plugin says there of itself.

import CIsolation
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

extension HostingChild {
  /// What loading and describing may take beside a call, in milliseconds.
  static let loading: Int64 = 10_000

  /// Starts a process for a plugin.
  static func start(
    _ plugin: Plugin, _ interface: PluginInterface, _ isolation: PluginIsolation, hasNetwork: Bool, input: Int32 = -1,
    hasState: Bool = false
  ) throws(PluginError) -> HostingChild {
    guard let program = isolation.program ?? DescribingChild.standard()?.program else {
      throw PluginError(.refused, plugin.identity.id, "no program is there that could run it in a process of its own")
    }
    var setup = Lane.setup(
      LaneRole(interface), lookahead: interface == .dissector ? plugin.description.lookahead : 0,
      hasNetwork: hasNetwork, memory: isolation.memory)
    setup.has_state = hasState ? 1 : 0
    return try HostingChild(try plugin.file(), setup, program: program, input: input)
  }

  /// Starts a process and has it make an instance.
  /// - Throws: where there is no process, the plugin says something else of itself there, or makes no instance.
  static func make(
    _ plugin: Plugin, _ interface: PluginInterface, _ isolation: PluginIsolation, config: String, input: Int32 = -1,
    host: HostTable, reply: ((Lane, vedette_answer) -> Void)? = nil
  ) throws(PluginError) -> (HostingChild, vedette_answer) {
    let child = try start(
      plugin, interface, isolation, hasNetwork: plugin.needsNetwork(interface), input: input,
      hasState: host.services.state != nil)
    let setup = child.lane.setup
    let lane = child.lane
    let bytes = Array(config.utf8.prefix(Int(setup.bytes)))
    lane.bytes.copyMemory(from: bytes, byteCount: bytes.count)
    lane.request.pointee.kind = LaneCall.create
    lane.request.pointee.length = UInt64(bytes.count)
    let answer = child.call(isolation.callMilliseconds &+ loading, reply: reply.map { reply in { reply(lane, $0) } })
    guard let answer else {
      throw PluginError(.image, plugin.identity.id, "\(child.fault ?? "ended") while its instance was made")
    }
    host.hear(answer, lane)
    guard answer.status == VDT_OK else {
      let words = host.takeWords() ?? "error \(answer.status), without words"
      child.end()
      throw PluginError(.refused, plugin.identity.id, words)
    }
    // It may have been made to say something else there; the shapes of this process are what counts.
    let said = UnsafeRawBufferPointer(start: lane.arena, count: Int(min(answer.arena, setup.arena)))
    guard said.elementsEqual(plugin.profile.json.utf8) else {
      child.end()
      throw PluginError(.description, plugin.path, "does not always say the same of itself")
    }
    return (child, answer)
  }
}

extension Plugin {
  /// Whether an interface of it asks services, or holds connections.
  func needsNetwork(_ interface: PluginInterface) -> Bool {
    description.sources.contains { $0.interface == interface && ($0.polls || $0.streams) }
  }
}

extension HostTable {
  /// Takes the lines and the words that came from another process, within the bounds of this one.
  func hear(_ answer: vedette_answer, _ lane: Lane) {
    let lines = Int(min(answer.lines_length, UInt32(VEDETTE_LANE_MOST_LINES)))
    if lines > 0 {
      LaneLines.read(lane.lines, lines) { level, text in
        _ = withABIText(text) { table.pointee.log?(table, level, $0) }
      }
    }
    if answer.words_length > 0 {
      let text = Lane.text(lane.words, answer.words_length, most: UInt32(VEDETTE_LANE_MOST_WORDS))
      _ = withABIText(text) { table.pointee.fail?(table, answer.status, $0) }
    }
  }
}
