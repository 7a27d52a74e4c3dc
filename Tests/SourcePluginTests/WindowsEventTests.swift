import HostEvents
import JSON
import PluginSupport
import Testing

@testable import WindowsEvents

/// What one event says.
private func read(_ event: String) throws -> EventOutcome {
  let reader = JSONReader()
  return WindowsEventInterpreter().read(try reader.parse(event))
}

private func process(_ event: String) throws -> ProcessRecord? {
  if case .record(.process(let process)) = try read(event) { return process }
  return nil
}

private func connection(_ event: String) throws -> ConnectionRecord? {
  if case .record(.connection(let connection)) = try read(event) { return connection }
  return nil
}

@Suite("The Windows event log source")
struct WindowsEventTests {
  /// One network connection of Sysmon in the shapes of the shippers.
  static let shapes: [(name: String, event: String)] = [
    (
      "nxlog, flat",
      #"{"EventID":3,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"ws5","host":"collector","EventTime":"2020-10-22 04:29:54","UtcTime":"2020-10-22 08:29:52.005","ProcessGuid":"{313fa531-ba3b-5f8f-0c00-000000000400}","ProcessId":"720","Image":"C:\\lsass.exe","Protocol":"udp","Initiated":"true","SourceIp":"172.18.39.5","SourcePort":"51883","DestinationIp":"172.18.38.5","DestinationPort":"389","DestinationHostname":"-","User":"-"}"#
    ),
    (
      "winlogbeat",
      #"{"@timestamp":"2020-10-22T08:29:55Z","host":{"name":"collector"},"winlog":{"event_id":3,"provider_name":"Microsoft-Windows-Sysmon","channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"ws5","event_data":{"UtcTime":"2020-10-22 08:29:52.005","ProcessGuid":"{313fa531-ba3b-5f8f-0c00-000000000400}","ProcessId":"720","Image":"C:\\lsass.exe","Protocol":"udp","Initiated":"true","SourceIp":"172.18.39.5","SourcePort":"51883","DestinationIp":"172.18.38.5","DestinationPort":"389"}}}"#
    ),
    (
      "evtx_dump",
      ##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":{"#attributes":{"Qualifiers":""},"#text":3},"TimeCreated":{"#attributes":{"SystemTime":"2020-10-22T08:29:55Z"}},"Computer":"ws5"},"EventData":{"UtcTime":"2020-10-22 08:29:52.005","ProcessGuid":"{313fa531-ba3b-5f8f-0c00-000000000400}","ProcessId":720,"Image":"C:\\lsass.exe","Protocol":"udp","Initiated":true,"SourceIp":"172.18.39.5","SourcePort":51883,"DestinationIp":"172.18.38.5","DestinationPort":389}}}"##
    ),
    (
      "named values in a list",
      ##"{"Event":{"System":{"Provider":{"@Name":"Microsoft-Windows-Sysmon"},"EventID":{"Value":"3"},"Computer":"ws5"},"EventData":{"Data":[{"@Name":"UtcTime","#text":"2020-10-22 08:29:52.005"},{"@Name":"ProcessGuid","#text":"{313fa531-ba3b-5f8f-0c00-000000000400}"},{"@Name":"ProcessId","#text":"720"},{"@Name":"Image","#text":"C:\\lsass.exe"},{"@Name":"Protocol","#text":"udp"},{"@Name":"Initiated","#text":"true"},{"@Name":"SourceIp","#text":"172.18.39.5"},{"@Name":"SourcePort","#text":"51883"},{"@Name":"DestinationIp","#text":"172.18.38.5"},{"@Name":"DestinationPort","#text":"389"}]}}}"##
    ),
    (
      "event data as a text of JSON",
      #"{"EventID":"3","Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws5","EventData":"{\"UtcTime\":\"2020-10-22 08:29:52.005\",\"ProcessGuid\":\"{313fa531-ba3b-5f8f-0c00-000000000400}\",\"ProcessId\":\"720\",\"Image\":\"C:\\\\lsass.exe\",\"Protocol\":\"udp\",\"Initiated\":\"true\",\"SourceIp\":\"172.18.39.5\",\"SourcePort\":\"51883\",\"DestinationIp\":\"172.18.38.5\",\"DestinationPort\":\"389\"}"}"#
    ),
    (
      "event data as a text of XML",
      #"{"EventID":3,"Source":"Microsoft-Windows-Sysmon","Computer":"ws5","EventData":"<EventData><Data Name=\"UtcTime\">2020-10-22 08:29:52.005</Data><Data Name=\"ProcessGuid\">{313fa531-ba3b-5f8f-0c00-000000000400}</Data><Data Name=\"ProcessId\">720</Data><Data Name=\"Image\">C:\\lsass.exe</Data><Data Name=\"Protocol\">udp</Data><Data Name=\"Initiated\">true</Data><Data Name=\"SourceIp\">172.18.39.5</Data><Data Name=\"SourcePort\">51883</Data><Data Name=\"DestinationIp\">172.18.38.5</Data><Data Name=\"DestinationPort\">389</Data></EventData>"}"#
    ),
    (
      "a search's hit with dotted names and lists of one",
      #"{"_index":"x","_source":{"@timestamp":"2020-10-22T08:29:55Z","winlog.event_id":[3],"winlog.channel":"Microsoft-Windows-Sysmon/Operational","winlog.computer_name":["ws5"],"winlog.event_data.UtcTime":["2020-10-22 08:29:52.005"],"winlog.event_data.ProcessGuid":["{313fa531-ba3b-5f8f-0c00-000000000400}"],"winlog.event_data.ProcessId":["720"],"winlog.event_data.Image":["C:\\lsass.exe"],"winlog.event_data.Protocol":["udp"],"winlog.event_data.Initiated":["true"],"winlog.event_data.SourceIp":["172.18.39.5"],"winlog.event_data.SourcePort":["51883"],"winlog.event_data.DestinationIp":["172.18.38.5"],"winlog.event_data.DestinationPort":["389"]}}"#
    ),
    (
      "the event in XML as a member",
      #"{"@timestamp":"2020-10-22T08:29:55Z","host":{"name":"collector"},"event":{"original":"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID><TimeCreated SystemTime='2020-10-22T08:29:55Z'/><Computer>ws5</Computer></System><EventData><Data Name='UtcTime'>2020-10-22 08:29:52.005</Data><Data Name='ProcessGuid'>{313fa531-ba3b-5f8f-0c00-000000000400}</Data><Data Name='ProcessId'>720</Data><Data Name='Image'>C:\\lsass.exe</Data><Data Name='Protocol'>udp</Data><Data Name='Initiated'>true</Data><Data Name='SourceIp'>172.18.39.5</Data><Data Name='SourcePort'>51883</Data><Data Name='DestinationIp'>172.18.38.5</Data><Data Name='DestinationPort'>389</Data></EventData></Event>"}}"#
    ),
    (
      "the event in XML as the message, the id beside it",
      #"{"EventCode":3,"SourceName":"Microsoft-Windows-Sysmon","ComputerName":"ws5","_raw":"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID><TimeCreated SystemTime='2020-10-22T08:29:55Z'/><Computer>ws5</Computer></System><EventData><Data Name='UtcTime'>2020-10-22 08:29:52.005</Data><Data Name='ProcessGuid'>{313fa531-ba3b-5f8f-0c00-000000000400}</Data><Data Name='ProcessId'>720</Data><Data Name='Image'>C:\\lsass.exe</Data><Data Name='Protocol'>udp</Data><Data Name='Initiated'>true</Data><Data Name='SourceIp'>172.18.39.5</Data><Data Name='SourcePort'>51883</Data><Data Name='DestinationIp'>172.18.38.5</Data><Data Name='DestinationPort'>389</Data></EventData></Event>"}"#
    ),
    (
      "numbers with a fraction of nothing",
      #"{"EventID":3.0,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws5","UtcTime":"2020-10-22 08:29:52.005","ProcessGuid":"{313fa531-ba3b-5f8f-0c00-000000000400}","ProcessId":720.0,"Image":"C:\\lsass.exe","Protocol":"udp","Initiated":"true","SourceIp":"172.18.39.5","SourcePort":51883.0,"DestinationIp":"172.18.38.5","DestinationPort":389.0}"#
    ),
  ]

