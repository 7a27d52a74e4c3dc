/// All that a plugin says of itself, without its code: what a describing child found, or a run before.

import VedettePluginABI

/// Who a plugin is, which interfaces of this host's it offers, and what it describes.
struct PluginProfile: Sendable, Hashable {
  let identity: PluginIdentity
  let interfaces: [PluginInterface]
  let description: PluginDescription

  /// Throws where what the plugin offers and what it describes are not the same.
  init(
    _ identity: PluginIdentity, _ interfaces: [PluginInterface], _ description: PluginDescription, path: String
  ) throws(PluginError) {
    self.identity = identity
    self.interfaces = interfaces
    self.description = description
    if let words = Self.mismatch(interfaces, description) { throw PluginError(.description, path, words) }
  }

  private static func mismatch(_ interfaces: [PluginInterface], _ description: PluginDescription) -> String? {
    if interfaces.contains(.dissector), description.protocols.isEmpty {
      return "it offers dissector/1 and describes no protocol"
    }
    let offered = interfaces.filter { $0 == .personaSource || $0 == .processSource }
    if let one = offered.first(where: { i in !description.sources.contains { $0.interface == i } }) {
      return "it offers \(one.rawValue) and does not describe it"
    }
    if let one = description.sources.first(where: { !offered.contains($0.interface) }) {
      return "it describes \(one.interface.rawValue) and does not offer it"
    }
    return nil
  }
}

extension PluginIdentity {
  /// The names of a descriptor, checked. Both what a plugin gives and what is read of it again come this way.
  init(
    id: vdt_str, name: vdt_str, version: vdt_str, configSchema: vdt_str, path: String
  ) throws(PluginError) {
    guard let knownID = id.reverseDNS, knownID.contains(".") else {
      throw PluginError(.description, path, "its id is no reverse DNS name: \(id.words)")
    }
    guard let knownName = name.shortName else {
      throw PluginError(.description, path, "its name has other characters than a-z, 0-9 and '-': \(name.words)")
    }
    guard let knownVersion = version.text(atMost: UInt64(VDT_MAX_NAME)), !knownVersion.isEmpty else {
      throw PluginError(.description, path, "it has no version")
    }
    guard let schema = configSchema.text(atMost: UInt64(VDT_MAX_SCHEMA)) else {
      throw PluginError(.description, path, "its configuration schema is no UTF-8 or over \(VDT_MAX_SCHEMA) bytes")
    }
    self.init(
      id: knownID, name: knownName, version: knownVersion, vendor: "", licence: "", url: "", summary: "",
      configSchema: schema, abiMajor: 0, abiMinor: 0, minMinor: 0)
  }
}
