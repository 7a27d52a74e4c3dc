import PluginSupport
import Testing

@testable import EvidenceLines
@testable import LinuxAudit
@testable import WindowsEvents

/// A generator with a seed, so that a failure can be had again (Vigna's SplitMix64).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite("Any bytes")
struct MutationTests {
  private static let seeds: [String] =
    WindowsEventTests.shapes.map(\.event) + [
      #"{"type":"outreach","time":"2026-09-01T01:07:38Z","platform":"x","kind":"follow","from":{"handle":"h","v":1},"to":{"employee":"e1"},"links":["a"]}"#,
      #"{"type":"asset","time":"2026-09-01T01:07:38.5+01:00","host":"h","ips":["192.0.2.1"],"macs":["00:1b:21:0a:0b:0c"],"x":[1.5e300]}"#,
      #"node=n type=SYSCALL msg=audit(1652292621.986:7): arch=c000003e syscall=59 success=yes exit=0 a0=3 pid=1 exe="/bin/x""#,
      #"node=n type=EXECVE msg=audit(1652292621.986:7): argc=2 a0="x" a1_len=6 a1[0]=616263 a1[1]=64"#,
      #"node=n type=SYSCALL msg=audit(1652292621.986:8): arch=c000003e syscall=42 success=yes exit=0 a0=3 pid=1 exe="/bin/x""#,
      #"node=n type=SOCKADDR msg=audit(1652292621.986:8): saddr=020001BBC0A80206"#,
      "node=n type=EXECVE msg=audit(05/11/2022 18:10:21.986:9) : argc=2 a0=sh a1=-c a9223372036854775807=x",
      "node=n type=SYSCALL msg=audit(05/11/2022 18:10:21.986:9) : syscall=connect exit=EINTR(x y) a0=0x3 pid=2 exe=/b",
      "node=n type=SOCKADDR msg=audit(05/11/2022 18:10:21.986:9) : saddr={ saddr_fam=inet laddr=192.0.2.1 lport=4 }",
      #"<86>1 2020-10-22T08:29:52.005Z web01 audispd - - - type=1300 audit(1652292621.986:7): syscall=59 pid=9"#,
      #"Oct 22 08:29:52 web01 audispd: type=SYSCALL msg=audit(1652292621.986:7): arch=c000003e syscall=59 pid=9"#,
      #"{"EventID":4689,"Channel":"Security","Computer":"h","TimeCreated":"\/Date(99608364213250)\/","ProcessId":4.0}"#,
      #"{"EventCode":"4689","LogName":"Security","ComputerName":["h"],"_time":1608364213.25,"ProcessName":"p"}"#,
      #"{"Computer":"c","SyslogMessage":"type=AUOMS_EXECVE audit(1.9:8): pid=1 syscall=execve exe=\"/b\" cmdline=\"a \"b\"\" redactors="}"#,
      #"<Event><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID><TimeCreated SystemTime="2022-05-11T18:10:20Z"/><Computer>U5</Computer></System><EventData><Data Name="ProcessId">5</Data><Data Name="Image">&lt;a&#x41;<![CDATA[x]]><!-- y --></Data></EventData></Event>"#,
      #"{"TimeGenerated":"2022-05-11T18:09:38.868Z","Computer":"U5","Direction":"inbound","DestinationIp":"192.168.2.5","DestinationPort":8080,"Protocol":"tcp","Process":"p-1","Type":"VMConnection"}"#,
    ]

  private static func mutated(_ input: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = input
    let special: [UInt8] = [
      0, 9, 10, 13, 0x1d, 0x20, 0x22, 0x26, 0x28, 0x2d, 0x2e, 0x30, 0x39, 0x3a, 0x3c, 0x3d, 0x3e, 0x5b, 0x5c, 0x7b,
      0x7d, 0x80, 0xc3, 0xff,
    ]
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[at] = special.randomElement(using: &random) ?? 0
      case 2: bytes.remove(at: at)
      case 3: bytes.insert(special.randomElement(using: &random) ?? 0, at: at)
      default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &random)))
      }
    }
    return bytes
  }

  @Test("never stop a source: each run ends, and every line is a record, read over, or refused", arguments: 0..<40)
  func anyBytes(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    var input: [UInt8] = []
    for _ in 0..<60 {
      input += Self.mutated(Array((Self.seeds.randomElement(using: &random) ?? "").utf8), &random) + [10]
    }
    for plugin in [EvidencePlugin.plugin, WindowsEventPlugin.plugin, LinuxAuditPlugin.plugin] {
      #expect(RecordingHost.run(plugin, over: input, max: 7).status == 3)
    }
    for source in [EvidencePlugin.source, WindowsEventPlugin.source, LinuxAuditPlugin.source] {
      #expect(input.withUnsafeBytes { source.sniff($0, "x") } <= 100)
    }
  }
}