  @Test("A Sysmon connection is the same record in every shape", arguments: shapes)
  func shape(name: String, event: String) throws {
    var expected = ConnectionRecord(
      // date -u -d '2020-10-22 08:29:52' +%s
      time: 1_603_355_392_005_000_000, host: "ws5", proto: "udp",
      destination: try #require(AddressBytes("172.18.38.5")),
      port: 389)
    expected.pid = 720
    expected.guid = "{313fa531-ba3b-5f8f-0c00-000000000400}"
    expected.image = "C:\\lsass.exe"
    expected.source = AddressBytes("172.18.39.5")
    expected.sourcePort = 51883
    expected.initiated = true
    #expect(try connection(event) == expected, Comment(rawValue: name))
  }

  @Test("A Sysmon process brings its parent, user, logon and SHA-256; without a process id its GUID is enough")
  func sysmonProcess() throws {
    let found = try process(
      #"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"h","UtcTime":"2020-09-21 04:14:53.715","ProcessGuid":"{d2}","Image":"C:\\w.exe","CommandLine":"w -x","CurrentDirectory":"C:\\","User":"D\\u","LogonId":"0x3e4","ParentProcessGuid":"{d1}","ParentProcessId":"960","ParentImage":"C:\\s.exe","ParentCommandLine":"s","Hashes":"MD5=AB,SHA256=A75C85F3B089993E9C042FB82ECB7757E8F460ED8065FC7991CAA38A6DE0F50C,IMPHASH=00"}"#
    )
    #expect(found?.event == "start")
    #expect(found?.pid == nil)
    #expect(found?.guid == "{d2}")
    #expect(found?.parentPID == 960)
    #expect(found?.parentGUID == "{d1}")
    #expect(found?.logon == "0x3e4")
    #expect(found?.sha256 == "a75c85f3b089993e9c042fb82ecb7757e8f460ed8065fc7991caa38a6de0f50c")
    let ended = try process(
      #"{"EventID":5,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"h","UtcTime":"2020-09-21 04:14:53.715","ProcessGuid":"{00000000-0000-0000-0000-000000000000}","ProcessId":"7","Image":"C:\\w.exe"}"#
    )
    #expect(ended?.event == "end")
    #expect(ended?.end == ended?.time)
    #expect(ended?.guid == nil)
  }

