/// Host events as observations, by each host's own clock.

extension HostEvent {
  /// As the host's main log has it: Sysmon on Windows, auditd on Linux (which knows no source of a connection).
  func observation() -> LabObservation? {
    let at = wholeMilliseconds(time + machine.clock)
    // auditd's node name is the short one, Sysmon writes the full one.
    let host = machine.isWindows ? machine.host : machine.shortName
    switch kind {
    case .start(let p), .end(let p):
      let isStart = if case .start = kind { true } else { false }
      var record = LabProcess(
        time: at, host: host, pid: UInt64(p.pid), image: p.image, event: isStart ? "start" : "end")
      record.guid = machine.isWindows ? p.guid : nil
      record.user = p.user
      if isStart {
        record.commandLine = p.commandLine
        record.cwd = p.cwd
        record.logon = machine.isWindows ? p.logon : nil
        record.sha256 = machine.isWindows ? p.digest : nil
        record.parentPID = p.parent.map { UInt64($0.pid) }
        if machine.isWindows, let parent = p.parent {
          record.parentGUID = parent.guid
          record.parentImage = parent.image
          record.parentCommandLine = parent.commandLine
        }
      } else {
        record.end = at
      }
      return .process(record)
    case .connection(let p, let flow, let initiated, let name):
      // auditd's rules log connect, not accept.
      if !machine.isWindows, !initiated { return nil }
      var record = LabConnection(
        time: at, host: host, pid: UInt64(p.pid), image: p.image, proto: flow.proto == 6 ? "tcp" : "udp",
        destination: flow.destination, destinationPort: flow.destinationPort)
      record.initiated = initiated
      if machine.isWindows {
        record.guid = p.guid
        record.source = flow.source
        record.sourcePort = flow.sourcePort
        record.destinationName = name
      }
      return .connection(record)
    }
  }
}
