/// The protocols by small numbers: those that dissectors declare or declared, and those that were only named.

import PluginHost

/// Numbers are the same in every worker as far as the dissectors go; what is named later is this worker's own and
/// never leaves it but as a name.
struct ProtocolTable {
  struct Entry {
    var name: String
    /// The id of the plugin that declared it; empty where it was only named.
    var owner = ""
    /// The place of the dissector, -1 where none dissects it now.
    var dissector: Int
    /// The plugin's own id of it.
    var id: UInt32
    var overTCP: Bool
    var overUDP: Bool
    var ports: [ProtocolDescription.Ports]
    var firstSpeaker: UInt8?
  }

  /// Names that no dissector declared, at most.
  private static let limit = 4096
  private var namedCount = 0

  /// Entry 0 is no protocol.
  private(set) var entries = [
    Entry(name: "unknown", dissector: -1, id: 0, overTCP: false, overUDP: false, ports: [], firstSpeaker: nil)
  ]
  /// By place: its protocols' ids and entries. Of one that is not asked any more it stays until another has the place.
  private var byDissector = [[(id: UInt32, entry: UInt16)]](repeating: [], count: Places.most)

  /// Protocols that dissectors declared, at most: far more than all plugins that there are, and few enough for an index.
  private static let mostDeclared = 60_000

  /// Has the protocols of these plugins dissected, and no others. Numbers stay what they are: a protocol that another version
  /// of its plugin declares is the same.
  mutating func renew(_ asked: [(at: Int, plugin: Plugin)]) {
    for number in entries.indices where entries[number].dissector >= 0 {
      entries[number].dissector = -1
      entries[number].overTCP = false
      entries[number].overUDP = false
    }
    var known: [String: [Int]] = [:]
    for (number, entry) in entries.enumerated() where !entry.owner.isEmpty {
      known[entry.owner, default: []].append(number)
    }
    for (at, plugin) in asked {
      let own = known[plugin.identity.id] ?? []
      var taken: Set<Int> = []
      byDissector[at] = []
      for p in plugin.description.protocols {
        let entry = Entry(
          name: p.name, owner: plugin.identity.id, dissector: at, id: p.id, overTCP: p.overTCP, overUDP: p.overUDP,
          ports: p.ports, firstSpeaker: p.firstSpeaker)
        let number = own.first { entries[$0].name == p.name && !taken.contains($0) } ?? entries.count
        taken.insert(number)
        if number < entries.count {
          entries[number] = entry
        } else {
          guard number < Self.mostDeclared else { continue }
          entries.append(entry)
        }
        byDissector[at].append((p.id, UInt16(truncatingIfNeeded: number)))
      }
    }
  }

  /// Lent, for a copy would count the references of its name and its ports.
  subscript(index: UInt16) -> Entry { _read { yield entries[Int(index)] } }

  /// Whether a protocol has ports of its own over a transport, and neither of these is one of them.
  func isUnusual(_ index: UInt16, _ transport: UInt8, _ a: UInt16, _ b: UInt16) -> Bool {
    var hasPorts = false
    for own in entries[Int(index)].ports where own.transport == transport {
      if own.range.contains(a) || own.range.contains(b) { return false }
      hasPorts = true
    }
    return hasPorts
  }

  /// What a probe's answer means: the protocol of that id, or the first declared.
  func recognised(_ dissector: Int, _ id: UInt32) -> UInt16 {
    let own = byDissector[dissector]
    return (id == 0 ? own.first : own.first { $0.id == id })?.entry ?? 0
  }

  /// The entry of a name, made where there is none; 0 where there is no more room.
  mutating func named(_ name: String, overTCP: Bool) -> UInt16 {
    guard !name.isEmpty else { return 0 }
    if let at = entries.firstIndex(where: { $0.name == name && (overTCP ? $0.overTCP : $0.overUDP) })
      ?? entries.firstIndex(where: { $0.name == name && $0.dissector >= 0 })
      ?? entries.firstIndex(where: { $0.name == name })
    {
      return UInt16(truncatingIfNeeded: at)
    }
    guard namedCount < Self.limit, entries.count < Int(UInt16.max) else { return 0 }
    namedCount += 1
    entries.append(
      Entry(name: name, dissector: -1, id: 0, overTCP: false, overUDP: false, ports: [], firstSpeaker: nil))
    return UInt16(truncatingIfNeeded: entries.count - 1)
  }

  /// Whether some dissector knows a protocol over a transport.
  func isDissected(_ name: String, overTCP: Bool) -> Bool {
    entries.contains { $0.name == name && $0.dissector >= 0 && (overTCP ? $0.overTCP : $0.overUDP) }
  }
}
