/// What a syslog daemon or a shipper puts around a record: JSON, or the header of a line.

import JSON
import PluginSupport

/// The members of a syslog record in JSON, in the spellings of the shippers (Azure, rsyslog, journald, Logstash, Filebeat).
enum Envelope {
  static func message(_ node: JSONNode) -> UnsafeBufferPointer<UInt8>? {
    for name in ["SyslogMessage", "message", "MESSAGE", "Message", "msg", "log"] {
      if let text = node[name]?.utf8 { return text }
    }
    return node["event"]?["original"]?.utf8
  }

  static func host(_ node: JSONNode) -> String? {
    for name in ["Computer", "HostName", "Hostname", "hostname", "_HOSTNAME", "host"] {
      guard let value = node[name] else { continue }
      if let text = value.string ?? value["hostname"]?.string ?? value["name"]?.string, !text.isEmpty { return text }
    }
    return nil
  }

  static func time(_ node: JSONNode) -> Int64? {
    for name in ["TimeGenerated", "EventTime", "@timestamp", "timestamp"] {
      if let text = node[name]?.string, let time = EventTime(text) { return time.nanoseconds }
    }
    return nil
  }
}

/// The header of a syslog line.
enum SyslogHeader {
  private static let months: Set = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The machine that a line is of: `<PRI>1 TIME HOST …` (RFC 5424 §6), `[<PRI>]Oct 22 08:29:52 HOST …` (RFC 3164 §4.1),
  /// `TIME HOST …` as rsyslog writes it to files. Nil where there is no such header.
  static func host(_ line: UnsafeRawBufferPointer) -> String? {
    var rest = UnsafeRawBufferPointer(rebasing: line.prefix(256))
    if rest.first == UInt8(ascii: "<"), let end = rest.prefix(6).firstIndex(of: UInt8(ascii: ">")) {
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
    var words = rest.split(separator: 0x20, maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
    if words.first == "1" { words.removeFirst() }
    guard let first = words.first else { return nil }
    let at: Int
    if months.contains(first), words.count > 4, words[2].utf8.filter({ $0 == UInt8(ascii: ":") }).count == 2 {
      at = 3
    } else if first.utf8.count >= 19, EventTime(first) != nil, words.count > 2 {
      at = 1
    } else {
      return nil
    }
    return words[at] == "-" ? nil : words[at]
  }
}
