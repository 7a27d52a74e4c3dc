/// What a plugin's process has given up, and what this system did not let it give up.

import CIsolation
import VedettePluginABI

public struct Confinement: Sendable, Hashable {
  private let bits: UInt32
  private let hasNetwork: Bool

  init(_ bits: UInt32, hasNetwork: Bool) {
    self.bits = bits
    self.hasNetwork = hasNetwork
  }

  private var all: [(bit: UInt32, words: String)] {
    var all: [(UInt32, String)] = [
      (UInt32(VEDETTE_CONFINED_PRIVILEGES), "no new privileges"),
      (UInt32(VEDETTE_CONFINED_LIMITS), "limits on memory and files"),
      (UInt32(VEDETTE_CONFINED_CALLS), "filtered system calls"),
      (UInt32(VEDETTE_CONFINED_IPC), "no shared objects"),
    ]
    if !hasNetwork { all.append((UInt32(VEDETTE_CONFINED_NETWORK), "no network")) }
    return all
  }

  /// What could be applied.
  public var applied: [String] { all.filter { bits & $0.bit != 0 }.map(\.words) }
  /// What could not.
  public var lacking: [String] { all.filter { bits & $0.bit == 0 }.map(\.words) }
}

extension PluginIsolation {
  /// Starts a process for an interface of a plugin, which loads it and ends, and tells what it has given up before.
  public func confinement(of plugin: Plugin, _ interface: PluginInterface) throws(PluginError) -> Confinement {
    let hasNetwork = plugin.needsNetwork(interface)
    let child = try HostingChild.start(plugin, interface, self, hasNetwork: hasNetwork)
    defer { child.end() }
    child.lane.request.pointee.kind = LaneCall.load
    child.lane.request.pointee.length = 0
    guard let answer = child.call(callMilliseconds &+ HostingChild.loading) else {
      throw PluginError(.image, plugin.path, "its process \(child.fault ?? "is gone")")
    }
    guard answer.status == VDT_OK else {
      let words = Lane.text(child.lane.words, answer.words_length, most: UInt32(VEDETTE_LANE_MOST_WORDS))
      throw PluginError(.image, plugin.path, words)
    }
    return Confinement(answer.confined, hasNetwork: hasNetwork)
  }
}