  @Test("4688 gives the new process, its creator as parent, and hexadecimal ids as numbers")
  func creation() throws {
    let found = try process(
      #"{"EventID":4688,"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"h","TimeCreated":"2020-12-19T07:50:13.618Z","NewProcessId":"0x1a4","NewProcessName":"C:\\n.exe","ProcessId":"0x10","ParentProcessName":"C:\\p.exe","CommandLine":"n","SubjectUserName":"S$","SubjectDomainName":"D","SubjectLogonId":"0x3e7","TargetUserName":"-","TargetDomainName":"-","TargetLogonId":"0x0"}"#
    )
    #expect(found?.pid == 420)
    #expect(found?.parentPID == 16)
    #expect(found?.user == "D\\S$")
    #expect(found?.logon == "0x3e7")
    #expect(found?.extra.contains(ExtraMember("clock", "TimeCreated")) == true)
  }

  @Test(
    "5156 names protocol and direction by number",
    arguments: [("%%14592", false, "6", "tcp"), ("%%14593", true, "17", "udp")])
  func filteringPlatform(direction: String, initiated: Bool, number: String, proto: String) throws {
    let found = try connection(
      #"{"EventID":5156,"Channel":"Security","Computer":"h","TimeCreated":"2020-12-19T07:50:13Z","ProcessID":"2556","Application":"\\device\\harddiskvolume2\\windows\\x.exe","Direction":"\#(direction)","SourceAddress":"::1","SourcePort":"1","DestAddress":"::1","DestPort":"2","Protocol":"\#(number)"}"#
    )
    #expect(found?.initiated == initiated)
    #expect(found?.proto == proto)
    #expect(found?.pid == 2556)
    #expect(found?.image == "\\device\\harddiskvolume2\\windows\\x.exe")
    #expect(found?.extra.first == ExtraMember("image_path", "\\windows\\x.exe"))
  }

