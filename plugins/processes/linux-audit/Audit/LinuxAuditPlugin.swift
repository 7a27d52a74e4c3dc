/// The Linux source: its description, its look at an unknown file, its descriptor.

import HostEvents
import JSON
import PluginSupport
import VedettePluginABI

public enum LinuxAuditPlugin {
  public static let source = LineSource(
    sniff: { start, _ in sniff(start) },
    open: { (parameters) throws(SourceFailure) in try LinuxAuditInterpreter(parameters: parameters) })

  /// Certain when the first lines are audit records, Sysmon events or VMConnection, plain or in syslog.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let reader = JSONReader(maxBytes: 1 << 20)
    var known = 0
    var syslog = 0
    var other = 0
    for line in wholeLines(of: start) {
      if isKnown(line) {
        known += 1
      } else if let node = try? reader.parse(line), node.kind == .object {
        if VMConnection.isOne(node) || Envelope.message(node).map({ isKnown(UnsafeRawBufferPointer($0)) }) ?? false {
          known += 1
        } else if node["SyslogMessage"] != nil || node["MESSAGE"] != nil {
          syslog += 1
        } else {
          other += 1
        }
      } else {
        other += 1
      }
    }
    guard known > 0 else { return 0 }
    return other == 0 ? 95 : known > other ? 70 : 20
  }

  private static func isKnown(_ message: UnsafeRawBufferPointer) -> Bool {
    AuditRecord(message) != nil
      || AuditRecord.find("<Event", in: message, from: 0, limit: 512) != nil
        && (try? EventXML(message))?.provider?.lowercased().contains("linux-sysmon") ?? false
  }

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.process.linux-audit", name: "linux-audit", version: "1.0.0",
      summary: "Reads processes and connections from Linux hosts: auditd, AUOMS, Sysmon for Linux, VMConnection.",
      mode: .file, interfaces: [.processes], records: [.process, .connection],
      parameters: """
        {"type":"object","properties":{"host":{"type":"string","description":"The machine of audit records \
        that name none."}},"additionalProperties":false}
        """,
      blindSpots: [
        "auditd's connect tells neither the source port nor the transport: extra.proto_by says how that was found.",
        "ausearch -i writes local times without a zone: they are taken as UTC, and extra.clock says so.",
        "Processes and connections are seen only where a rule logs execve and connect.",
        "VMConnection gives no process id and no source port, and one time a minute.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
