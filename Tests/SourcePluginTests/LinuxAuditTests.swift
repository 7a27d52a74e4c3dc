import HostEvents
import PluginSupport
import Testing

@testable import LinuxAudit

private func run(_ lines: [String], max: UInt64 = 64, parameters: String = "") -> SourceRun {
  RecordingHost.run(
    LinuxAuditPlugin.plugin, over: Array(lines.joined(separator: "\n").utf8), parameters: parameters, max: max)
}

/// An execve of two machines' logs, as auditd writes it.
private func execve(node: String, serial: Int, pid: Int = 17790, second: Int = 1_652_292_621) -> [String] {
  let head = { (type: String) in "node=\(node) type=\(type) msg=audit(\(second).986:\(serial)):" }
  return [
    head("SYSCALL")
      + #" arch=c000003e syscall=59 success=yes exit=0 ppid=1340 pid=\#(pid) uid=1001 tty=(none) ses=4294967295 comm="bash" exe="/bin/bash" key="exec""#
      + "\u{1d}ARCH=x86_64 SYSCALL=execve AUID=\"unset\" UID=\"tomcat\"",
    head("EXECVE") + #" argc=3 a0="bash" a1="-c" a2=6563686F2022686922"#,
    head("CWD") + #" cwd=2F6F70742F6D7920646972"#,
    head("PATH") + #" item=0 name="/bin/bash" inode=31"#,
    head("EOE"),
  ]
}

private func connect(serial: Int, second: Int, exit: Int, saddr: String, arch: String = "c000003e", call: Int = 42)
  -> [String]
{
  [
    "node=n type=SYSCALL msg=audit(\(second).000:\(serial)): arch=\(arch) syscall=\(call) success=\(exit < 0 ? "no" : "yes") exit=\(exit) a0=3 pid=200 uid=0 exe=\"/usr/bin/curl\"",
    "node=n type=SOCKADDR msg=audit(\(second).000:\(serial)): saddr=\(saddr)",
  ]
}

@Suite("The Linux audit source")
struct LinuxAuditTests {
  @Test("An execve is put together from its records, hexadecimal arguments decoded")
  func assembly() {
    let records = run(execve(node: "web01", serial: 7)).records
    #expect(records.count == 1)
    #expect(records[0].time == 1_652_292_621_986_000_000)
    #expect(records[0]["host"] == "web01")
    #expect(records[0]["image"] == "/bin/bash")
    #expect(records[0]["command_line"] == "bash -c echo \"hi\"")
    #expect(records[0]["cwd"] == "/opt/my dir")
    #expect(records[0]["user"] == "tomcat")
    #expect(records[0]["pid"] == "17790")
    #expect(records[0]["parent_pid"] == "1340")
    #expect(records[0]["event"] == "start")
  }

  @Test("Events whose records are mixed come apart again, whatever the machine")
  func interleaving() {
    let a = execve(node: "a", serial: 7, pid: 1)
    let b = execve(node: "b", serial: 7, pid: 2)
    let mixed = zip(a, b).flatMap { [$0, $1] }
    #expect(run(mixed).records.map { $0["host"] } == ["a", "b"])
    #expect(run(mixed).records.map { $0["pid"] } == ["1", "2"])
  }

  @Test("Events without an end record are over once the log has gone on, or ends")
  func noEnd() {
    let open = Array(execve(node: "n", serial: 7).dropLast())
    let later = Array(execve(node: "n", serial: 9, second: 1_652_292_640).dropLast())
    let result = run(open + later)
    #expect(result.records.count == 2)
    #expect(result.records.map { $0["extra"] } == [#"{"audit_serial":"7"}"#, #"{"audit_serial":"9"}"#])
  }

  @Test("An argument in pieces is one again")
  func longArgument() {
    let records = run([
      #"node=n type=SYSCALL msg=audit(1.000:1): arch=c00000b7 syscall=221 success=yes pid=1 exe="/bin/x""#,
      #"node=n type=EXECVE msg=audit(1.000:1): argc=2 a0="x" a1_len=6 a1[0]=616263"#,
      #"node=n type=EXECVE msg=audit(1.000:1): a1[1]=646566"#,
    ]).records
    #expect(records[0]["command_line"] == "x abcdef")
  }

