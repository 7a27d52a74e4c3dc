/// The `key=value` form of an audit record: as the kernel and auditd write it, as AUOMS does, and interpreted.

import PluginSupport

/// The values of one record, in order.
struct AuditFields: Equatable {
  enum Form {
    case raw, auoms
    /// Values are as they are, spaces included, up to the next key.
    case interpreted
    /// So are the arguments of EXECVE, up to the one that follows.
    case interpretedArguments
  }
  private static let mostFields = 1024
  private(set) var values: [(key: String, value: AuditValue)] = []

  static func == (a: AuditFields, b: AuditFields) -> Bool { a.values.elementsEqual(b.values) { $0 == $1 } }

  subscript(key: String) -> AuditValue? { values.first { $0.key == key }?.value }

  /// Text of a value that the record has, `(none)`, `(null)`, `?` and `unset` taken as missing.
  func text(_ key: String) -> String? {
    guard let text = self[key]?.decoded, !text.isEmpty else { return nil }
    switch text {
    case "(none)", "(null)", "?", "unset": return nil
    default: return text
    }
  }

  func number(_ key: String) -> UInt64? { self[key].flatMap { Digits.number($0.text) } }

  /// A number that may have a sign, as `exit=-115`, or an error by its name, as `exit=EINPROGRESS(Operation now in
  /// progress)`: errno(3) of those after which packets went out all the same, −1 for the others.
  func signed(_ key: String) -> Int64? {
    guard let text = self[key]?.text else { return nil }
    if let number = Int64(text) { return number }
    let name = text.prefix { $0 != "(" && $0 != " " }
    guard name.hasPrefix("E") else { return nil }
    switch name {
    case "EINTR": return -4
    case "ECONNRESET": return -104
    case "ETIMEDOUT": return -110
    case "ECONNREFUSED": return -111
    case "EHOSTUNREACH": return -113
    case "EINPROGRESS": return -115
    default: return -1
    }
  }
}

/// A value as it is written.
struct AuditValue: Equatable {
  var text: String
  var isQuoted: Bool

  /// Where a field may hold any bytes, the kernel writes it in quotes, or, if it has spaces, quotes or control
  /// characters, as hexadecimal digits without quotes.
  var unhexed: [UInt8]? { isQuoted ? nil : text.utf8.count >= 2 ? Digits.bytes(hexadecimal: text) : nil }

  /// The text, as quoted or as it is.
  var decoded: String { text }

  /// The text of a field that may be hexadecimal: `exe`, `comm`, `cwd`, `a0` of EXECVE, `proctitle`.
  var untrusted: String { unhexed.map { String(decoding: $0, as: UTF8.self) } ?? text }
}

extension AuditFields {
  /// Reads what follows `audit(…):`. Never fails: what has no `key=` is read over.
  init(_ bytes: UnsafeRawBufferPointer, _ form: Form) {
    var at = 0
    while at < bytes.count, values.count < Self.mostFields {
      // auditd's enriched form sets its resolved names off by 0x1d.
      guard bytes[at] != 0x20, bytes[at] != 0x1d else {
        at += 1
        continue
      }
      let keyStart = at
      while at < bytes.count, Self.isKey(bytes[at]) { at += 1 }
      guard at < bytes.count, bytes[at] == UInt8(ascii: "="), at > keyStart else {
        while at < bytes.count, bytes[at] != 0x20, bytes[at] != 0x1d { at += 1 }
        continue
      }
      let key = String(decoding: bytes[keyStart..<at], as: UTF8.self)
      at += 1
      switch form {
      case .raw, .auoms: values.append((key, Self.value(bytes, &at, key, auoms: form == .auoms)))
      case .interpreted, .interpretedArguments:
        values.append((key, Self.interpreted(bytes, &at, key, arguments: form == .interpretedArguments)))
      }
    }
  }

