/// Events of Windows' Security log: process creation (4688), process end (4689), permitted connection (5156).

import HostEvents
import JSON
import PluginSupport

enum SecurityEvent {
  static func read(_ event: EventShape, fields: EventFields) -> EventOutcome {
    let id = event.id
    guard id == 4688 || id == 4689 || id == 5156 else { return .skipped("Security \(id)") }
    guard let host = event.host else { return .refused("Security \(id): the host is missing") }
    guard let clock = EventClock(event) else { return .refused("Security \(id): the time is missing or no time") }
    switch id {
    case 4688: return start(host, clock, fields)
    case 4689: return end(host, clock, fields)
    default: return connection(host, clock, fields)
    }
  }

  /// `ProcessId` is here the process that created the new one.
  private static func start(_ host: String, _ clock: EventClock, _ fields: EventFields) -> EventOutcome {
    guard let image = fields["NewProcessName"] else { return .refused("Security 4688: NewProcessName is missing") }
    guard let pid = fields.number("NewProcessId") else {
      return .refused("Security 4688: NewProcessId is missing or no number")
    }
    var process = ProcessRecord(time: clock.time, host: host, image: image, event: "start")
    process.pid = pid
    process.commandLine = fields["CommandLine"]
    process.parentPID = fields.number("ProcessId")
    process.parentImage = fields["ParentProcessName"]
    // The target is named where the new process runs as somebody else.
    let target = account("Target", fields)
    process.user = target ?? account("Subject", fields)
    let logon = fields["TargetLogonId"].flatMap { Digits.number($0) == 0 ? nil : $0 }
    process.logon = target != nil ? logon ?? fields["SubjectLogonId"] : fields["SubjectLogonId"]
    if target != nil { process.extra.keep("subject", account("Subject", fields)) }
    process.extra += clock.notes
    return .record(.process(process))
  }

  private static func end(_ host: String, _ clock: EventClock, _ fields: EventFields) -> EventOutcome {
    guard let image = fields["ProcessName"] else { return .refused("Security 4689: ProcessName is missing") }
    guard let pid = fields.number("ProcessId") else {
      return .refused("Security 4689: ProcessId is missing or no number")
    }
    var process = ProcessRecord(time: clock.time, host: host, image: image, event: "end")
    process.pid = pid
    process.user = account("Subject", fields)
    process.logon = fields["SubjectLogonId"]
    process.end = clock.time
    process.extra.keep("exit_status", fields["Status"])
    process.extra += clock.notes
    return .record(.process(process))
  }

  /// Source and destination stay as logged. Direction: %%14592 inbound, %%14593 outbound.
  private static func connection(_ host: String, _ clock: EventClock, _ fields: EventFields) -> EventOutcome {
    guard let pid = fields.number("ProcessId") ?? fields.number("ProcessID") else {
      return .refused("Security 5156: ProcessId is missing or no number")
    }
    guard let destination = fields.address("DestAddress") else {
      return .refused("Security 5156: DestAddress is missing or no address")
    }
    guard let port = fields.port("DestPort") else { return .refused("Security 5156: DestPort is missing or no port") }
    guard let proto = fields["Protocol"] else { return .refused("Security 5156: Protocol is missing") }
    var connection = ConnectionRecord(
      time: clock.time, host: host, proto: protocolName(proto), destination: destination, port: port)
    connection.pid = pid
    connection.image = fields["Application"]
    connection.source = fields.address("SourceAddress")
    connection.sourcePort = fields.port("SourcePort")
    switch fields["Direction"]?.lowercased() {
    case "%%14592", "inbound": connection.initiated = false
    case "%%14593", "outbound": connection.initiated = true
    default: break
    }
    connection.extra.keep("image_path", fields["Application"].flatMap(volumePath))
    connection.extra += clock.notes
    return .record(.connection(connection))
  }

  private static func account(_ role: String, _ fields: EventFields) -> String? {
    guard let name = fields["\(role)UserName"] else { return nil }
    guard let domain = fields["\(role)DomainName"] else { return name }
    return "\(domain)\\\(name)"
  }

  /// `\device\harddiskvolume2\windows\x.exe` without its volume: `\windows\x.exe`. Which drive letter the volume has
  /// the event does not say.
  static func volumePath(_ path: String) -> String? {
    let device = "\\device\\harddiskvolume"
    guard path.lowercased().hasPrefix(device) else { return nil }
    let rest = path.dropFirst(device.count).drop { $0.isASCII && $0.isNumber }
    return rest.hasPrefix("\\") ? String(rest) : nil
  }
}

/// When an event was, as well as the record can tell, and what is uncertain about it.
struct EventClock {
  var time: Int64
  var notes: [ExtraMember] = []

  init?(_ event: EventShape) {
    if let time = event.timeCreated ?? event.time("TimeGenerated") {
      self.time = time.nanoseconds
      // Some shippers write local time and a Z behind it: the join has to see for itself.
      notes.append(ExtraMember("clock", .string(time.hasZone ? "TimeCreated" : "TimeCreated, zone unknown")))
    } else if let time = event.time("EventTime") {
      self.time = time.nanoseconds
      if time.hasZone {
        notes.append(ExtraMember("clock", .string("EventTime")))
      } else if let offset = Self.zone(event) {
        self.time = time.nanoseconds &- offset &* 1_000_000_000
        notes.append(ExtraMember("clock", .string("EventTime")))
        notes.append(ExtraMember("zone_offset", .int(offset)))
      } else {
        notes.append(ExtraMember("clock", .string("EventTime, zone unknown")))
      }
    } else if let time = event.time("@timestamp") ?? event.time("UtcTime") ?? event.time("_time") {
      self.time = time.nanoseconds
      notes.append(ExtraMember("clock", .string("@timestamp")))
    } else {
      return nil
    }
  }

  /// nxlog writes the moment of receipt in the same local time, Logstash stamps it in UTC within seconds: their
  /// difference, to the quarter of an hour, is the zone. Seconds east of UTC.
  private static func zone(_ event: EventShape) -> Int64? {
    guard let received = event.time("EventReceivedTime"), !received.hasZone,
      let stamped = event.time("@timestamp"), stamped.hasZone
    else { return nil }
    let (nanoseconds, over) = received.nanoseconds.subtractingReportingOverflow(stamped.nanoseconds)
    guard !over else { return nil }
    let seconds = Double(nanoseconds) / 1e9
    let quarters = (seconds / 900).rounded()
    // No zone is further than 14 hours off; a receipt minutes from its stamp says nothing.
    guard abs(quarters) <= 56, abs(seconds - quarters * 900) <= 120 else { return nil }
    return Int64(quarters) * 900
  }
}
