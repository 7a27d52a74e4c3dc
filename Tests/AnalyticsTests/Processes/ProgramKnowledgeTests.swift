/// What is usual and what is odd for programs of all kinds: from what their vendors document, LOLBAS and ATT&CK.

import Evidence
import Testing

@testable import Analytics

@Suite("Built-in knowledge of programs is broad")
struct ProgramKnowledgeTests {
  /// A program that opens one connection: image, port, transport, and whether the server is outside.
  struct Row: Sendable, CustomTestStringConvertible {
    var image: String
    var port: UInt16
    var proto = TransportProtocol.tcp
    var app: String?
    var server = "10.0.0.2"
    var testDescription: String { "\(image) → \(server) \(proto.name)/\(app ?? "?") \(port)" }
  }

  private func score(_ row: Row) -> Double {
    let process = KnownProcess(entity: ProcessEntity(host: "alpha", pid: 1, image: row.image), start: at(0))
    var c = ProcessConnection(
      process: process, role: .client, time: at(0), proto: row.proto, clientIP: ip("10.0.0.1"), clientPort: 50000,
      serverIP: ip(row.server), serverPort: row.port, evidence: ["c"])
    c.appProto = row.app
    var resolution = Resolution()
    resolution.connections = [c]
    resolution.known = [process]
    return ProcessAnalytics().signals(resolution).map(\.score).max() ?? 0
  }

  private static let outside = "93.184.216.34"
  private static func windows(_ name: String) -> String { "C:\\Windows\\System32\\\(name)" }
  private static func installed(_ path: String) -> String { "C:\\Program Files\\\(path)" }
  private static func installed86(_ path: String) -> String { "C:\\Program Files (x86)\\\(path)" }

  static let usualOnWindows: [Row] = {
    let part0: [Row] = [80, 443, 135, 389, 88, 53, 123, 7680, 5985, 49667, 3544].flatMap { (port: UInt16) in
      [Row(image: windows("svchost.exe"), port: port)]
    }
    let part1: [Row] = [88, 389, 636, 3268, 135, 49668, 464].map { Row(image: windows("lsass.exe"), port: $0) }
    let part2: [Row] = [445, 139, 80, 5985].map { Row(image: "System", port: $0) }
    let part3: [Row] = [
      // LDAP, IMAP and SMTP within TLS are what they are.
      Row(image: windows("lsass.exe"), port: 636, app: "tls"),
      Row(image: installed("Mozilla Thunderbird\\thunderbird.exe"), port: 993, app: "tls"),
      Row(image: windows("dns.exe"), port: 53, proto: .udp, server: outside),
      Row(image: windows("inetsrv\\w3wp.exe"), port: 1433),
      Row(image: installed("Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe"), port: 1433),
      Row(image: "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\MsMpEng.exe", port: 443),
      Row(image: "C:\\Users\\ann\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe", port: 443, server: outside),
      Row(image: "C:\\Users\\ann\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe", port: 3478, proto: .udp),
      Row(image: "C:\\Users\\ann\\AppData\\Roaming\\Zoom\\bin\\Zoom.exe", port: 8801, proto: .udp, server: outside),
      Row(image: "C:\\Users\\ann\\AppData\\Local\\slack\\app-4.39.0\\slack.exe", port: 443, server: outside),
      Row(image: installed("WindowsApps\\MSTeams_24.1\\ms-teams.exe"), port: 443, server: outside),
      Row(image: installed("WindowsApps\\Microsoft.WindowsNotepad_11.2\\Notepad\\Notepad.exe"), port: 443),
      Row(image: installed("WindowsApps\\Microsoft.WindowsCalculator_11.1\\CalculatorApp.exe"), port: 443),
      Row(image: installed("Windows NT\\Accessories\\wordpad.exe"), port: 53, app: "mdns", server: "224.0.0.251"),
      Row(image: installed("Google\\Chrome\\Application\\chrome.exe"), port: 443, proto: .udp, server: outside),
      Row(image: installed("Google\\Chrome\\Application\\chrome.exe"), port: 51820, server: "10.0.0.9"),
      Row(image: installed86("Microsoft\\Edge\\Application\\msedge.exe"), port: 8443),
      Row(image: installed("Microsoft Office\\root\\Office16\\OUTLOOK.EXE"), port: 587, server: outside),
      Row(image: installed("Microsoft Office\\root\\Office16\\EXCEL.EXE"), port: 1433),
      Row(image: installed("Microsoft Office\\root\\Office16\\WINWORD.EXE"), port: 443, server: outside),
      Row(image: installed("Java\\jdk-21\\bin\\java.exe"), port: 5432),
      Row(image: installed("Java\\jdk-21\\bin\\java.exe"), port: 50051),
      Row(image: "C:\\Users\\ann\\AppData\\Local\\Programs\\Python\\Python312\\python.exe", port: 443, server: outside),
      Row(image: "C:\\Users\\ann\\.conda\\envs\\x\\python3.11.exe", port: 443, server: outside),
      Row(image: installed("Git\\mingw64\\bin\\git-remote-https.exe"), port: 443, server: outside),
      Row(image: "C:\\Users\\ann\\Downloads\\putty.exe", port: 22),
      Row(image: "C:\\Users\\ann\\Downloads\\ChromeSetup.exe", port: 443, server: outside),
      Row(image: "C:\\Windows\\System32\\OpenSSH\\ssh.exe", port: 22),
      Row(image: installed("Veeam\\Endpoint Backup\\Veeam.EndPoint.Service.exe"), port: 10005),
      Row(image: installed("SentinelOne\\Sentinel Agent 23\\SentinelAgent.exe"), port: 443, server: outside),
      Row(image: installed("Zabbix Agent 2\\zabbix_agent2.exe"), port: 10051),
      Row(image: installed("SplunkUniversalForwarder\\bin\\splunkd.exe"), port: 9997),
      Row(image: installed("Microsoft Monitoring Agent\\Agent\\HealthService.exe"), port: 5723),
      Row(image: "C:\\WindowsAzure\\GuestAgent\\WindowsAzureGuestAgent.exe", port: 80, server: "168.63.129.16"),
      Row(image: "C:\\Packages\\Plugins\\Vendor.Extension\\1.0\\handler.exe", port: 443, server: outside),
      Row(image: installed86("TeamViewer\\TeamViewer_Service.exe"), port: 5938, server: outside),
      Row(image: installed86("Google\\Update\\GoogleUpdate.exe"), port: 80, server: outside),
      Row(image: installed("Docker\\Docker\\resources\\com.docker.backend.exe"), port: 443, server: outside),
      Row(image: windows("spoolsv.exe"), port: 9100), Row(image: windows("mstsc.exe"), port: 3389),
      Row(image: windows("taskhostw.exe"), port: 443, server: outside), Row(image: windows("mmc.exe"), port: 389),
      Row(image: windows("nslookup.exe"), port: 53, proto: .udp),
      Row(image: windows("w32tm.exe"), port: 123, proto: .udp),
      Row(image: installed("Some Vendor\\Product\\client64.exe"), port: 443, server: outside),
      Row(image: installed("Some Vendor\\Product\\client64.exe"), port: 49700),
      Row(image: "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", port: 135),
    ]
    return part0 + part1 + part2 + part3
  }()

