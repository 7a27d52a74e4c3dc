/// What a source in Swift is: a type with three methods. What it reads has lines; what it gives are well-known records.

import PluginSupport
import VedettePluginABI

/// One stream of a source that reads a file, or a pipe, line by line. `sniff` recognises an input, `init` begins a stream,
/// `line` turns a line into records; cursors, decompression, waiting and resuming are the kit's.
public protocol LineSourcePlugin: SendableMetatype {
  static var interfaces: [SourceInterface] { get }
  /// The records that it emits; each with all fields that vedette/records.h has.
  static var records: [EvidenceRecord] { get }
  /// JSON Schema of the parameters, or empty.
  static var parametersSchema: String { get }
  /// What of the platform it cannot see, a sentence each.
  static var blindSpots: [String] { get }

  /// How sure (0…100) the source is that an input which begins with these bytes is its own.
  static func sniff(_ start: RawSpan, name: String) -> Int

  /// Begins a stream. `parameters`: a JSON object, or empty.
  init(parameters: String) throws(SourceFailure)

  /// Reads one line, without its end: puts its records into the sink, or reports the line.
  mutating func line(_ bytes: RawSpan, at place: Place, into sink: RecordSink)
}

extension LineSourcePlugin {
  public static var parametersSchema: String { "" }
  public static var blindSpots: [String] { [] }
}

extension RecordSink {
  /// A record: its fields are given in `fields`. `nanoseconds`: when it was so, since 1970 UTC.
  public func record(_ record: EvidenceRecord, at nanoseconds: Int64, _ fields: (RecordSink) -> Void) {
    begin(record, at: nanoseconds)
    fields(self)
    end()
  }

  /// UTF-8.
  public func text(_ field: EvidenceField, _ value: RawSpan) { value.withUnsafeBytes { text(field, $0) } }
}

/// The calls of a source, made into calls of a ``LineSourcePlugin`` by way of ``PluginSupport/LineSource``.
enum LineSourceCalls {
  static func table() -> UnsafePointer<vdt_source> {
    let table = UnsafeMutablePointer<vdt_source>.allocate(capacity: 1)
    table.initialize(to: SourceCalls.table(.processes))
    table.pointee.size = UInt32(MemoryLayout<vdt_source>.size)
    table.pointee.sniff = { start, name, certainty, _ in
      guard let certainty, let source = Plugin.here?.source else { return VDT_E_ARGUMENT }
      let name = String(
        decoding: UnsafeRawBufferPointer(start: name.ptr, count: Int(clamping: name.len)), as: UTF8.self)
      certainty.pointee = UInt32(clamping: min(max(source.sniff(start.buffer.bytes, name: name), 0), 100))
      return VDT_OK
    }
    return UnsafePointer(table)
  }

  static func describe(_ source: any LineSourcePlugin.Type, _ raw: UnsafePointer<vdt_describer>) -> Int32 {
    SourceCalls.describe(raw) { describer in
      for record in source.records { describer.record(record) }
      for interface in source.interfaces {
        describer.source(interface, .file, parameters: source.parametersSchema, blindSpots: source.blindSpots)
      }
    }
  }

  static func create(
    _ host: UnsafePointer<vdt_host>, _ out: UnsafeMutablePointer<OpaquePointer?>, _ source: any LineSourcePlugin.Type
  ) -> Int32 {
    SourceCalls.create(
      host, out,
      LineSource(
        // The table's own is asked instead.
        sniff: { _, _ in 0 },
        open: { (parameters) throws(SourceFailure) in
          Adapter(try source.init(parameters: String(decoding: parameters, as: UTF8.self)))
        }))
  }

  private final class Adapter: LineInterpreter {
    private var source: any LineSourcePlugin
    init(_ source: any LineSourcePlugin) { self.source = source }

    func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
      source.line(bytes.bytes, at: place, into: sink)
    }
  }
}
