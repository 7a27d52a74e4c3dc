/// A host that writes down what a source plugin says and emits: the ABI from its other side.

import Glibc
import VedettePluginABI

@testable import PluginSupport

/// A record as it came through the sink.
struct EmittedRecord: Equatable {
  var type: String
  var time: Int64
  /// In order; a list's field comes once for each element. Numbers, flags and times as decimals, addresses as text.
  var fields: [Field] = []

  struct Field: Equatable {
    var name: String
    var value: String
  }

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
  func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}

struct Rejected: Equatable {
  var line: UInt64
  var offset: UInt64
  var text: String
}

/// `host-pictures/1` over the pictures of a run; unchecked, for it is written once.
private struct PictureTable: @unchecked Sendable {
  static let shared = PictureTable()
  let table = UnsafeMutablePointer<vdt_host_pictures>.allocate(capacity: 1)

  private init() {
    table.initialize(to: vdt_host_pictures())
    table.pointee.size = UInt32(MemoryLayout<vdt_host_pictures>.size)
    table.pointee.read = { raw, name, offset, out in
      guard let host = RecordingHost.of(raw?.pointee.context), let picture = host.pictures[text(name)] else {
        return VDT_E_UNKNOWN
      }
      let piece = picture.dropFirst(Int(offset)).prefix(100)
      host.lent?.deallocate()
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(piece.count, 1), alignment: 1)
      copy.copyBytes(from: piece)
      host.lent = copy
      out?.pointee = vdt_make_bytes(copy.baseAddress, UInt64(piece.count))
      return VDT_OK
    }
  }
}

/// What one run of a plugin gave.
struct SourceRun {
  var records: [EmittedRecord] = []
  var rejected: [Rejected] = []
  var log: [String] = []
  var cursors: [String] = []
  /// Of the last call of next.
  var status: Int32 = 0
}

/// The host's side of one run. Reached from the C functions through their tables' context.
final class RecordingHost {
  fileprivate(set) var run = SourceRun()
  fileprivate var recordNames: [UInt32: String] = [:]
  fileprivate var fieldNames: [UInt32: [UInt32: String]] = [:]
  fileprivate var sources: [String] = []
  /// What the source says that it cannot see.
  fileprivate(set) var blindSpots: [String] = []
  fileprivate var open: (id: UInt32, record: EmittedRecord)?
  fileprivate var failure = ""
  /// Pictures beside the input, by name; without any there is no folder.
  fileprivate var pictures: [String: [UInt8]] = [:]
  /// The piece that was lent last.
  fileprivate var lent: UnsafeMutableRawBufferPointer?

  deinit { lent?.deallocate() }

  /// What describe declared: records, with the names of their fields.
  var description: [String: [String]] {
    var out: [String: [String]] = [:]
    for (id, name) in recordNames { out[name] = fieldNames[id, default: [:]].sorted { $0.key < $1.key }.map(\.value) }
    return out
  }

  var failureWords: String { failure }

  static func of(_ context: UnsafeMutableRawPointer?) -> RecordingHost? {
    context.map { Unmanaged<RecordingHost>.fromOpaque($0).takeUnretainedValue() }
  }

  fileprivate func put(_ field: UInt32, _ value: String) -> Int32 {
    guard let (id, _) = open, let name = fieldNames[id]?[field] else { return VDT_E_UNKNOWN }
    open?.record.fields.append(.init(name: name, value: value))
    return VDT_OK
  }
}

private func text(_ value: vdt_str) -> String { String(decoding: value.buffer, as: UTF8.self) }

extension RecordingHost {
  private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// Calls describe; its status.
  func describe(_ plugin: SourcePlugin) -> Int32 {
    var d = vdt_describer()
    d.size = UInt32(MemoryLayout<vdt_describer>.size)
    d.context = context
    d.fail = { _, code, _ in code }
    d.record = { d, id, name in
      RecordingHost.of(d?.pointee.context)?.recordNames[id] = text(name)
      return VDT_OK
    }
    d.field = { d, record, field in
      guard let field else { return VDT_E_ARGUMENT }
      RecordingHost.of(d?.pointee.context)?.fieldNames[record, default: [:]][field.pointee.id] = text(
        field.pointee.name)
      return VDT_OK
    }
    d.source = { d, interface, _ in
      RecordingHost.of(d?.pointee.context)?.sources.append(text(interface))
      return VDT_OK
    }
    d.parameters = { _, _, _ in VDT_OK }
    d.blind_spot = { d, _, words in
      RecordingHost.of(d?.pointee.context)?.blindSpots.append(text(words))
      return VDT_OK
    }
    return plugin.descriptor.pointee.describe(&d)
  }