  static let oddOnWindows: [Row] = {
    let part0: [Row] = [
      "rundll32.exe", "regsvr32.exe", "mshta.exe", "bitsadmin.exe", "wscript.exe", "cscript.exe", "cmd.exe",
      "notepad.exe",
      "certutil.exe", "wmic.exe", "odbcconf.exe", "cmstp.exe", "forfiles.exe", "esentutl.exe", "dllhost.exe",
      "services.exe", "winlogon.exe", "csrss.exe", "conhost.exe", "whoami.exe", "calc.exe", "werfaultsecure.exe",
      "WindowsPowerShell\\v1.0\\powershell.exe", "wbem\\WmiPrvSE.exe", "wsmprovhost.exe", "wbem\\scrcons.exe",
      "fodhelper.exe", "dwm.exe",
    ].map { Row(image: windows($0), port: 443, server: outside) }
    let part1: [Row] = ["installutil.exe", "msbuild.exe", "regasm.exe", "regsvcs.exe", "csc.exe"].map {
      Row(image: "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\\($0)", port: 443, app: "tls", server: outside)
    }
    let part2: [Row] = [88, 389, 445, 5985, 135].flatMap { (port: UInt16) in
      [
        Row(image: installed("Google\\Chrome\\Application\\chrome.exe"), port: port),
        Row(image: "C:\\Users\\ann\\AppData\\Local\\Programs\\Python\\Python312\\python.exe", port: port),
        Row(image: "C:\\Users\\ann\\Downloads\\tool.exe", port: port),
        Row(image: windows("WindowsPowerShell\\v1.0\\powershell.exe"), port: port),
      ]
    }
    let part3: [Row] = [
      Row(image: windows("spoolsv.exe"), port: 4444, server: outside), Row(image: windows("spoolsv.exe"), port: 445),
      Row(image: windows("taskhostw.exe"), port: 4444, server: outside),
      Row(image: "C:\\Windows\\explorer.exe", port: 8081, app: "irc", server: outside),
      Row(image: installed("Microsoft Office\\root\\Office16\\WINWORD.EXE"), port: 4444, server: outside),
      Row(image: "C:\\Users\\Public\\agent.exe", port: 443, server: outside),
      Row(image: "C:\\Users\\Public\\http.exe", port: 443, server: outside),
      Row(image: "C:\\Users\\ann\\Desktop\\report.exe", port: 443, server: outside),
      Row(image: "C:\\Users\\ann\\AppData\\Local\\Temp\\7z1\\a.exe", port: 8443, server: outside),
      Row(image: "C:\\ProgramData\\x.exe", port: 445), Row(image: "C:\\Perflogs\\b.exe", port: 53, proto: .udp),
      Row(image: "\\\\10.0.0.9\\share\\a.exe", port: 443, server: outside),
      Row(image: "C:\\Windows\\Temp\\svchost.exe", port: 443, server: outside),
      Row(image: "C:\\Windows\\System32\\svchost2.exe", port: 88),
      Row(image: "C:\\Users\\Public\\nc64.exe", port: 4444),
      Row(image: "C:\\Windows\\Temp\\chrome.exe", port: 443, server: outside),
      Row(image: installed("Java\\jdk-21\\bin\\java.exe"), port: 1389, server: outside),
    ]
    return part0 + part1 + part2 + part3
  }()