  private static func isKey(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d, 0x5b, 0x5d: true
    default: false
    }
  }

  /// What `ausearch -i` wrote as a value. The last of a record, a title or a folder, goes on to the end; an argument to
  /// the next one; any other to what looks like a key.
  private static func interpreted(
    _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ key: String, arguments: Bool
  ) -> AuditValue {
    let start = at
    var end = bytes.count
    if arguments, key.first == "a", let number = Int(key.dropFirst()), number < 1 << 20 {
      end = first([" a\(number + 1)=", " a\(number + 1)_len="], in: bytes, from: at) ?? end
    } else if key == "saddr", at < end, bytes[at] == UInt8(ascii: "{") {
      end = bytes[at...].firstIndex(of: UInt8(ascii: "}")).map { $0 + 1 } ?? end
    } else if key != "proctitle", key != "cwd" {
      var next = at
      while next < bytes.count, !(bytes[next] == 0x20 && isFieldStart(bytes, next + 1)) { next += 1 }
      end = next
    }
    at = end
    var text = bytes[start..<end]
    while text.last == 0x20 { text = text.dropLast() }
    return AuditValue(text: String(decoding: text, as: UTF8.self), isQuoted: true)
  }

  private static func isFieldStart(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    var next = at
    while next < bytes.count, isKey(bytes[next]) { next += 1 }
    return next > at && next < bytes.count && bytes[next] == UInt8(ascii: "=")
  }

  private static func first(_ texts: [String], in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
    texts.compactMap { AuditRecord.find($0, in: bytes, from: from, limit: bytes.count) }.min()
  }

  private static func value(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ key: String, auoms: Bool) -> AuditValue
  {
    let quote = at < bytes.count ? bytes[at] : 0
    // AUOMS escapes nothing: its command line may have quotes in it and goes on to the field that always follows.
    if auoms, key == "cmdline" || key == "proctitle", let end = last(" redactors=", in: bytes, from: at) {
      var text = UnsafeRawBufferPointer(rebasing: bytes[at..<end])
      at = end
      let isQuoted = text.count >= 2 && text.first == 0x22 && text.last == 0x22
      if isQuoted { text = UnsafeRawBufferPointer(rebasing: text[1..<(text.count - 1)]) }
      return AuditValue(text: String(decoding: text, as: UTF8.self), isQuoted: true)
    }
    if quote == 0x22 || quote == 0x27 {
      let start = at + 1
      var end = start
      while end < bytes.count, bytes[end] != quote || !(end + 1 == bytes.count || endsField(bytes, end + 1)) {
        end += 1
      }
      if end < bytes.count {
        at = end + 1
        return AuditValue(text: String(decoding: bytes[start..<end], as: UTF8.self), isQuoted: true)
      }
    }
    // `saddr={ saddr_fam=inet laddr=192.0.2.1 lport=443 }` is one value.
    let closing: UInt8 = quote == 0x7b ? 0x7d : quote == 0x5b && auoms ? 0x5d : 0
    let start = at
    if closing != 0 {
      while at < bytes.count, bytes[at] != closing { at += 1 }
      if at < bytes.count { at += 1 }
    } else {
      while at < bytes.count, bytes[at] != 0x20, bytes[at] != 0x1d { at += 1 }
    }
    return AuditValue(text: String(decoding: bytes[start..<at], as: UTF8.self), isQuoted: false)
  }

  /// A quote ends its value only where another field or nothing follows.
  private static func endsField(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard bytes[at] == 0x20 || bytes[at] == 0x1d else { return false }
    var next = at + 1
    if next == bytes.count { return true }
    let start = next
    while next < bytes.count, isKey(bytes[next]) { next += 1 }
    return next > start && next < bytes.count && bytes[next] == UInt8(ascii: "=") || bytes[start] == 0x1d
  }

  private static func last(_ text: String, in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    var at = bytes.count - wanted.count
    while at >= from {
      if bytes[at] == wanted[0], bytes[at...].starts(with: wanted) { return at }
      at -= 1
    }
    return nil
  }
}
