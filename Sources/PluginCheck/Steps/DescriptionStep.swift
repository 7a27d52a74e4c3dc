/// Whether a plugin says what it is, always the same, and by the rules of describe.h and entry.h.

import JSON
import PluginHost
import VedettePluginABI

struct DescriptionStep {
  let plugin: Plugin
  let channel: StepChannel

  /// The figure that says that the plugin could be loaded and described itself.
  static let loaded = "interfaces"

  func run() {
    channel.figure(Self.loaded, Double(plugin.interfaces.count), "")
    checkEntry()
    checkIdentity()
    do throws(PluginError) {
      for _ in 0..<3 where try plugin.describedAgain() != plugin.description {
        channel.fault("describes itself otherwise when asked again")
        break
      }
    } catch {
      channel.fault("describes itself once and then fails: \(error.words)")
    }
    if plugin.answersInterface("org.vedette.no-such-interface/1") {
      channel.fault("offers an interface that nobody has: `interface` must answer NULL to an unknown id")
    }
    for record in plugin.description.records { check(record.name, record.fields) }
    for anomaly in plugin.description.anomalies {
      if anomaly.definition.isEmpty, anomaly.kind == nil {
        channel.remark("anomaly \(anomaly.reportedID): no definition")
      }
      checkDocs("anomaly \(anomaly.reportedID)", anomaly.fields)
    }
    if plugin.interfaces.contains(.dissector) { checkProtocols() }
    checkSources()
  }

  private func checkEntry() {
    for minor: UInt32 in [0, 1, 9, 0xFFFF] where plugin.entryAnswer(to: VDT_ABI_MAJOR << 16 | minor) != .sameDescriptor
    {
      channel.fault("the entry gives a host of ABI \(VDT_ABI_MAJOR).\(minor) another answer than one of 1.0")
    }
    for major in [VDT_ABI_MAJOR + 1, 0] where plugin.entryAnswer(to: major << 16) != .nothing {
      channel.fault("the entry gives a host of ABI \(major) a descriptor, and should give NULL")
    }
  }

  private func checkIdentity() {
    let i = plugin.identity
    if !Self.isSemantic(i.version) { channel.fault("its version '\(i.version)' is not semantic (1.0.0)") }
    if i.id.hasPrefix("org.example.") {
      channel.remark("its id begins with org.example: put your own domain there before you ship it")
    }
    for (name, text) in [("vendor", i.vendor), ("licence", i.licence), ("summary", i.summary)] where text.isEmpty {
      channel.remark("it names no \(name)")
    }
    checkSchema("its configuration schema", i.configSchema)
  }

  /// Three numbers, maybe with a pre-release and a build behind them (semver.org, 2.0.0).
  static func isSemantic(_ text: String) -> Bool {
    let core = text.prefix { $0 != "-" && $0 != "+" }
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 3
      && numbers.allSatisfy {
        !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && ($0 == "0" || !$0.hasPrefix("0"))
      }
  }

  private func checkSchema(_ what: String, _ text: String) {
    guard !text.isEmpty else { return }
    guard let value = try? JSONValue(parsing: text), case .object = value else {
      channel.fault("\(what) is no JSON object")
      return
    }
  }

  private func check(_ name: String, _ fields: [FieldDescription]) {
    if fields.isEmpty { channel.remark("record \(name): has no fields") }
    let isWellKnown = !plugin.description.sources.isEmpty
    // What well-known fields mean is written down in records.h.
    if !isWellKnown { checkDocs("record \(name)", fields) }
  }

  private func checkDocs(_ what: String, _ fields: [FieldDescription]) {
    let silent = fields.filter(\.doc.isEmpty).map(\.name)
    if !silent.isEmpty { channel.remark("\(what): no doc for \(silent.joined(separator: ", "))") }
  }

  private func checkProtocols() {
    for one in plugin.description.protocols {
      if one.overUDP, !plugin.takesDatagrams {
        channel.fault("protocol \(one.name) is over UDP, and the table of dissector/1 has no `datagram`")
      }
      if one.ports.isEmpty, one.patterns.isEmpty, one.alpn.isEmpty, one.parents.isEmpty {
        channel.remark("protocol \(one.name): no port, pattern, ALPN or parent, so it is asked after all that have one")
      }
    }
    if plugin.description.records.isEmpty { channel.remark("it dissects a protocol and emits no record") }
  }

  private func checkSources() {
    for source in plugin.description.sources {
      checkSchema("the parameters' schema of \(source.interface.rawValue)", source.parametersSchema)
      if source.blindSpots.isEmpty {
        channel.remark("\(source.interface.rawValue): says nothing of what it cannot see (blind_spot)")
      }
    }
  }
}