  static let usualOnLinux: [Row] = {
    let part0: [Row] = [
      ("/usr/sbin/sshd", 389), ("/usr/bin/ssh", 22), ("/usr/lib/systemd/systemd-resolved", 53),
      ("/usr/sbin/chronyd", 123), ("/usr/bin/curl", 443), ("/usr/bin/wget", 80), ("/usr/lib/apt/methods/http", 80),
      ("/usr/bin/dnf5", 443), ("/usr/bin/python3.12", 443), ("/home/ann/venv/bin/python3", 443),
      ("/usr/bin/git-remote-https", 443), ("/usr/sbin/apache2", 389), ("/usr/sbin/nginx", 8080),
      ("/usr/sbin/php-fpm8.2", 3306), ("/usr/lib/postgresql/15/bin/postgres", 5432), ("/usr/bin/redis-server", 6379),
      ("/usr/lib/jvm/java-17-openjdk/bin/java", 9092), ("/usr/lib/jvm/java-17-openjdk/bin/java", 1099),
      ("/usr/bin/node", 27017), ("/usr/bin/dockerd", 443), ("/usr/bin/containerd", 443), ("/usr/local/bin/k3s", 6443),
      ("/usr/sbin/mariadbd", 4567), ("/usr/libexec/sssd/sssd_be", 389), ("/usr/sbin/winbindd", 88),
      ("/usr/bin/sudo", 389), ("/usr/bin/id", 389), ("/usr/sbin/rsyslogd", 514), ("/usr/lib/postfix/sbin/smtp", 25),
      ("/usr/bin/freshclam", 443), ("/usr/bin/fwupdmgr", 443), ("/usr/bin/snap", 443), ("/usr/lib/snapd/snapd", 443),
      ("/opt/datadog-agent/bin/agent/agent", 443), ("/usr/share/filebeat/bin/filebeat", 5044),
      ("/usr/sbin/zabbix_agentd", 10051), ("/usr/bin/restic", 443), ("/usr/bin/rclone", 443),
      ("/usr/lib/firefox/firefox", 443), ("/snap/slack/1/usr/lib/slack/slack", 443), ("/tmp/.mount_Slack1/slack", 443),
      ("/usr/sbin/sshd (deleted)", 389), ("/usr/sbin/openvpn", 1194), ("/usr/bin/telnet", 23), ("/usr/bin/psql", 5432),
      ("/opt/vendor/bin/appd", 443), ("/usr/sbin/automount", 2049), ("/usr/bin/ansible-playbook", 22),
    ].map { Row(image: $0.0, port: $0.1) }
    let part1: [Row] = [Row(image: "/usr/sbin/sssd_be", port: 636, app: "tls")]
    return part0 + part1
  }()

