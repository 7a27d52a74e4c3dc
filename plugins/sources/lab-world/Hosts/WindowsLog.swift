/// Host events as lines of the Windows event log: JSON as nxlog ships it, flat, Sysmon's beside the Security log's.

struct WindowsLog {
  /// Seconds east of UTC of the machines' local time.
  let zone: LabTime
  private var number: [String: Int] = [:]

  init(zone: LabTime) { self.zone = zone }

  /// The lines of one event: of Sysmon, and of the Security log where that is collected.
  mutating func lines(_ event: HostEvent) -> [(received: LabTime, bytes: [UInt8])] {
    guard event.machine.isWindows else { return [] }
    var out = [sysmon(event)]
    if event.machine.hasSecurityLog, let line = security(event) { out.append(line) }
    return out
  }

  private static func local(_ time: LabTime) -> String {
    let civil = CivilTime(time)
    return "\(civil.date) \(civil.clock)"
  }

  private mutating func open(_ event: HostEvent, id: Int, channel: String, source: String) -> (JSONLine, LabTime) {
    let at = event.time + event.machine.clock
    let received = event.time + event.machine.random.seconds(0.4, 3)
    let key = event.machine.host + channel
    let record = (number[key] ?? 210_000 + event.machine.random.below(90_000)) + 1
    number[key] = record
    var json = JSONLine()
    json.text("EventTime", Self.local(at + zone))
    json.text("Hostname", event.machine.host)
    json.number("EventID", Int64(id))
    json.text("SourceName", source)
    json.text("Channel", channel)
    json.number("RecordNumber", Int64(record))
    json.text("EventReceivedTime", Self.local(received + zone))
    json.text("@timestamp", rfc3339(received))
    return (json, received)
  }

  private static func utc(_ time: LabTime) -> String {
    let civil = CivilTime(time)
    return "\(civil.date) \(civil.clock).\(civil.milliseconds)"
  }

  private mutating func sysmon(_ event: HostEvent) -> (LabTime, [UInt8]) {
    let id: Int
    let process: HostProcess
    switch event.kind {
    case .start(let p): (id, process) = (1, p)
    case .end(let p): (id, process) = (5, p)
    case .connection(let p, _, _, _): (id, process) = (3, p)
    }
    var (json, received) = open(
      event, id: id, channel: "Microsoft-Windows-Sysmon/Operational", source: "Microsoft-Windows-Sysmon")
    json.text("RuleName", "-")
    json.text("UtcTime", Self.utc(event.time + event.machine.clock))
    json.text("ProcessGuid", process.guid)
    json.text("ProcessId", "\(process.pid)")
    json.text("Image", process.image)
    json.text("User", process.user)
    switch event.kind {
    case .start:
      json.text("CommandLine", process.commandLine)
      json.text("CurrentDirectory", process.cwd)
      json.text("LogonId", process.logon)
      json.text("IntegrityLevel", process.logon == "0x3e7" ? "System" : "Medium")
      json.text("Hashes", "SHA256=\(process.digest.uppercased())")
      json.text("ParentProcessGuid", process.parent?.guid ?? "{00000000-0000-0000-0000-000000000000}")
      json.text("ParentProcessId", "\(process.parent?.pid ?? 0)")
      json.text("ParentImage", process.parent?.image ?? "-")
      json.text("ParentCommandLine", process.parent?.commandLine ?? "-")
    case .end: break
    case .connection(_, let flow, let initiated, let name):
      json.text("Protocol", flow.proto == 6 ? "tcp" : "udp")
      json.text("Initiated", initiated ? "true" : "false")
      json.text("SourceIsIpv6", flow.source.isV6 ? "true" : "false")
      json.text("SourceIp", flow.source.text)
      json.text("SourceHostname", initiated ? event.machine.host : "-")
      json.text("SourcePort", "\(flow.sourcePort)")
      json.text("DestinationIsIpv6", flow.destination.isV6 ? "true" : "false")
      json.text("DestinationIp", flow.destination.text)
      json.text("DestinationHostname", name ?? "-")
      json.text("DestinationPort", "\(flow.destinationPort)")
    }
    return (received, json.finished)
  }

  private mutating func security(_ event: HostEvent) -> (LabTime, [UInt8])? {
    func hex(_ value: Int) -> String { "0x" + String(value, radix: 16) }
    let id: Int
    let process: HostProcess
    switch event.kind {
    case .start(let p): (id, process) = (4688, p)
    case .end(let p): (id, process) = (4689, p)
    case .connection(let p, _, _, _): (id, process) = (5156, p)
    }
    var (json, received) = open(event, id: id, channel: "Security", source: "Microsoft-Windows-Security-Auditing")
    let account = process.user.split(separator: "\\").map(String.init)
    switch event.kind {
    case .start, .end:
      let parts =
        account.count == 2 && account[0] != "NT AUTHORITY" ? account : ["TARNWELL", event.machine.shortName + "$"]
      json.text("SubjectUserName", parts[1])
      json.text("SubjectDomainName", parts[0])
      json.text("SubjectLogonId", process.logon)
      if case .start = event.kind {
        json.text("NewProcessId", hex(process.pid))
        json.text("NewProcessName", process.image)
        json.text("ProcessId", hex(process.parent?.pid ?? 4))
        json.text("ParentProcessName", process.parent?.image)
        json.text("CommandLine", process.commandLine)
        json.text("TargetUserName", "-")
        json.text("TargetDomainName", "-")
        json.text("TargetLogonId", "0x0")
      } else {
        json.text("ProcessId", hex(process.pid))
        json.text("ProcessName", process.image)
        json.text("Status", "0x0")
      }
    case .connection(_, let flow, let initiated, _):
      json.text("ProcessID", "\(process.pid)")
      json.text(
        "Application",
        process.image == "System" ? "System" : "\\device\\harddiskvolume3" + process.image.dropFirst(2).lowercased())
      json.text("Direction", initiated ? "%%14593" : "%%14592")
      json.text("SourceAddress", flow.source.text)
      json.text("SourcePort", "\(flow.sourcePort)")
      json.text("DestAddress", flow.destination.text)
      json.text("DestPort", "\(flow.destinationPort)")
      json.text("Protocol", "\(flow.proto)")
    }
    return (received, json.finished)
  }
}
