/// Host events of Linux machines as raw lines of auditd: execve, socket and connect on x86-64.

struct AuditLog {
  private var serial = 48_112

  /// Other users than root, by name.
  private static let users = [
    "root": 0, "planner": 998, "_apt": 42, "_chrony": 108, "systemd-resolve": 991, "sshd": 110,
  ]

  mutating func lines(_ event: HostEvent) -> [UInt8] {
    guard !event.machine.isWindows else { return [] }
    switch event.kind {
    case .start(let process): return start(event, process)
    case .end(let process):
      return record(
        event, [("SYSCALL", call(231, process, exit: nil, arguments: [0, 0, 0, 0], items: 0) + " key=\"exec\"")])
    case .connection(let process, let flow, let initiated, _): return initiated ? connect(event, process, flow) : []
    }
  }

  /// The records of one event, with its time and its serial number.
  private mutating func record(_ event: HostEvent, _ parts: [(String, String)]) -> [UInt8] {
    serial += 1
    let time = event.time + event.machine.clock
    let stamp = "audit(\(time / second).\(padded(time % second / 1_000_000, 3)):\(serial))"
    return Array(
      (parts + [("EOE", "")]).map { "node=\(event.machine.shortName) type=\($0) msg=\(stamp): \($1)\n" }.joined().utf8)
  }

  private func call(_ number: Int, _ process: HostProcess, exit: Int?, arguments: [Int], items: Int) -> String {
    let uid = Self.users[process.user] ?? 1000
    let ids = ["uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid"].map { "\($0)=\(uid)" }.joined(
      separator: " ")
    let values = arguments.enumerated().map { "a\($0)=\(String($1, radix: 16))" }.joined(separator: " ")
    let result = exit.map { " success=\($0 >= 0 || $0 == -115 ? $0 == -115 ? "no" : "yes" : "no") exit=\($0)" } ?? ""
    let name = process.image.split(separator: "/").last.map(String.init) ?? process.image
    return
      "arch=c000003e syscall=\(number)\(result) \(values) items=\(items) ppid=\(process.parent?.pid ?? 1) pid=\(process.pid) auid=4294967295 \(ids) tty=(none) ses=4294967295 comm=\(quoted(String(name.prefix(15)))) exe=\(quoted(process.image)) subj=unconfined"
  }

  private mutating func start(_ event: HostEvent, _ process: HostProcess) -> [UInt8] {
    let words = Self.words(process.commandLine)
    var arguments = "argc=\(words.count)"
    for (index, word) in words.enumerated() {
      // What has spaces or quotes is written in hexadecimal.
      let isPlain = word.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 < 0x7f }
      arguments += " a\(index)=\(isPlain ? "\"\(word)\"" : hexadecimal(Array(word.utf8)).uppercased())"
    }
    var title: [UInt8] = []
    for (index, word) in words.enumerated() { title += (index > 0 ? [0] : []) + Array(word.utf8) }
    return record(
      event,
      [
        (
          "SYSCALL",
          call(59, process, exit: 0, arguments: [0x55d0_1c2b, 0x55d0_1d40, 0x7ffe_11a0, 8], items: 2) + " key=\"exec\""
        ),
        ("EXECVE", arguments), ("CWD", "cwd=\(quoted(process.cwd))"),
        ("PROCTITLE", "proctitle=\(hexadecimal(title).uppercased())"),
      ])
  }

  /// Words as a shell takes them: single quotes hold spaces.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      if character == "'" {
        isQuoted.toggle()
      } else if character == " ", !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  private mutating func connect(_ event: HostEvent, _ process: HostProcess, _ flow: LabFlow) -> [UInt8] {
    let isV6 = flow.destination.isV6
    let descriptor = 3 + event.machine.random.below(40)
    let title = hexadecimal(Array(Self.words(process.commandLine).joined(separator: "\0").utf8)).uppercased()
    var early = event
    early.time -= 200_000
    let socket = record(
      early,
      [
        (
          "SYSCALL",
          call(
            41, process, exit: descriptor,
            arguments: [isV6 ? 10 : 2, flow.proto == 6 ? 0x80801 : 0x80802, Int(flow.proto), 0], items: 0)
            + " key=\"net\""
        ),
        ("PROCTITLE", "proctitle=\(title)"),
      ])
    var address: [UInt8] = [isV6 ? 10 : 2, 0]
    address.u16(Int(flow.destinationPort))
    if isV6 { address.zeros(4) }
    address += flow.destination.bytes
    address.zeros(isV6 ? 4 : 8)
    let connect = record(
      event,
      [
        (
          "SYSCALL",
          call(
            42, process, exit: flow.proto == 6 ? -115 : 0, arguments: [descriptor, 0x7ffe_20b0, isV6 ? 28 : 16, 0],
            items: 0) + " key=\"net\""
        ),
        ("SOCKADDR", "saddr=\(hexadecimal(address).uppercased())"), ("PROCTITLE", "proctitle=\(title)"),
      ])
    return socket + connect
  }
}
