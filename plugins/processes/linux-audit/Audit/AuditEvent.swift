/// One audit event, put together from its records, and what it tells.

import HostEvents
import JSON
import PluginSupport

/// The records of one event, as far as they have come.
struct AuditEvent {
  /// Bounds: what an event may hold.
  private static let mostArguments = 4096
  private static let mostBytes = 1 << 18

  let id: AuditEventID
  /// The line of its first record.
  let place: Place
  /// The machine, where the line's envelope names one.
  let host: String?
  private var call: AuditFields?
  private var arguments: [Int: String] = [:]
  private var bytes = 0
  private var workingDirectory: String?
  private var title: String?
  private var peer: SocketAddress?
  private(set) var isComplete = false
  /// Its time is a local one, without a zone.
  private var isLocal = false
  private var isCut = false
  private var types: [String] = []

  init(id: AuditEventID, place: Place, host: String?) {
    self.id = id
    self.place = place
    self.host = host
  }

  mutating func add(_ record: AuditRecord) {
    if types.count < 16 { types.append(record.type) }
    isLocal = isLocal || record.isInterpreted
    switch record.type {
    case "SYSCALL":
      call = record.fields
      // ausearch writes the records of an event from the last to the first.
      isComplete = title != nil
    case "EXECVE": addArguments(record.fields)
    case "CWD": workingDirectory = record.fields["cwd"]?.untrusted
    case "SOCKADDR": peer = SocketAddress(record.fields)
    case "PROCTITLE":
      title = record.fields["proctitle"].map { Self.title($0.untrusted) }
      // The kernel's last record before the end of the event.
      isComplete = call != nil
    case "EOE": isComplete = true
    default:
      guard record.isAUOMS else { return }
      call = record.fields
      workingDirectory = record.fields["cwd"]?.untrusted
      title = record.fields["cmdline"]?.text ?? record.fields["proctitle"].map { Self.title($0.text) }
      peer = SocketAddress(record.fields)
      isComplete = true
    }
  }

  /// `a0="bash" a1=2D63 …`, a long one in pieces: `a2_len=9000 a2[0]=… a2[1]=…`.
  private mutating func addArguments(_ fields: AuditFields) {
    for (key, value) in fields.values where key.hasPrefix("a") {
      let number = key.dropFirst().prefix { $0.isASCII && $0.isNumber }
      let rest = key.dropFirst(1 + number.count)
      guard let index = Int(number), index < Self.mostArguments else {
        isCut = isCut || !number.isEmpty
        continue
      }
      guard rest.isEmpty || rest.hasPrefix("[") else { continue }
      let text = value.untrusted
      guard bytes + text.utf8.count <= Self.mostBytes else {
        isCut = true
        return
      }
      bytes += text.utf8.count
      arguments[index, default: ""] += text
    }
  }