  static let oddOnLinux: [Row] = {
    let part0: [Row] = [
      ("/usr/bin/bash", 443), ("/bin/sh", 4444), ("/usr/bin/dash", 80), ("/usr/bin/nc", 4444), ("/usr/bin/socat", 443),
      ("/usr/bin/busybox", 80), ("/usr/bin/awk", 443), ("/usr/bin/cat", 80), ("/usr/bin/perl", 4444),
      ("/usr/bin/php8.2", 31337), ("/usr/lib/jvm/java-11/bin/java", 389), ("/usr/lib/jvm/java-11/bin/java", 1389),
      ("/usr/lib/jvm/java-11/bin/java", 636), ("/usr/lib/jvm/java-11/bin/java", 1099), ("/tmp/x", 443),
      ("/tmp/.ICE-unix/a", 8080), ("/dev/shm/k", 443),
      ("/var/tmp/kinsing", 80), ("/memfd:a (deleted)", 443), ("/memfd:", 443), ("/tmp/sshd", 22),
      ("/dev/shm/sshd", 443),
      ("/usr/bin/kworker", 443), ("/tmp/kworker (deleted)", 443), ("/usr/bin/[kthreadd]", 443),
      ("/usr/bin/python3", 445), ("/usr/bin/python3", 88), ("/usr/bin/curl", 389), ("/home/ann/a.out", 445),
      ("/var/www/html/upload/x", 443), ("/usr/bin/vim", 443), ("/proc/self/fd/3", 443),
      ("/usr/lib/systemd/systemd", 443),
    ].map { Row(image: $0.0, port: $0.1, server: outside) }
    return part0
  }()

  @Test("Ordinary programs of Windows stay quiet", arguments: usualOnWindows)
  func windowsUsual(_ row: Row) { #expect(score(row) < 0.5) }

  @Test("Programs of Windows that go where they do not belong are signalled", arguments: oddOnWindows)
  func windowsOdd(_ row: Row) { #expect(score(row) >= 0.5) }

  @Test("Ordinary programs of Linux stay quiet", arguments: usualOnLinux)
  func linuxUsual(_ row: Row) { #expect(score(row) < 0.5) }

  @Test("Programs of Linux that go where they do not belong are signalled", arguments: oddOnLinux)
  func linuxOdd(_ row: Row) { #expect(score(row) >= 0.5) }

  private func parented(_ child: String, by parent: String, command: String? = nil) -> Double {
    var resolution = Resolution()
    resolution.known = [
      KnownProcess(
        entity: ProcessEntity(host: "alpha", pid: 1, image: child, commandLine: command),
        parent: ParentProcess(pid: 2, image: parent), start: at(0))
    ]
    return ProcessAnalytics().signals(resolution).map(\.score).max() ?? 0
  }

  @Test(
    "Who starts whom: odd pairs are signalled",
    arguments: [
      ("/bin/sh", "/usr/lib/jvm/java-11/bin/java"), ("/bin/bash", "/usr/sbin/nginx"),
      ("/usr/bin/nc", "/usr/sbin/apache2"),
      ("/tmp/x", "/usr/sbin/cron"), (windows("cmd.exe"), windows("inetsrv\\w3wp.exe")),
      (windows("cmd.exe"), windows("spoolsv.exe")), (windows("cmd.exe"), windows("fodhelper.exe")),
      (windows("cmd.exe"), "C:\\Windows\\PSEXESVC.exe"), (windows("mshta.exe"), installed("Office\\EXCEL.EXE")),
      ("C:\\Users\\ann\\AppData\\Roaming\\x.exe", installed("Office\\WINWORD.EXE")),
      (windows("WindowsPowerShell\\v1.0\\powershell.exe"), windows("wbem\\WmiPrvSE.exe")),
    ])
  func oddParents(_ child: String, _ parent: String) { #expect(parented(child, by: parent) >= 0.5) }

  @Test(
    "Who starts whom: pairs of every day stay quiet",
    arguments: [
      (
        windows("cmd.exe"), installed("Google\\Chrome\\Application\\chrome.exe"),
        "C:\\Windows\\system32\\cmd.exe /d /c \"C:\\x\\host.exe\" chrome-extension://abcdef/ --parent-window=0"
      ),
      ("C:\\Users\\ann\\AppData\\Roaming\\Zoom\\bin\\Zoom.exe", installed("Office\\OUTLOOK.EXE"), "Zoom.exe --url=x"),
      ("/bin/sh", "/usr/bin/node", "sh -c tsc --build"), ("/bin/sh", "/usr/sbin/cron", "/bin/sh -c run-parts"),
      (windows("cmd.exe"), "C:\\Windows\\explorer.exe", "cmd.exe"), ("/bin/bash", "/usr/sbin/sshd", "-bash"),
      (windows("conhost.exe"), windows("cmd.exe"), "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"),
    ])
  func usualParents(_ child: String, _ parent: String, _ command: String) {
    #expect(parented(child, by: parent, command: command) < 0.5)
  }
}