  @Test(
    "connect gives the peer, and how its transport was found",
    arguments: [
      // struct sockaddr_in: family 2, port 443, 192.168.2.6
      (0, "020001BBC0A802060000000000000000", "192.168.2.6", "443", "tcp", "port"),
      (-115, "020001BBC0A802060000000000000000", "192.168.2.6", "443", "tcp", "errno"),
      // struct sockaddr_in6: family 10, port 53, flow label, ::1, scope
      (0, "0A00003500000000000000000000000000000000000000010000000000", "::1", "53", "udp", "port"),
      (0, "0A0001BB0000000000000000000000000000FFFFC0A8020600000000", "192.168.2.6", "443", "tcp", "port"),
      (0, "{ saddr_fam=inet laddr=192.0.2.9 lport=8080 }", "192.0.2.9", "8080", "tcp", "port"),
    ])
  func peer(exit: Int, saddr: String, ip: String, port: String, proto: String, by: String) {
    let records = run(connect(serial: 1, second: 100, exit: exit, saddr: saddr)).records
    #expect(records.count == 1)
    #expect(records.first?["dest_ip"] == ip)
    #expect(records.first?["dest_port"] == port)
    #expect(records.first?["proto"] == proto)
    #expect(records.first?["extra"]?.contains("\"proto_by\":\"\(by)\"") == true)
    #expect(records.first?["src_ip"] == nil)
    #expect(records.first?["initiated"] == "1")
  }

  @Test("A logged socket call says which transport its descriptor has")
  func socketKind() {
    let socket =
      #"node=n type=SYSCALL msg=audit(99.000:0): arch=c000003e syscall=41 success=yes exit=3 a0=2 a1=80002 pid=200 exe="/usr/bin/curl""#
    let end = "node=n type=EOE msg=audit(99.000:0):"
    let records = run([socket, end] + connect(serial: 1, second: 100, exit: 0, saddr: "020001BBC0A80206")).records
    #expect(records.first?["proto"] == "udp")
    #expect(records.first?["extra"]?.contains("\"proto_by\":\"socket\"") == true)
  }

