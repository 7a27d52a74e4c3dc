/// Where a dissector puts what it found.
///
/// The pointer within is the host's and valid for the call that the sink was given to; the sink is not to be kept. What the
/// host refuses (an id that was not declared, another type, text that is not UTF-8) it counts, so nothing here throws.

import VedettePluginABI

@frozen public struct Sink {
  @usableFromInline let raw: UnsafePointer<vdt_sink>
  @usableFromInline init(_ raw: UnsafePointer<vdt_sink>) { self.raw = raw }

  /// A record: its fields are given in `fields`.
  ///
  /// - Parameter time: nanoseconds since 1970 UTC, as ``when(_:_:)`` tells; nil: that of the newest packet.
  @inlinable public func record(_ id: ID, at time: Int64?, _ fields: (Fields) -> Void) {
    guard raw.pointee.begin(raw, id, time ?? VDT_TIME_UNKNOWN) >= 0 else { return }
    fields(Fields(raw))
    _ = raw.pointee.end(raw)
  }

  /// An anomaly at an absolute offset of a direction.
  @inlinable public func anomaly(_ id: ID, _ direction: Direction, _ offset: UInt64) {
    _ = raw.pointee.anomaly(raw, id, direction.rawValue, offset)
  }

  /// The same with details.
  @inlinable public func anomaly(_ id: ID, _ direction: Direction, _ offset: UInt64, _ detail: (Fields) -> Void) {
    guard raw.pointee.begin_anomaly(raw, id, direction.rawValue, offset) >= 0 else { return }
    detail(Fields(raw))
    _ = raw.pointee.end(raw)
  }

  /// A fact of the flow itself.
  @inlinable public func flowText(_ field: ID, _ value: RawSpan) {
    value.withUnsafeBytes { _ = raw.pointee.flow_text(raw, field, $0.text) }
  }
  public func flowText(_ field: ID, _ value: String) { withText(value) { _ = raw.pointee.flow_text(raw, field, $0) } }
  @inlinable public func flowNumber(_ field: ID, _ value: UInt64) { _ = raw.pointee.flow_u64(raw, field, value) }

  /// Time (nanoseconds since 1970 UTC) and number of the packet that first brought a byte that is on offer in this call.
  @inlinable public func when(_ direction: Direction, _ offset: UInt64) -> (time: Int64, packet: UInt64) {
    var time: Int64 = 0
    var packet: UInt64 = 0
    _ = raw.pointee.when(raw, direction.rawValue, offset, &time, &packet)
    return (time, packet)
  }

  /// A flow to come is of a protocol.
  public func expect(
    _ address: AddressBytes, port: UInt16, over transport: Flow.Transport, protocol name: String, milliseconds: UInt32
  ) {
    address.withBytes { bytes in
      withText(name) { _ = raw.pointee.expect(raw, bytes.asBytes, port, transport.rawValue, $0, milliseconds) }
    }
  }

  /// A whole IP packet that the protocol carried, from its version nibble on.
  public func packet(_ bytes: RawSpan, _ direction: Direction) { child(VDT_CHILD_PACKET, bytes, direction) }

  /// A part of a stream within the flow, in order. `id` tells the streams of a session apart; `name` is its protocol's, empty to
  /// have it recognised; `alpn` what was agreed on.
  public func stream(
    _ bytes: RawSpan, _ direction: Direction, id: UInt64, part: Part = [], name: String = "", alpn: String = ""
  ) {
    child(VDT_CHILD_STREAM, bytes, direction, id, part, name, alpn)
  }

  /// A part of a file that the protocol carried, in order. `id` tells the files of a session apart.
  public func file(_ bytes: RawSpan, _ direction: Direction, id: UInt64, part: Part = [], name: String = "") {
    child(VDT_CHILD_FILE, bytes, direction, id, part, name)
  }

  /// Which part of a stream or file it is, and that it came out of an encryption.
  public struct Part: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let first = Part(rawValue: 1)
    public static let last = Part(rawValue: 2)
    public static let decrypted = Part(rawValue: 4)
    public static let whole: Part = [first, last]
  }

  private func child(
    _ kind: UInt32, _ bytes: RawSpan, _ direction: Direction, _ id: UInt64 = 0, _ part: Part = [],
    _ name: String = "", _ alpn: String = ""
  ) {
    withText(name) { name in
      withText(alpn) { alpn in
        bytes.withUnsafeBytes { bytes in
          var child = vdt_child()
          child.size = UInt32(MemoryLayout<vdt_child>.size)
          child.kind = kind
          child.flags = part.rawValue
          child.direction = direction.rawValue
          child.id = id
          child.name = name
          child.alpn = alpn
          child.bytes = bytes.bytesOfABI
          _ = raw.pointee.child(raw, &child)
        }
      }
    }
  }
}

/// The fields of a record, or of an anomaly's detail, while it is open.
@frozen public struct Fields {
  @usableFromInline let raw: UnsafePointer<vdt_sink>
  @inlinable init(_ raw: UnsafePointer<vdt_sink>) { self.raw = raw }

  @inlinable public func number(_ field: ID, _ value: UInt64) { _ = raw.pointee.u64(raw, field, value) }
  @inlinable public func signed(_ field: ID, _ value: Int64) { _ = raw.pointee.i64(raw, field, value) }
  @inlinable public func real(_ field: ID, _ value: Double) { _ = raw.pointee.f64(raw, field, value) }
  @inlinable public func flag(_ field: ID, _ value: Bool) { _ = raw.pointee.flag(raw, field, value ? 1 : 0) }
  @inlinable public func time(_ field: ID, _ nanoseconds: Int64) { _ = raw.pointee.time(raw, field, nanoseconds) }
  /// UTF-8.
  @inlinable public func text(_ field: ID, _ value: RawSpan) {
    value.withUnsafeBytes { _ = raw.pointee.text(raw, field, $0.text) }
  }
  public func text(_ field: ID, _ value: String) { withText(value) { _ = raw.pointee.text(raw, field, $0) } }
  @inlinable public func bytes(_ field: ID, _ value: RawSpan) {
    value.withUnsafeBytes { _ = raw.pointee.bytes(raw, field, $0.bytesOfABI) }
  }
  public func address(_ field: ID, _ value: AddressBytes) {
    value.withBytes { _ = raw.pointee.ip(raw, field, $0.asBytes) }
  }
  /// Six bytes.
  @inlinable public func mac(_ field: ID, _ value: RawSpan) {
    value.withUnsafeBytes { _ = raw.pointee.mac(raw, field, $0.bytesOfABI) }
  }
}

extension UnsafeRawBufferPointer {
  @usableFromInline @inline(__always) var text: vdt_str {
    vdt_make_str(baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(count))
  }
  @usableFromInline @inline(__always) var bytesOfABI: vdt_bytes { vdt_make_bytes(baseAddress, UInt64(count)) }
}
