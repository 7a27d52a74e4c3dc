/// One running source: a plugin's instance and its stream, pumped by whoever owns it.

import Evidence
import VedettePluginABI

/// A source of observations. All calls but ``wake()`` and ``progress()`` come from one thread, the source's own. [source]
///
///     let source = try shelf.openSource("winevent:events.jsonl.gz")
///     repeat {
///       let batch = try source.next(max: 1024)
///       …
///     } while batch.status == .more
public final class SourceInstance {
  private typealias Open =
    @convention(c) (OpaquePointer?, vdt_bytes, Int32, vdt_bytes, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
  private typealias Next =
    @convention(c) (
      OpaquePointer?, UnsafePointer<vdt_sink>?, UInt64, UInt64, UnsafeMutablePointer<vdt_next_result>?
    ) -> Int32
  private typealias Close = @convention(c) (OpaquePointer?) -> Int32

  public let plugin: Plugin
  public let interface: PluginInterface
  /// What the observations have as their source.
  public let name: String
  /// The file, where there is one.
  public var path: String? { input?.path }

  private let input: SourceInput?
  private let host: HostTable
  /// Where the instance has a process of its own.
  private let isolated: IsolatedSource?
  private let instance: OpaquePointer
  private var stream: OpaquePointer
  private let openCall: Open
  private let nextCall: Next
  private let closeCall: Close
  private let wakeCall: Close?
  private let progressCall: (@convention(c) (OpaquePointer?, UnsafeMutablePointer<vdt_progress>?) -> Int32)?
  private let sink: UnsafeMutablePointer<vdt_sink>
  private let state: UnsafeMutablePointer<SinkState>
  private var builder: ObservationBuilder
  private var isClosed = false
  /// Calls in a row that said there is more and gave nothing.
  private var emptyCalls = 0
  /// How many of them break the contract (source.h).
  private static let mostEmptyCalls = 1000

  /// Makes an instance of the plugin and opens its stream.
  /// - Parameters:
  ///   - input: of a file source; its descriptor is closed with this source.
  ///   - parameters: a JSON object by the plugin's parameters schema, or empty.
  ///   - cursor: the last one stored, or empty.
  public init(
    _ plugin: Plugin, interface: PluginInterface, name: String, input: SourceInput? = nil, parameters: String = "",
    cursor: [UInt8] = [], config: String = "", services: HostServices = HostServices(),
    isolation: PluginIsolation = PluginIsolation(), log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) throws(PluginError) {
    var services = services
    services.picture = input?.openedPath.flatMap { PicturesBeside(path: $0) }?.reading
    let host = HostTable(plugin: plugin.identity.id, services: services, log: log)
    var isolated: IsolatedSource?
    if isolation.isolates(plugin, interface) {
      do throws(PluginError) {
        isolated = try IsolatedSource(
          plugin, interface, config: config, input: input?.descriptor ?? -1, isolation: isolation, host: host)
      } catch {
        input?.finish()
        throw error
      }
    }
    let table: vdt_source
    if let isolated {
      table = isolated.table
    } else {
      table = try plugin.table(interface, into: vdt_source(), atLeast: ABI10.source)
    }
    guard let open = table.open, let next = table.next, let close = table.close else {
      throw PluginError(.contract, plugin.identity.id, "its table of \(interface.rawValue) lacks a function of ABI 1.0")
    }
    let instance: OpaquePointer
    if let isolated { instance = isolated.handle } else { instance = try Dissector.create(plugin, config, host) }
    var stream: OpaquePointer?
    let status = withABIBytes(Array(parameters.utf8)) { parameters in
      withABIBytes(cursor) { open(instance, parameters, input?.descriptor ?? -1, $0, &stream) }
    }
    guard status == VDT_OK, let stream else {
      let words = host.takeWords() ?? "error \(status), without words"
      if let isolated { isolated.end() } else { plugin.destroy(instance) }
      input?.finish()
      guard let input else {
        throw PluginError(.refused, plugin.identity.id, "\(plugin.identity.name) cannot begin: \(words)")
      }
      throw PluginError(.refused, input.path, "\(plugin.identity.name) cannot read it: \(words)")
    }
    self.plugin = plugin
    self.interface = interface
    self.name = name
    self.input = input
    self.host = host
    self.isolated = isolated
    self.instance = instance
    self.stream = stream
    openCall = open
    nextCall = next
    closeCall = close
    wakeCall = table.wake
    progressCall = table.progress
    state = .allocate(capacity: 1)
    state.initialize(
      to: SinkState(role: .source, records: plugin.records, anomalies: plugin.anomalies, flowFields: plugin.flowFields))
    sink = makeSink(state)
    builder = ObservationBuilder(records: plugin.records, source: name)
  }

  deinit {
    close()
    sink.deallocate()
    state.pointee.destroy()
    state.deallocate()
  }

  /// Another stream of the same instance: of a source that reads no file and is asked again from time to time, so that
  /// what the instance knows (a session, a connection) serves on.
  /// - Throws: where the source cannot begin; then it is closed.
  public func reopen(parameters: String, cursor: [UInt8]) throws(PluginError) {
    guard !isClosed, input == nil else { throw PluginError(.contract, plugin.identity.id, "cannot be opened again") }
    _ = closeCall(stream)
    var next: OpaquePointer?
    let status = withABIBytes(Array(parameters.utf8)) { parameters in
      withABIBytes(cursor) { openCall(instance, parameters, -1, $0, &next) }
    }
    guard status == VDT_OK, let next else {
      isClosed = true
      let words = host.takeWords() ?? "error \(status), without words"
      destroy()
      throw PluginError(.refused, plugin.identity.id, "\(plugin.identity.name) cannot begin: \(words)")
    }
    stream = next
    emptyCalls = 0
  }

  /// Whether it reads no file, and so can be opened again.
  public var readsNoFile: Bool { input == nil }

  /// Ends the stream and the instance. Nothing may be called afterwards.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    _ = closeCall(stream)
    destroy()
    input?.finish()
  }

