/// Reads the Windows event log as lines of JSON, or of XML: processes and connections from Sysmon and the Security log.

import HostEvents
import JSON
import PluginSupport

/// One event a line. Events that tell neither of a process nor of a connection are counted by kind.
public final class WindowsEventInterpreter: LineInterpreter {
  private let reader = JSONReader(maxBytes: 1 << 20)
  private let inner = JSONReader(maxBytes: 1 << 20)
  private var queue = HostEventQueue()

  public init() {}

  public func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    guard let first = bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
    if first == UInt8(ascii: "<") { return xml(bytes, at: place, into: sink) }
    let node: JSONNode
    do { node = try reader.parse(bytes) } catch {
      let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
      return sink.reject(at, "bad JSON: \(error.reason)")
    }
    take(read(node), at: place, into: sink)
  }

  /// An event as wevtutil writes it: one `<Event>` a line.
  private func xml(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    do throws(EventXML.Malformed) {
      take(read(EventShape(try EventXML(bytes))), at: place, into: sink)
    } catch {
      sink.reject(place, "bad XML: \(error.reason)")
    }
  }

  private func take(_ outcome: EventOutcome, at place: Place, into sink: RecordSink) {
    switch outcome {
    case .record(let record): queue.add(record, from: place)
    case .skipped(let kind): queue.skip(kind)
    case .refused(let reason): sink.reject(place, reason)
    }
  }

  public func drain(into sink: RecordSink) { queue.drain(into: sink) }
  public var unfinished: Place? { queue.oldest }
  public var skipped: [(kind: String, count: UInt64)] { queue.skipped }

  /// What an event says. Depends on nothing but the node.
  func read(_ node: JSONNode) -> EventOutcome {
    guard node.kind == .object else { return .refused("expected a JSON object") }
    guard let event = EventShape(node, inner: inner) else {
      return .refused("no event id: this is no event of the Windows event log")
    }
    return read(event)
  }

  private func read(_ event: EventShape) -> EventOutcome {
    if event.isSysmon {
      let fields = event.fields
      return SysmonEvent.read(id: event.id, host: event.host, logged: EventClock(event)?.time, fields)
    }
    if event.isSecurity { return SecurityEvent.read(event, fields: event.fields) }
    return .skipped(event.kind)
  }
}