  /// A process' title has NUL between its words.
  private static func title(_ text: String) -> String {
    var text = text.replacing("\0", with: " ")
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  private var commandLine: String? {
    if arguments.isEmpty { return title }
    return (0...(arguments.keys.max() ?? 0)).compactMap { arguments[$0] }.joined(separator: " ")
  }

  // MARK: What it tells

  /// The event's outcome. `sockets` remembers what kind of socket a descriptor is.
  func outcome(defaultHost: String, sockets: inout SocketKinds) -> EventOutcome {
    guard let call else { return .skipped("audit \(types.first ?? "?")") }
    let host = id.node.isEmpty ? self.host ?? defaultHost : id.node
    let succeeded = call.text("success") != "no"
    let kind = SystemCall(call)
    guard let pid = call.number("pid") else { return .refused("audit event \(id.serial): pid is missing or no number") }
    switch kind {
    case .execve: return succeeded ? process(host, pid, call) : .skipped("audit execve that failed")
    case .exit: return process(host, pid, call, ended: true)
    case .socket:
      if succeeded { sockets.note(host, pid, call) }
      return .skipped("audit socket")
    case .connect: return connection(host, pid, call, sockets)
    case .other(let name): return .skipped("audit \(name)")
    }
  }

  private func user(_ call: AuditFields) -> String? { call.text("UID") ?? call.text("user") ?? call.text("uid") }

  private func process(_ host: String, _ pid: UInt64, _ call: AuditFields, ended: Bool = false) -> EventOutcome {
    guard let image = call["exe"]?.untrusted ?? call["comm"]?.untrusted, !image.isEmpty, image != "(null)" else {
      return .refused("audit event \(id.serial): exe is missing")
    }
    var process = ProcessRecord(time: id.time, host: host, image: image, event: ended ? "end" : "start")
    process.pid = pid
    process.user = user(call)
    process.logon = session(call)
    process.parentPID = call.number("ppid")
    if ended {
      process.end = id.time
    } else {
      process.commandLine = commandLine
      process.cwd = workingDirectory
    }
    process.extra.keep("audit_serial", "\(id.serial)")
    process.extra.keep("audit_user", call.text("AUID") ?? call.text("audit_user"))
    process.extra.keep("tty", call.text("tty"))
    process.extra.keep("container", call.text("containerid"))
    if isCut { process.extra.append(ExtraMember("truncated", .bool(true))) }
    if isLocal { process.extra.keep("clock", Self.localClock) }
    return .record(.process(process))
  }

  private static let localClock = "local time, zone unknown"

  /// 4294967295 and −1: of no session.
  private func session(_ call: AuditFields) -> String? {
    guard let session = call.text("ses"), session != "4294967295", session != "-1" else { return nil }
    return session
  }

  /// errno(3) values after which packets went out all the same: in progress, interrupted, refused, timed out, reset,
  /// no route to the host.
  private static let sent: Set<Int64> = [-115, -4, -111, -110, -104, -113]

  private func connection(
    _ host: String, _ pid: UInt64, _ call: AuditFields, _ sockets: SocketKinds
  ) -> EventOutcome {
    guard let peer else { return .skipped("audit connect to no IP address") }
    let result = call.signed("exit") ?? 0
    guard result >= 0 || Self.sent.contains(result) else { return .skipped("audit connect that failed") }
    if peer.port == 0 { return .skipped("audit connect to port 0") }
    let (proto, by) = transport(host, pid, call, peer, result, sockets)
    var connection = ConnectionRecord(
      time: id.time, host: host, proto: proto, destination: peer.address, port: peer.port)
    connection.pid = pid
    connection.image = call["exe"]?.untrusted
    connection.initiated = true
    connection.extra.keep("audit_serial", "\(id.serial)")
    connection.extra.keep("proto_by", by)
    connection.extra.keep("user", user(call))
    if isLocal { connection.extra.keep("clock", Self.localClock) }
    if result < 0 { connection.extra.append(ExtraMember("exit", .int(result))) }
    return .record(.connection(connection))
  }

  /// connect does not say which transport: the socket's creation does, where it was logged; so do errors that only TCP
  /// has; the rest goes by the port.
  private func transport(
    _ host: String, _ pid: UInt64, _ call: AuditFields, _ peer: SocketAddress, _ result: Int64, _ sockets: SocketKinds
  ) -> (String, String) {
    if let known = sockets.kind(host, pid, call) { return (known, "socket") }
    if result < 0 { return ("tcp", "errno") }
    let datagram: Set<UInt16> = [53, 67, 68, 123, 137, 138, 161, 514, 1900, 5353, 5355]
    return (datagram.contains(peer.port) ? "udp" : "tcp", "port")
  }
}

/// What kind of socket a process' descriptor is, where the log has the socket call too. Bounded; the oldest are forgotten.
struct SocketKinds {
  private struct Key: Hashable {
    let host: String
    let pid: UInt64
    let descriptor: UInt64
  }
  private static let most = 8192
  private var kinds: [Key: String] = [:]
  private var order: [Key] = []

  /// `socket(a0: domain, a1: type) = exit`; arguments are hexadecimal.
  mutating func note(_ host: String, _ pid: UInt64, _ call: AuditFields) {
    guard let descriptor = call.number("exit") else { return }
    let key = Key(host: host, pid: pid, descriptor: descriptor)
    let kind = Self.transport(call["a1"]?.text ?? "")
    if let kind, kinds.updateValue(kind, forKey: key) == nil { order.append(key) }
    if kind == nil { kinds[key] = nil }
    if order.count > Self.most {
      for old in order.prefix(Self.most / 2) { kinds[old] = nil }
      order.removeFirst(Self.most / 2)
    }
  }

  func kind(_ host: String, _ pid: UInt64, _ call: AuditFields) -> String? {
    guard let descriptor = Self.argument("a0", call) else { return nil }
    return kinds[Key(host: host, pid: pid, descriptor: descriptor)]
  }

  /// The low four bits of a type are 1 for a stream, 2 for datagrams (socket(2)); interpreted it has a name.
  private static func transport(_ type: String) -> String? {
    if type.hasPrefix("SOCK_STREAM") { return "tcp" }
    if type.hasPrefix("SOCK_DGRAM") { return "udp" }
    var digits = type
    let number = digits.withUTF8 { Digits.hexadecimal(UnsafeRawBufferPointer($0)) }
    return number.flatMap { $0 & 15 == 1 ? "tcp" : $0 & 15 == 2 ? "udp" : nil }
  }

  private static func argument(_ name: String, _ call: AuditFields) -> UInt64? {
    guard var text = call[name]?.text else { return nil }
    if text.hasPrefix("0x") { text.removeFirst(2) }
    return text.withUTF8 { Digits.hexadecimal(UnsafeRawBufferPointer($0)) }
  }
}
