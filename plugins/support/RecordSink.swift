/// The host's sink, as Swift.

import VedettePluginABI

/// Where records go during one call of `next`. Values that the host refuses are counted there, so nothing here throws.
public final class RecordSink {
  private var sink: UnsafePointer<vdt_sink>
  private var room: UInt64
  /// Records ended in this call.
  public private(set) var emitted: UInt64 = 0
  private var said: Bool = false

  /// A sink that asks for at most `room` records. The pointer is the host's, valid for the call.
  public init(_ sink: UnsafePointer<vdt_sink>, room: UInt64) {
    self.sink = sink
    self.room = room
  }

  /// Another call's sink.
  public func renew(_ sink: UnsafePointer<vdt_sink>, room: UInt64) {
    self.sink = sink
    self.room = room
    emitted = 0
    said = false
  }

  /// The call has given what it may: no further record is begun.
  public var isFull: Bool { said || emitted >= room }

  /// What was given was work enough for one call.
  public func enough() { said = true }

  public func begin(_ record: EvidenceRecord, at nanoseconds: Int64) {
    if sink.pointee.begin(sink, record.rawValue, nanoseconds) == VDT_SINK_FULL { said = true }
  }

  public func end() {
    emitted &+= 1
    if sink.pointee.end(sink) == VDT_SINK_FULL { said = true }
  }

  public func text(_ field: EvidenceField, _ value: UnsafeRawBufferPointer) {
    _ = sink.pointee.text(
      sink, field.rawValue,
      vdt_str(ptr: value.baseAddress?.assumingMemoryBound(to: CChar.self), len: UInt64(value.count)))
  }

  public func text(_ field: EvidenceField, _ value: String) {
    var value = value
    value.withUTF8 { text(field, UnsafeRawBufferPointer($0)) }
  }

  public func unsigned(_ field: EvidenceField, _ value: UInt64) { _ = sink.pointee.u64(sink, field.rawValue, value) }
  public func flag(_ field: EvidenceField, _ value: Bool) { _ = sink.pointee.flag(sink, field.rawValue, value ? 1 : 0) }
  public func time(_ field: EvidenceField, _ nanoseconds: Int64) {
    _ = sink.pointee.time(sink, field.rawValue, nanoseconds)
  }

  public func address(_ field: EvidenceField, _ value: AddressBytes) {
    value.withBytes { _ = sink.pointee.ip(sink, field.rawValue, $0.asBytes) }
  }

  /// Six bytes.
  public func mac(_ field: EvidenceField, _ value: [UInt8]) {
    value.withUnsafeBytes { _ = sink.pointee.mac(sink, field.rawValue, $0.asBytes) }
  }

  /// Reports a line that is no record, and why.
  public func reject(_ place: Place, _ reason: String) {
    var reason = reason
    reason.withUTF8 { _ = sink.pointee.reject(sink, place.line, place.offset, UnsafeRawBufferPointer($0).asText) }
  }
}

extension UnsafeRawBufferPointer {
  /// As the ABI's bytes, valid as long as the buffer.
  public var asBytes: vdt_bytes { vdt_bytes(ptr: baseAddress?.assumingMemoryBound(to: UInt8.self), len: UInt64(count)) }
  /// As the ABI's text, valid as long as the buffer.
  public var asText: vdt_str { vdt_str(ptr: baseAddress?.assumingMemoryBound(to: CChar.self), len: UInt64(count)) }
}

extension vdt_bytes {
  /// The bytes, valid as long as what was passed in.
  public var buffer: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: ptr, count: ptr == nil ? 0 : Int(clamping: len))
  }
}

extension vdt_str {
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: ptr, count: ptr == nil ? 0 : Int(clamping: len)) }
}