  @Test("What failed before any packet, or went to no IP address, is no connection and no process")
  func failures() {
    let unreachable = connect(serial: 1, second: 100, exit: -101, saddr: "020001BBC0A80206")
    let local = connect(serial: 2, second: 101, exit: 0, saddr: "01002F7661722F72756E2F6E736364")
    let exec = [
      #"node=n type=SYSCALL msg=audit(102.000:3): arch=c000003e syscall=59 success=no exit=-2 pid=1 exe="/bin/x""#
    ]
    let result = run(unreachable + local + exec)
    #expect(result.records.isEmpty)
    #expect(result.rejected.isEmpty)
    #expect(
      result.log == [
        "events left out: 1 audit connect that failed, 1 audit connect to no IP address, 1 audit execve that failed"
      ])
  }

  @Test("AUOMS in syslog: one record an event, quotes within the command line kept")
  func auoms() {
    let message =
      #"type=AUOMS_EXECVE audit(1652292621.990:84143): node=UBUNTU5 arch=x86_64 syscall=execve success=yes exit=0 ppid=1340 pid=17790 user=tomcat uid=1001 ses=\"-1\" exe=\"/bin/bash\" cwd=\"/\" argc=3 cmdline=\"bash -c \"a=1 b={echo,x}\"\" redactors= containerid="#
    for envelope in [
      "{\"Computer\":\"c\",\"SyslogMessage\":\"\(message)\"}", "{\"hostname\":\"c\",\"message\":\"\(message)\"}",
    ] {
      let records = run([envelope]).records
      #expect(records.first?["host"] == "UBUNTU5")
      #expect(records.first?["command_line"] == #"bash -c "a=1 b={echo,x}""#)
      #expect(records.first?["user"] == "tomcat")
    }
  }

  private static func sysmon(_ id: Int, _ data: [(String, String)]) -> String {
    "<Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{f}\"/><EventID>\(id)</EventID><Correlation/><Computer>U5</Computer></System><EventData>"
      + data.map { "<Data Name=\"\($0)\">\($1)</Data>" }.joined() + "</EventData></Event>"
  }

  @Test("Sysmon for Linux, plain XML: entities resolved, broken ones left, an unescaped < is text")
  func sysmonXML() {
    let line = Self.sysmon(
      1,
      [
        ("UtcTime", "2022-05-11 18:10:26.027"), ("ProcessId", "5"), ("Image", "/bin/dash"),
        ("CommandLine", "sh -c &lt;&#65;&quot x < y"), ("ParentImage", "-"),
      ])
    let records = run([line]).records
    #expect(records.first?["host"] == "U5")
    #expect(records.first?["command_line"] == "sh -c <A&quot x < y")
    #expect(records.first?["parent_image"] == nil)
  }

  @Test("A Sysmon event that syslog has cut still tells what was there before the cut")
  func truncated() {
    let whole = Self.sysmon(
      1,
      [
        ("UtcTime", "2022-05-11 18:10:26.027"), ("ProcessId", "5"), ("Image", "/bin/dash"),
        ("ParentCommandLine", "java -jar"),
      ])
    let cut = String(whole.prefix(whole.count - 40))
    let records = run([cut]).records
    #expect(records.first?["image"] == "/bin/dash")
    #expect(records.first?["extra"] == #"{"truncated":true}"#)
  }

  @Test("A datagram socket that was never connected is no connection")
  func noDestination() {
    let line = Self.sysmon(
      3,
      [
        ("UtcTime", "2022-05-11 18:10:26.027"), ("ProcessId", "5"), ("Image", "b"), ("Protocol", "udp"),
        ("DestinationIp", "0:0:0:0:0:0:0:0"), ("DestinationPort", "0"),
      ])
    #expect(run([line]).log == ["events left out: 1 Sysmon 3 without destination"])
  }

  @Test("VMConnection has the agent's process name in place of a process id")
  func vmConnection() {
    let line =
      #"{"TimeGenerated":"2022-05-11T18:09:38.868Z","Computer":"U5","Direction":"inbound","ProcessName":"java","SourceIp":"192.168.2.6","DestinationIp":"192.168.2.5","DestinationPort":8080,"Protocol":"tcp","Process":"p-1","Type":"VMConnection"}"#
    let record = run([line]).records.first
    #expect(record?["guid"] == "p-1")
    #expect(record?["pid"] == nil)
    #expect(record?["src_port"] == nil)
    #expect(record?["initiated"] == "0")
    #expect(RecordingHost.sniff(LinuxAuditPlugin.source, line) == 95)
  }

  @Test("As ausearch -i writes it, in its order: names for numbers, spaces within values, a local time")
  func interpreted() {
    let stamp = "msg=audit(05/11/2022 18:10:21.986:84138) :"
    let log = [
      "----", "node=web01 type=PROCTITLE \(stamp) proctitle=sh -c ls -la",
      "node=web01 type=CWD \(stamp) cwd=/opt/my dir",
      "node=web01 type=EXECVE \(stamp) argc=3 a0=sh a1=-c a2=x=1 beef a3 ",
      "node=web01 type=SYSCALL \(stamp) arch=x86_64 syscall=execve success=yes exit=0 a0=0x55d ppid=1340 pid=17790 "
        + "auid=unset uid=tomcat tty=(none) ses=unset comm=my sh exe=/usr/bin/my sh key=exec",
      "----", "time->Wed May 11 18:10:22 2022",
      "node=web01 type=SOCKADDR msg=audit(05/11/2022 18:10:22.000:84139) : "
        + "saddr={ saddr_fam=inet6 laddr=2001:db8::1 lport=443 }",
      "node=web01 type=SYSCALL msg=audit(05/11/2022 18:10:22.000:84139) : arch=x86_64 syscall=connect success=no "
        + "exit=EINPROGRESS(Operation now in progress) a0=0x3 pid=200 uid=root exe=/usr/bin/curl",
    ]
    let result = run(log)
    #expect(result.rejected.isEmpty)
    #expect(result.records.count == 2)
    let process = result.records[0]
    // date -u -d '2022-05-11 18:10:21' +%s
    #expect(process.time == 1_652_292_621_986_000_000)
    #expect(process["command_line"] == "sh -c x=1 beef a3")
    #expect(process["cwd"] == "/opt/my dir")
    #expect(process["image"] == "/usr/bin/my sh")
    #expect(process["user"] == "tomcat")
    #expect(process["logon"] == nil)
    #expect(process["extra"]?.contains("local time, zone unknown") == true)
    let connection = result.records[1]
    #expect(connection["dest_port"] == "443")
    #expect(connection["image"] == "/usr/bin/curl")
    #expect(connection["extra"]?.contains("\"exit\":-115") == true)
  }

  @Test(
    "An interpreted date is read by its separators",
    arguments: [
      "10/22/2020 08:29:52.005", "10/22/20 08:29:52.005", "22/10/2020 08:29:52.005", "22.10.2020 08:29:52.005",
      "2020-10-22 08:29:52.005",
    ])
  func interpretedDates(text: String) {
    // date -u -d '2020-10-22 08:29:52' +%s
    #expect(Array(text.utf8).withUnsafeBytes { InterpretedTime.nanoseconds($0) } == 1_603_355_392_005_000_000)
  }

  @Test(
    "What is no interpreted date is none",
    arguments: ["", "10/22/2020", "1/2 08:29:52", "99/99/2020 08:29:52", "2020 08:29:52", "-- 08:29:52"])
  func noInterpretedDates(text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { InterpretedTime.nanoseconds($0) } == nil)
  }

  @Test(
    "Within a syslog line a record has the machine of the line's header",
    arguments: [
      "<13>Oct 22 08:29:52 web01 audispd: ", "Oct  2 08:29:52 web01 kernel: audit: ",
      "<86>1 2020-10-22T08:29:52.005Z web01 audispd - - - ", "2020-10-22T08:29:52.005+02:00 web01 audispd: ",
    ])
  func syslogLines(header: String) {
    let record =
      #"msg=audit(1652292621.986:7): arch=c000003e syscall=59 success=yes exit=0 pid=9 uid=0 exe="/bin/ls""#
    let result = run([header + "type=SYSCALL " + record, header + "session opened for user root"])
    #expect(result.records.map { $0["host"] } == ["web01"])
    #expect(result.rejected.isEmpty)
    #expect(result.log == ["events left out: 1 syslog of other programs"])
  }

  @Test("The kernel's own records have numbers for types")
  func numbers() {
    let lines = [
      #"audit: type=1300 audit(1652292621.986:7): arch=c00000b7 syscall=221 success=yes exit=0 pid=9 exe="/bin/ls""#,
      #"audit: type=1309 audit(1652292621.986:7): argc=2 a0="ls" a1="-l""#,
      #"audit: type=1327 audit(1652292621.986:7): proctitle=6C73002D6C"#,
    ]
    #expect(run(lines, parameters: #"{"host":"h"}"#).records.map { $0["command_line"] } == ["ls -l"])
  }

  @Test("Arguments beyond what is kept are said to be cut off")
  func manyArguments() {
    let head = "node=n type=EXECVE msg=audit(1652292621.986:7):"
    let call =
      #"node=n type=SYSCALL msg=audit(1652292621.986:7): arch=c000003e syscall=59 success=yes pid=9 exe="/bin/ls""#
    let many = (0..<5000).map { "a\($0)=\"x\"" }
    let parts = stride(from: 0, to: 5000, by: 500).map { "\(head) \(many[$0..<($0 + 500)].joined(separator: " "))" }
    let record = run([call] + parts).records.first
    // 4,096 words of one letter with a space between.
    #expect(record?["command_line"]?.utf8.count == 2 * 4096 - 1)
    #expect(record?["extra"]?.contains("\"truncated\":true") == true)
  }

  @Test("A log that names no machine takes the parameter's, or says that it had to guess")
  func hosts() {
    let lines = execve(node: "x", serial: 1).map { String($0.dropFirst(7)) }
    #expect(run(lines, parameters: #"{"host":"db1"}"#).records.first?["host"] == "db1")
    let guessed = run(lines)
    #expect(guessed.records.first?["host"] == "localhost")
    #expect(guessed.log.first?.contains("parameter host") == true)
  }

  @Test("Stopped after any call, events that were half read are read again from their first line")
  func resume() {
    let lines = (1...6).flatMap { execve(node: "n", serial: $0, pid: $0, second: 1_652_292_621 + $0) }
    let input = Array(lines.joined(separator: "\n").utf8)
    for calls in 1...6 {
      let first = RecordingHost.run(LinuxAuditPlugin.plugin, over: input, max: 1, calls: calls)
      let second = RecordingHost.run(LinuxAuditPlugin.plugin, over: input, cursor: first.cursors.last ?? "", max: 2)
      #expect(Set((first.records + second.records).compactMap { $0["pid"] }) == Set((1...6).map { "\($0)" }))
      #expect(first.records.count == calls)
    }
  }
}
