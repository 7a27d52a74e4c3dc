/// A host that runs a polling plugin, keeps what it gives, and may be killed between any two records.

import Glibc
import VedettePluginABI

@testable import PluginSupport

/// A record as it came through the sink.
struct PolledRecord: Equatable {
  var type: String
  var time: Int64
  /// In order; a list's field comes once for each element.
  var fields: [Field] = []

  struct Field: Equatable {
    var name: String
    var value: String
  }

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
  func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  var id: String { self["id"] ?? "" }
}

/// What a call of `next` gave.
struct PolledBatch {
  var records: [PolledRecord] = []
  var rejects: [String] = []
  /// Nil: none was given.
  var cursor: String?
  var status: Int32 = 0
  /// VDT_FAILED_*, with the words.
  var error: UInt32 = 0
  var words = ""
  var retry: UInt64 = 0
}

/// One instance of a plugin, with a stream. The clock stands still but for waits, which it jumps over.
final class PollingHost {
  private let plugin: SourcePlugin
  private let secrets: [String: String]
  private var host = vdt_host()
  private var secretTable = vdt_host_secret()
  private var lent: [UInt8] = []
  private var instance: OpaquePointer?
  private var stream: OpaquePointer?
  private var names: [UInt32: String] = [:]
  private var fieldNames: [UInt32: [UInt32: String]] = [:]
  private var open: (id: UInt32, record: PolledRecord)?
  private var batch = PolledBatch()
  private(set) var log: [String] = []
  private(set) var blindSpots: [String] = []
  private(set) var words = ""
  /// Nanoseconds since 1970; 2026-09-01T12:00:00Z (date -u -d … +%s).
  var now: Int64 = 1_788_264_000_000_000_000

  init(_ plugin: SourcePlugin, secrets: [String: String] = [:]) {
    self.plugin = plugin
    self.secrets = secrets
    host.size = UInt32(MemoryLayout<vdt_host>.size)
    host.context = Unmanaged.passUnretained(self).toOpaque()
    host.log = { h, _, words in
      PollingHost.of(h?.pointee.context)?.log.append(text(words))
      return VDT_OK
    }
    host.fail = { h, code, words in
      PollingHost.of(h?.pointee.context)?.words = text(words)
      return code
    }
    host.now_ns = { h in PollingHost.of(h?.pointee.context)?.now ?? 0 }
    host.interface = { h, id in
      guard let me = PollingHost.of(h?.pointee.context), text(id) == VDT_HOST_SECRET_ID else { return nil }
      return withUnsafePointer(to: &me.secretTable) { UnsafeRawPointer($0) }
    }
    secretTable.size = UInt32(MemoryLayout<vdt_host_secret>.size)
    secretTable.get = { h, name, out in
      guard let me = PollingHost.of(h?.pointee.context), let secret = me.secrets[text(name)] else {
        return VDT_E_UNKNOWN
      }
      me.lent = Array(secret.utf8)
      out?.pointee = me.lent.withUnsafeBytes { $0.asBytes }
      return VDT_OK
    }
    describe()
    _ = withUnsafePointer(to: &host) { plugin.descriptor.pointee.create($0, vdt_bytes(), &instance) }
  }

  deinit {
    close()
    if let instance { _ = plugin.descriptor.pointee.destroy(instance) }
  }

  fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> PollingHost? {
    context.map { Unmanaged<PollingHost>.fromOpaque($0).takeUnretainedValue() }
  }

  private func describe() {
    var d = vdt_describer()
    d.size = UInt32(MemoryLayout<vdt_describer>.size)
    d.context = Unmanaged.passUnretained(self).toOpaque()
    d.fail = { _, code, _ in code }
    d.record = { d, id, name in
      PollingHost.of(d?.pointee.context)?.names[id] = text(name)
      return VDT_OK
    }
    d.field = { d, record, field in
      guard let field else { return VDT_E_ARGUMENT }
      PollingHost.of(d?.pointee.context)?.fieldNames[record, default: [:]][field.pointee.id] = text(field.pointee.name)
      return VDT_OK
    }
    d.source = { _, _, _ in VDT_OK }
    d.parameters = { _, _, _ in VDT_OK }
    d.rate_limit = { _, _, _, _, _ in VDT_OK }
    d.blind_spot = { d, _, words in
      PollingHost.of(d?.pointee.context)?.blindSpots.append(text(words))
      return VDT_OK
    }
    _ = plugin.descriptor.pointee.describe(&d)
  }

  private var table: vdt_source? {
    withText("persona-source/1") { plugin.interface($0) }?.assumingMemoryBound(to: vdt_source.self).pointee
      ?? withText("process-source/1") { plugin.interface($0) }?.assumingMemoryBound(to: vdt_source.self).pointee
  }

  /// Opens a stream; false with `words` where the plugin refuses.
  /// - Parameter descriptor: of a file, for a source that reads one.
  func open(_ parameters: String, cursor: String = "", descriptor: Int32 = -1) -> Bool {
    close()
    guard let table else { return false }
    let status = Array(parameters.utf8).withUnsafeBytes { parameters in
      Array(cursor.utf8).withUnsafeBytes { table.open(instance, parameters.asBytes, descriptor, $0.asBytes, &stream) }
    }
    return status == VDT_OK
  }

  func close() {
    if let stream { _ = table?.close(stream) }
    stream = nil
  }

  func wake() { if let stream { _ = table?.wake(stream) } }

