/// One line of the audit log: its type, its event, its values.

import PluginSupport

/// What tells one event from another: the machine, the moment and the serial number.
struct AuditEventID: Hashable {
  /// `node=`, or empty.
  var node: String
  /// Nanoseconds since 1970 UTC.
  var time: Int64
  var serial: UInt64
}

struct AuditRecord {
  var type: String
  var id: AuditEventID
  var fields: AuditFields
  var isAUOMS: Bool
  /// As `ausearch -i` writes it: names for numbers, nothing quoted or hexadecimal, and a local time without a zone.
  var isInterpreted: Bool
}

extension AuditRecord {
  /// Reads `[… ][node=N ]type=T [msg=]audit(SECONDS.MILLIS:SERIAL): key=value …`, with whatever a syslog daemon set in
  /// front; T may be a number, as the kernel writes it where no daemon listens. Nil: not this form.
  init?(_ line: UnsafeRawBufferPointer) {
    guard let typeAt = Self.find("type=", in: line, from: 0, limit: 512) else { return nil }
    let kind = Self.word(line, typeAt + 5)
    guard !kind.isEmpty, kind.utf8.count <= 64,
      let auditAt = Self.find("audit(", in: line, from: typeAt + 5 + kind.utf8.count, limit: 16)
    else { return nil }
    let type = Self.names[kind] ?? kind
    // audit(1652292621.986:84138):
    let stamp = UnsafeRawBufferPointer(rebasing: line[(auditAt + 6)...])
    guard let end = stamp.prefix(64).firstIndex(of: UInt8(ascii: ")")) else { return nil }
    let inside = UnsafeRawBufferPointer(rebasing: stamp[..<end])
    guard let colon = inside.lastIndex(of: UInt8(ascii: ":")),
      let serial = Digits.decimal(UnsafeRawBufferPointer(rebasing: inside[(colon + 1)...]))
    else { return nil }
    let written = UnsafeRawBufferPointer(rebasing: inside[..<colon])
    let moment = Self.moment(written)
    guard let time = moment ?? InterpretedTime.nanoseconds(written) else { return nil }
    var node = ""
    if let nodeAt = Self.find("node=", in: UnsafeRawBufferPointer(rebasing: line[..<typeAt]), from: 0, limit: 512) {
      node = Self.word(line, nodeAt + 5)
    }
    var rest = UnsafeRawBufferPointer(rebasing: stamp[(end + 1)...])
    while rest.first == 0x20 { rest = UnsafeRawBufferPointer(rebasing: rest[1...]) }
    if rest.first == UInt8(ascii: ":") { rest = UnsafeRawBufferPointer(rebasing: rest[1...]) }
    let isAUOMS = type.hasPrefix("AUOMS_")
    let form: AuditFields.Form =
      isAUOMS ? .auoms : moment != nil ? .raw : type == "EXECVE" ? .interpretedArguments : .interpreted
    let fields = AuditFields(rest, form)
    if node.isEmpty, isAUOMS { node = fields.text("node") ?? "" }
    self.init(
      type: type, id: AuditEventID(node: node, time: time, serial: serial), fields: fields, isAUOMS: isAUOMS,
      isInterpreted: moment == nil)
  }

  /// linux/audit.h
  private static let names = [
    "1300": "SYSCALL", "1302": "PATH", "1306": "SOCKADDR", "1307": "CWD", "1309": "EXECVE", "1320": "EOE",
    "1327": "PROCTITLE",
  ]

  /// `1652292621.986` as nanoseconds.
  private static func moment(_ text: UnsafeRawBufferPointer) -> Int64? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count <= 9,
      let seconds = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[0])),
      var fraction = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[1])), seconds <= 9_000_000_000
    else { return nil }
    for _ in parts[1].count..<9 { fraction *= 10 }
    return Int64(seconds) * 1_000_000_000 + Int64(fraction)
  }

  private static func word(_ line: UnsafeRawBufferPointer, _ at: Int) -> String {
    guard at < line.count else { return "" }
    return String(decoding: line[at...].prefix { $0 != 0x20 }, as: UTF8.self)
  }

  /// Where the text stands first, its start within `limit` bytes of `from`.
  static func find(_ text: String, in line: UnsafeRawBufferPointer, from: Int, limit: Int) -> Int? {
    let wanted = Array(text.utf8)
    var at = from
    let end = min(line.count - wanted.count, from + limit)
    while at <= end {
      if line[at] == wanted[0], line[at...].starts(with: wanted) { return at }
      at += 1
    }
    return nil
  }
}
