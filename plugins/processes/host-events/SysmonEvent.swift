/// Sysmon's events, which Windows and Linux share: process creation (1), network connection (3), process end (5).

import PluginSupport

public enum SysmonEvent {
  /// Reads an event by its id. `host`: the machine that logged it. `logged`: the log's own time, for an event without
  /// UtcTime, which is the authority.
  public static func read(id: UInt64, host: String?, logged: Int64?, _ fields: EventFields) -> EventOutcome {
    guard id == 1 || id == 3 || id == 5 else { return .skipped("Sysmon \(id)") }
    guard let host else { return .refused("Sysmon \(id): the host is missing") }
    guard let time = fields["UtcTime"].flatMap({ EventTime($0)?.nanoseconds }) ?? logged else {
      return .refused("Sysmon \(id): UtcTime is missing or no time")
    }
    let pid = fields.number("ProcessId")
    let guid = fields.guid("ProcessGuid")
    guard pid != nil || guid != nil else { return .refused("Sysmon \(id): ProcessId and ProcessGuid are missing") }
    return id == 3
      ? connection(host, time, pid, guid, fields) : process(host, time, pid, guid, fields, started: id == 1)
  }

  private static func process(
    _ host: String, _ time: Int64, _ pid: UInt64?, _ guid: String?, _ fields: EventFields, started: Bool
  ) -> EventOutcome {
    guard let image = fields["Image"] else { return .refused("Sysmon \(started ? 1 : 5): Image is missing") }
    var process = ProcessRecord(time: time, host: host, image: image, event: started ? "start" : "end")
    process.pid = pid
    process.guid = guid
    process.user = fields["User"]
    guard started else {
      process.end = time
      return .record(.process(process))
    }
    process.commandLine = fields["CommandLine"]
    process.cwd = fields["CurrentDirectory"]
    process.logon = fields["LogonId"]
    process.parentPID = fields.number("ParentProcessId")
    process.parentGUID = fields.guid("ParentProcessGuid")
    process.parentImage = fields["ParentImage"]
    process.parentCommandLine = fields["ParentCommandLine"]
    process.sha256 = fields["Hashes"].flatMap { sha256(ofHashes: $0) }
    process.extra.keep("hashes", fields["Hashes"])
    process.extra.keep("integrity_level", fields["IntegrityLevel"])
    process.extra.keep("original_file_name", fields["OriginalFileName"])
    process.extra.keep("company", fields["Company"])
    process.extra.keep("logon_guid", fields.guid("LogonGuid"))
    return .record(.process(process))
  }

  /// Source and destination stay as logged: the source is who opened the connection, on whichever host this was logged.
  private static func connection(
    _ host: String, _ time: Int64, _ pid: UInt64?, _ guid: String?, _ fields: EventFields
  ) -> EventOutcome {
    guard let proto = fields["Protocol"] else { return .refused("Sysmon 3: Protocol is missing") }
    guard let destination = fields.address("DestinationIp") else {
      return .refused("Sysmon 3: DestinationIp is missing or no address")
    }
    guard let port = fields.port("DestinationPort") else {
      return .refused("Sysmon 3: DestinationPort is missing or no port")
    }
    // Sysmon for Linux logs datagram sockets that were never connected so.
    if destination.isUnspecified, port == 0 { return .skipped("Sysmon 3 without destination") }
    var connection = ConnectionRecord(
      time: time, host: host, proto: protocolName(proto), destination: destination, port: port)
    connection.pid = pid
    connection.guid = guid
    connection.image = fields["Image"]
    connection.source = fields.address("SourceIp")
    connection.sourcePort = fields.port("SourcePort")
    connection.initiated = fields.flag("Initiated")
    connection.destinationName = fields["DestinationHostname"]
    connection.extra.keep("user", fields["User"])
    return .record(.connection(connection))
  }
}