  @Test("A local EventTime becomes UTC where the moment of receipt was stamped in both")
  func zones() throws {
    let start =
      #"{"EventID":4689,"Channel":"Security","Hostname":"h","ProcessId":"0x1","ProcessName":"x","EventTime":"2020-09-21 00:14:39""#
    let known = try process(
      start + #","EventReceivedTime":"2020-09-21 00:14:40","@timestamp":"2020-09-21T04:14:40.826Z"}"#)
    // date -u -d "2020-09-21 04:14:39" +%s; read as UTC, 00:14:39 is 1600647279
    #expect(known?.time == 1_600_661_679_000_000_000)
    #expect(known?.extra.contains(ExtraMember("zone_offset", -14400)) == true)
    let unknown = try process(start + "}")
    #expect(unknown?.time == 1_600_647_279_000_000_000)
    #expect(unknown?.extra.contains(ExtraMember("clock", "EventTime, zone unknown")) == true)
  }

  @Test("Other events are counted by kind, bad ones refused with what is missing")
  func others() throws {
    #expect(
      try read(#"{"EventID":10,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"h"}"#) == .skipped("Sysmon 10"))
    #expect(try read(#"{"EventID":3,"SourceName":"PowerShell","Hostname":"h"}"#) == .skipped("powershell 3"))
    #expect(
      try read(
        #"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","UtcTime":"2020-09-21 04:14:53.715","ProcessId":"1","Image":"x"}"#
      )
        == .refused("Sysmon 1: the host is missing"))
    #expect(
      try read(
        #"{"EventID":4688,"Channel":"Security","Hostname":"h","TimeCreated":"2020-12-19T07:50:13Z","NewProcessName":"x","NewProcessId":"0xzz"}"#
      )
        == .refused("Security 4688: NewProcessId is missing or no number"))
    #expect(try read("[]") == .refused("expected a JSON object"))
    #expect(try read(#"{"a":1}"#) == .refused("no event id: this is no event of the Windows event log"))
  }

  @Test(
    "The log's time is read with a zone, without one, as milliseconds and as PowerShell writes it",
    arguments: [
      // date -u -d '2020-12-19 07:50:13' +%s
      (#""TimeCreated":"2020-12-19T07:50:13Z""#, 1_608_364_213_000_000_000, "TimeCreated"),
      (#""TimeCreated":"2020-12-19 08:50:13.5 +0100""#, 1_608_364_213_500_000_000, "TimeCreated"),
      (#""TimeCreated":"2020-12-19 07:50:13""#, 1_608_364_213_000_000_000, "TimeCreated, zone unknown"),
      (#""TimeCreated":"\/Date(1608364213250)\/""#, 1_608_364_213_250_000_000, "TimeCreated"),
      (#""TimeCreated":1608364213250"#, 1_608_364_213_250_000_000, "TimeCreated"),
      (#""@timestamp":"2020-12-19T07:50:13Z""#, 1_608_364_213_000_000_000, "@timestamp"),
    ])
  func clocks(member: String, nanoseconds: Int64, clock: String) throws {
    let event =
      #"{"EventID":4688,"Channel":"Security","Computer":"h","NewProcessName":"x","NewProcessId":"0x10","#
      + member + "}"
    let process = try #require(try process(event))
    #expect(process.time == nanoseconds)
    #expect(process.extra.contains(ExtraMember("clock", .string(clock))))
  }

  @Test("Lines of XML are events too; what is no event is refused with its line")
  func xmlLines() {
    let event =
      "<Event xmlns='x'><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4689</EventID>"
      + "<TimeCreated SystemTime='2020-12-19T07:50:13.0Z'/><Computer>ws5</Computer></System><EventData>"
      + "<Data Name='ProcessName'>C:\\a.exe</Data><Data Name='ProcessId'>0x2d0</Data></EventData></Event>"
    let run = RecordingHost.run(WindowsEventPlugin.plugin, over: Array((event + "\n<Event><System>\n").utf8))
    #expect(run.records.map { $0["pid"] } == ["720"])
    #expect(run.records.map { $0["host"] } == ["ws5"])
    #expect(run.rejected.map(\.line) == [2])
    #expect(RecordingHost.sniff(WindowsEventPlugin.source, event + "\n") == 95)
  }

  @Test("A bad line is reported with its place; what was read over is said at the end")
  func places() {
    let good = Self.shapes[0].event
    let input = good + "\n{\"EventID\":\n\n{\"EventID\":10,\"SourceName\":\"Microsoft-Windows-Sysmon\"}\n" + good
    let run = RecordingHost.run(WindowsEventPlugin.plugin, over: Array(input.utf8))
    #expect(run.records.count == 2)
    #expect(run.rejected.map(\.line) == [2])
    #expect(run.log == ["events left out: 1 Sysmon 10"])
    #expect(RecordingHost.sniff(WindowsEventPlugin.source, input) == 95)
  }
}