  /// How much the stream has done, as it says.
  var done: UInt64 {
    var progress = vdt_progress()
    progress.size = UInt32(MemoryLayout<vdt_progress>.size)
    if let stream { _ = table?.progress(stream, &progress) }
    return progress.done
  }

  /// One call of `next`.
  func next(max: UInt64 = 1000, wait: UInt64 = 10_000) -> PolledBatch {
    batch = PolledBatch()
    guard let table, let stream else { return batch }
    var result = vdt_next_result()
    result.size = UInt32(MemoryLayout<vdt_next_result>.size)
    var sink = sink()
    batch.status = table.next(stream, &sink, max, wait, &result)
    if result.cursor.len > 0 { batch.cursor = String(decoding: result.cursor.buffer, as: UTF8.self) }
    batch.error = result.error
    batch.retry = result.retry_ms
    batch.words = batch.status == VDT_NEXT_FAILED ? words : ""
    if batch.status == VDT_NEXT_IDLE || batch.status == VDT_NEXT_LIMITED {
      now += Int64(result.retry_ms) * 1_000_000
    }
    return batch
  }

  private func sink() -> vdt_sink {
    var s = vdt_sink()
    s.size = UInt32(MemoryLayout<vdt_sink>.size)
    s.context = Unmanaged.passUnretained(self).toOpaque()
    s.begin = { s, record, time in
      guard let host = PollingHost.of(s?.pointee.context), host.open == nil else { return VDT_E_STATE }
      host.open = (record, PolledRecord(type: host.names[record] ?? "?", time: time))
      return VDT_OK
    }
    s.u64 = { s, field, value in PollingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.flag = { s, field, value in PollingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.time = { s, field, value in PollingHost.of(s?.pointee.context)?.put(field, "\(value)") ?? VDT_E_STATE }
    s.text = { s, field, value in PollingHost.of(s?.pointee.context)?.put(field, text(value)) ?? VDT_E_STATE }
    s.ip = { s, field, value in
      PollingHost.of(s?.pointee.context)?.put(field, AddressBytes(value.buffer)?.description ?? "") ?? VDT_E_STATE
    }
    s.end = { s in
      guard let host = PollingHost.of(s?.pointee.context), let (_, record) = host.open else { return VDT_E_STATE }
      host.batch.records.append(record)
      host.open = nil
      return VDT_OK
    }
    s.reject = { s, _, _, words in
      let host = PollingHost.of(s?.pointee.context)
      host?.open = nil
      host?.batch.rejects.append(text(words))
      return VDT_OK
    }
    return s
  }

  private func put(_ field: UInt32, _ value: String) -> Int32 {
    guard let (id, _) = open, let name = fieldNames[id]?[field] else { return VDT_E_UNKNOWN }
    open?.record.fields.append(.init(name: name, value: value))
    return VDT_OK
  }
}

private func text(_ value: vdt_str) -> String { String(decoding: value.buffer, as: UTF8.self) }

/// What rounds of a plugin came to.
struct PolledRounds {
  var records: [PolledRecord] = []
  var rejects: [String] = []
  var cursor = ""
  /// The last batch.
  var last = PolledBatch()
  var largestCursor = 0

  /// Each id once, in order of their first coming.
  var ids: [String] {
    var seen: Set<String> = []
    return records.map(\.id).filter { seen.insert($0).inserted }
  }

  mutating func take(_ batch: PolledBatch) {
    records += batch.records
    rejects += batch.rejects
    cursor = batch.cursor ?? cursor
    largestCursor = max(largestCursor, cursor.utf8.count)
    last = batch
  }
}

extension PollingHost {
  /// A round to its end, or to a failure.
  static func round(
    _ plugin: SourcePlugin, _ parameters: String, secrets: [String: String] = [:], cursor: String = "",
    now: Int64? = nil
  ) -> PolledRounds {
    let host = PollingHost(plugin, secrets: secrets)
    if let now { host.now = now }
    return host.round(parameters, cursor: cursor)
  }

  /// A round of this instance.
  func round(_ parameters: String, cursor: String = "") -> PolledRounds {
    var sum = PolledRounds()
    sum.cursor = cursor
    guard open(parameters, cursor: cursor) else {
      sum.last.status = -1
      sum.last.words = words
      return sum
    }
    // A round that never ends is a failure of the test, not a hang.
    for _ in 0..<100_000 {
      sum.take(next())
      if sum.last.status < 0 || sum.last.status >= VDT_NEXT_END { break }
    }
    close()
    return sum
  }

  /// A round of a process that is killed after every `size` records, with a new instance at the last stored cursor.
  /// - Parameter losing: every so manieth batch is lost with its cursor: the kill came before it was stored.
  static func killed(
    after size: UInt64, losing: Int = .max, _ plugin: SourcePlugin, _ parameters: String,
    secrets: [String: String] = [:], cursor: String = ""
  ) -> PolledRounds {
    var sum = PolledRounds()
    sum.cursor = cursor
    var batches = 0
    for _ in 0..<100_000 {
      let host = PollingHost(plugin, secrets: secrets)
      guard host.open(parameters, cursor: sum.cursor) else {
        sum.last.words = host.words
        return sum
      }
      while true {
        let batch = host.next(max: size)
        if batch.status < 0 || batch.status >= VDT_NEXT_END {
          sum.take(batch)
          return sum
        }
        if batch.records.isEmpty {
          sum.take(batch)
          continue
        }
        batches += 1
        if batches % losing != 0 { sum.take(batch) }
        break
      }
    }
    return sum
  }
}