  private func destroy() {
    if let isolated { isolated.end() } else { plugin.destroy(instance) }
  }

  /// What of its platform or log it cannot see, as the plugin declares it.
  public var blindSpots: [String] { description?.blindSpots ?? [] }

  /// Whether it asks a service or holds a connection, so that it may have to wait.
  public var isRemote: Bool { input == nil && (description?.polls == true || description?.streams == true) }

  private var description: SourceDescription? { plugin.description.sources.first { $0.interface == interface } }

  /// What the plugin emitted and was not taken.
  public var refusals: SinkRefusals { state.pointee.refusals }

  /// The next records, at most `max` (1…65,536), waiting at most `wait` milliseconds for one to come.
  ///
  /// What is being decompressed is never idle: its source says `more`, having waited.
  ///
  /// Throws where the plugin broke the contract; a source that fails says so in the batch's status.
  public func next(max: Int, wait: UInt64 = 1000) throws(PluginError) -> SourceBatch {
    guard !isClosed else { throw PluginError(.contract, plugin.identity.id, "the source is closed") }
    let limit = UInt64(Swift.min(Swift.max(max, 1), 65_536))
    state.pointee.clear()
    state.pointee.softRecords = limit
    var result = vdt_next_result()
    result.size = UInt32(MemoryLayout<vdt_next_result>.size)
    let status = nextCall(stream, sink, limit, wait, &result)
    state.pointee.finishCall()

    var batch = SourceBatch(observations: [], cursor: nil, rejects: [], status: .more)
    collect(into: &batch)
    let isEmpty = batch.observations.isEmpty && batch.rejects.isEmpty && result.cursor.len == 0
    batch.status = try standing(status, result, isEmpty: isEmpty)
    if result.cursor.len > 0 {
      guard result.cursor.len <= UInt64(VDT_MAX_CURSOR), let start = result.cursor.ptr else {
        throw PluginError(
          .contract, plugin.identity.id, "gave a cursor of \(result.cursor.len) bytes, the limit is \(VDT_MAX_CURSOR)")
      }
      batch.cursor = Array(UnsafeBufferPointer(start: start, count: Int(result.cursor.len)))
    }
    return batch
  }

