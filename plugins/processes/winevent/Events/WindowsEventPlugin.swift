/// The Windows event log source: its description, its look at an unknown file, its descriptor.

import HostEvents
import JSON
import PluginSupport
import VedettePluginABI

public enum WindowsEventPlugin {
  public static let source = LineSource(
    sniff: { start, _ in sniff(start) },
    open: { (_) throws(SourceFailure) in WindowsEventInterpreter() })

  /// Certain when most of the first lines are events, and some of a log that is known.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let reader = JSONReader(maxBytes: 1 << 20)
    let inner = JSONReader(maxBytes: 1 << 20)
    var known = 0
    var events = 0
    var other = 0
    for line in wholeLines(of: start) {
      let isXML = line.first(where: { $0 > 0x20 }) == UInt8(ascii: "<")
      let event =
        isXML
        ? (try? EventXML(line)).map { EventShape($0) }
        : (try? reader.parse(line)).flatMap { EventShape($0, inner: inner) }
      guard let event else {
        other += 1
        continue
      }
      events += 1
      // What Sysmon for Linux logs is the linux-audit source's.
      if event.isSysmon || event.isSecurity, event.host != nil, !event.isLinux { known += 1 }
    }
    guard events > other else { return 0 }
    return known > 0 ? 95 : 20
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.process.winevent", name: "winevent", version: "1.0.0",
      summary: "Reads processes and connections from the Windows event log as lines of JSON or XML (Sysmon, Security).",
      mode: .file, interfaces: [.processes], records: [.process, .connection],
      blindSpots: [
        "Connections are seen only where Sysmon's event 3 or the Security log's event 5156 is switched on.",
        "Security events give no process GUID, and their times may be local: extra.clock says which time was used.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