  fileprivate func sink() -> vdt_sink {
    var s = vdt_sink()
    s.size = UInt32(MemoryLayout<vdt_sink>.size)
    s.context = context
    s.begin = { s, record, time in
      guard let host = RecordingHost.of(s?.pointee.context), host.open == nil else { return VDT_E_STATE }
      host.open = (record, EmittedRecord(type: host.recordNames[record] ?? "?", time: time))
      return VDT_OK
    }
    s.u64 = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.i64 = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.f64 = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.flag = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.time = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.text = { s, field, value in RecordingHost.of(s?.pointee.context)?.put(field, text(value)) ?? VDT_E_STATE }
    s.ip = { s, field, value in
      guard let address = AddressBytes(value.buffer) else { return VDT_E_ARGUMENT }
      return RecordingHost.of(s?.pointee.context)?.put(field, address.description) ?? VDT_E_STATE
    }
    s.mac = { s, field, value in
      let digits = value.buffer.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
      return RecordingHost.of(s?.pointee.context)?.put(field, digits) ?? VDT_E_STATE
    }
    s.end = { s in
      guard let host = RecordingHost.of(s?.pointee.context), let (_, record) = host.open else { return VDT_E_STATE }
      host.run.records.append(record)
      host.open = nil
      return VDT_OK
    }
    s.reject = { s, line, offset, words in
      let host = RecordingHost.of(s?.pointee.context)
      host?.open = nil
      host?.run.rejected.append(Rejected(line: line, offset: offset, text: text(words)))
      return VDT_OK
    }
    return s
  }

  /// Runs a plugin over an input to its end, `max` records a call.
  static func run(
    _ plugin: SourcePlugin, over input: [UInt8], cursor: String = "", parameters: String = "", max: UInt64 = 64,
    calls: Int = .max, beside pictures: [String: [UInt8]] = [:]
  ) -> SourceRun {
    let host = RecordingHost()
    host.pictures = pictures
    _ = host.describe(plugin)
    guard let file = tmpfile() else { return host.run }
    defer { fclose(file) }
    input.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    rewind(file)
    host.pump(plugin, descriptor: fileno(file), cursor, parameters, max, calls)
    return host.run
  }

  private func pump(
    _ plugin: SourcePlugin, descriptor: Int32, _ cursor: String, _ parameters: String, _ max: UInt64, _ calls: Int
  ) {
    var table = vdt_host()
    table.size = UInt32(MemoryLayout<vdt_host>.size)
    table.context = context
    table.log = { h, _, words in
      RecordingHost.of(h?.pointee.context)?.run.log.append(text(words))
      return VDT_OK
    }
    table.fail = { h, code, words in
      RecordingHost.of(h?.pointee.context)?.failure = text(words)
      return code
    }
    if !pictures.isEmpty {
      table.interface = { _, id in
        text(id) == VDT_HOST_PICTURES_ID ? UnsafeRawPointer(PictureTable.shared.table) : nil
      }
    }
    withUnsafePointer(to: table) { table in
      var instance: OpaquePointer?
      guard plugin.descriptor.pointee.create(table, vdt_bytes(), &instance) == VDT_OK,
        let raw = withText("process-source/1", { plugin.interface($0) })
          ?? withText("persona-source/1", { plugin.interface($0) })
      else { return }
      defer { _ = plugin.descriptor.pointee.destroy(instance) }
      let source = raw.assumingMemoryBound(to: vdt_source.self).pointee
      var stream: OpaquePointer?
      run.status = Array(cursor.utf8).withUnsafeBytes { cursor in
        Array(parameters.utf8).withUnsafeBytes {
          source.open(instance, $0.asBytes, descriptor, cursor.asBytes, &stream)
        }
      }
      guard run.status == VDT_OK else { return }
      for _ in 0..<calls {
        let before = run.records.count
        var result = vdt_next_result()
        result.size = UInt32(MemoryLayout<vdt_next_result>.size)
        var sink = sink()
        run.status = source.next(stream, &sink, max, 0, &result)
        run.cursors.append(String(decoding: result.cursor.buffer, as: UTF8.self))
        if run.records.count - before > max { run.log.append("more records than asked for") }
        if run.status < 0 || run.status >= VDT_NEXT_END { break }
      }
      _ = source.close(stream)
    }
  }

  /// What sniff says of an input.
  static func sniff(_ source: LineSource, _ input: String) -> UInt32 {
    Array(input.utf8).withUnsafeBytes { source.sniff($0, "input") }
  }
}