  /// Makes a waiting next return soon. Any thread, but not after ``close()`` began.
  public func wake() {
    _ = wakeCall?(stream)
  }

  /// Bytes or records done, and in all where that is known. Any thread, but not after ``close()`` began.
  public func progress() -> (done: UInt64, total: UInt64?)? {
    guard let progressCall else { return nil }
    var progress = vdt_progress()
    progress.size = UInt32(MemoryLayout<vdt_progress>.size)
    guard progressCall(stream, &progress) >= 0 else { return nil }
    return (progress.done, progress.total == 0 ? nil : progress.total)
  }

  private func standing(
    _ status: Int32, _ result: vdt_next_result, isEmpty: Bool
  ) throws(PluginError) -> SourceStatus {
    let retry = min(result.retry_ms, 86_400_000)
    switch status {
    case VDT_NEXT_OK:
      try count(empty: isEmpty)
      return .more
    case VDT_NEXT_IDLE:
      guard let input, input.isFed else { return .idle(retryMilliseconds: retry) }
      // A source that does not wait in next would have its caller spin: it waits here, for the pipe to have bytes.
      try count(empty: isEmpty && input.waitForBytes(milliseconds: Int32(min(retry, 100))))
      return .more
    case VDT_NEXT_LIMITED: return .limited(retryMilliseconds: retry)
    case VDT_NEXT_END:
      // The plugin sees a pipe that ends; only the host knows that it ended too early.
      if let problem = input?.problem { return .failed(.format, problem) }
      return .end
    case VDT_NEXT_FAILED:
      return .failed(.init(rawValue: result.error) ?? .other, input?.problem ?? host.takeWords() ?? "without words")
    case ..<0: return .failed(.other, host.takeWords() ?? "error \(status), without words")
    default: throw PluginError(.contract, plugin.identity.id, "returned status \(status), which ABI 1.0 does not know")
    }
  }

  /// A source that says for ever that there is more would hold its reader for ever.
  private func count(empty: Bool) throws(PluginError) {
    emptyCalls = empty ? emptyCalls + 1 : 0
    if emptyCalls > Self.mostEmptyCalls {
      throw PluginError(
        .contract, plugin.identity.id,
        "said \(emptyCalls) times in a row that there is more, and gave no record, no reject and no cursor")
    }
  }

  private func collect(into batch: inout SourceBatch) {
    batch.observations.reserveCapacity(Int(state.pointee.recordCount))
    var at = 0
    while at < state.pointee.logCount {
      let entry = state.pointee.entry(at)
      switch entry.kind {
      case SinkEntry.Kind.beginRecord:
        let end = RecordReader.end(of: at, in: state)
        do throws(RefusedRecord) {
          batch.observations.append(try builder.observation(at, end, in: state))
        } catch {
          batch.rejects.append(SourceReject(text: error.text))
        }
        at = end
      case SinkEntry.Kind.reject:
        let bytes = state.pointee.bytes(entry)
        let line = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        let offset = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        batch.rejects.append(
          SourceReject(
            line: line == 0 ? nil : line, offset: offset == VDT_NO_OFFSET ? nil : offset,
            text: String(decoding: bytes[16...], as: UTF8.self)))
      default: break
      }
      at += 1
    }
  }
}

extension SourceInstance {
  /// What the instance offers beyond its work. [source]
  public var optional: OptionalCalls {
    OptionalCalls(plugin: plugin, instance: instance, host: host, isIsolated: isolated != nil)
  }
}
