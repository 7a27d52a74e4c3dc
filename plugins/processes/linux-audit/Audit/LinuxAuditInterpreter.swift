/// Reads what Linux hosts log: auditd, AUOMS and Sysmon for Linux, plain or inside a syslog record in JSON, and VMConnection.

import HostEvents
import JSON
import PluginSupport

public final class LinuxAuditInterpreter: LineInterpreter {
  private let reader = JSONReader(maxBytes: 1 << 20)
  private var queue = HostEventQueue()
  private var assembler = AuditAssembler()
  private var sockets = SocketKinds()
  private let defaultHost: String?
  private var warning: String?
  private var hasWarned = false

  /// `host`: the machine of lines that name none.
  public init(host: String? = nil) { defaultHost = host }

  /// With the parameters' JSON: `{"host": "web01"}`.
  public convenience init(parameters: UnsafeRawBufferPointer) throws(SourceFailure) {
    guard !parameters.isEmpty else {
      self.init()
      return
    }
    let node: JSONNode
    do { node = try JSONReader(maxBytes: 1 << 16).parse(parameters) } catch {
      throw SourceFailure("parameters: \(error.reason) at byte \(error.offset)")
    }
    if let host = node["host"], host.kind != .string { throw SourceFailure("parameters: host is to be text") }
    self.init(host: node["host"]?.string)
  }

  public func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    guard let first = bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
    if first == UInt8(ascii: "{") { return envelope(bytes, at: place, into: sink) }
    // What ausearch puts between events.
    if bytes.elementsEqual("----".utf8) || bytes.starts(with: "time->".utf8) { return }
    let host = bytes.starts(with: "type=".utf8) || bytes.starts(with: "node=".utf8) ? nil : SyslogHeader.host(bytes)
    if message(bytes, host: host, logged: nil, at: place, into: sink) { return }
    if host != nil {
      queue.skip("syslog of other programs")
    } else {
      sink.reject(place, "neither an audit record, a Sysmon event nor JSON")
    }
  }

  /// A syslog record in JSON, or VMConnection.
  private func envelope(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    let node: JSONNode
    do { node = try reader.parse(bytes) } catch {
      let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
      return sink.reject(at, "bad JSON: \(error.reason)")
    }
    if VMConnection.isOne(node) { return take(VMConnection.read(node), from: place, into: sink) }
    guard let text = Envelope.message(node) else {
      return sink.reject(place, "JSON without a syslog message (SyslogMessage, message, MESSAGE)")
    }
    let done = message(
      UnsafeRawBufferPointer(text), host: Envelope.host(node), logged: Envelope.time(node), at: place, into: sink)
    if !done { queue.skip("syslog of other programs") }
  }

  /// An audit record or a Sysmon event; false: neither.
  private func message(
    _ bytes: UnsafeRawBufferPointer, host: String?, logged: Int64?, at place: Place, into sink: RecordSink
  ) -> Bool {
    if let record = AuditRecord(bytes) {
      for event in assembler.add(record, at: place, host: host) { finish(event, into: sink) }
      return true
    }
    guard AuditRecord.find("<Event", in: bytes, from: 0, limit: 512) != nil else { return false }
    do throws(EventXML.Malformed) {
      let event = try EventXML(bytes)
      guard event.provider?.lowercased().contains("sysmon") ?? false else {
        queue.skip("\(event.provider ?? "?") \(event.eventID)")
        return true
      }
      let time = event.timeCreated.flatMap { EventTime($0)?.nanoseconds } ?? logged
      let fields = EventFields { event.value($0) }
      var outcome = SysmonEvent.read(id: event.eventID, host: event.computer ?? host, logged: time, fields)
      if event.isTruncated, case .record(.process(var process)) = outcome {
        process.extra.append(ExtraMember("truncated", .bool(true)))
        outcome = .record(.process(process))
      }
      take(outcome, from: place, into: sink)
    } catch {
      sink.reject(place, "bad Sysmon event: \(error.reason)")
    }
    return true
  }

  private func finish(_ event: AuditEvent, into sink: RecordSink?) {
    let outcome = event.outcome(defaultHost: defaultHost ?? "localhost", sockets: &sockets)
    if event.id.node.isEmpty, event.host == nil, defaultHost == nil, !hasWarned {
      hasWarned = true
      warning = "audit records without node= and host: they are taken as those of localhost; give the parameter host"
    }
    take(outcome, from: event.place, into: sink)
  }

  private func take(_ outcome: EventOutcome, from place: Place, into sink: RecordSink?) {
    switch outcome {
    case .record(let record): queue.add(record, from: place)
    case .skipped(let kind): queue.skip(kind)
    case .refused(let reason):
      if let sink { sink.reject(place, reason) } else { queue.skip("events refused at the end: \(reason)") }
    }
  }

  public func drain(into sink: RecordSink) { queue.drain(into: sink) }
  public func end() { for event in assembler.finish() { finish(event, into: nil) } }
  public var unfinished: Place? { [queue.oldest, assembler.oldest].compactMap { $0 }.min() }
  public var skipped: [(kind: String, count: UInt64)] { queue.skipped }

  public func takeWarning() -> String? {
    defer { warning = nil }
    return warning
  }
}
