/// An instance of a source that polls, and its streams: one for each round.

import PluginSupport
import Synchronization
import VedettePluginABI

extension PollSource: Source {
  /// No file is a poller's.
  public var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32 { { _, _ in 0 } }

  public func instance(of host: SourceHost) -> any SourceInstance { PollInstance(host, self) }
}

/// What `create` makes. The service, its session and its connections live as long, over all rounds with the same
/// parameters.
final class PollInstance: SourceInstance {
  let host: SourceHost
  private let source: PollSource
  private var kept: (parameters: [UInt8], service: any PolledService, client: HTTPClient, memory: PollMemory)?

  init(_ host: SourceHost, _ source: PollSource) {
    self.host = host
    self.source = source
  }

  func open(
    _ interface: SourceInterface, parameters text: UnsafeRawBufferPointer, descriptor: Int32,
    cursor: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> any SourceStream {
    guard descriptor < 0 else {
      throw SourceFailure("this source asks a service and reads no file: give it parameters")
    }
    var position = PollPosition()
    if !cursor.isEmpty {
      guard let stored = PollPosition(cursor: cursor) else {
        throw SourceFailure("the stored cursor is of another form: remove the source and add it under another name")
      }
      position = stored
    }
    let parts = try kept(for: text)
    let host = host
    let poller = Poller(
      parts.service, client: parts.client, memory: parts.memory, from: position,
      now: { PollHost(host).now }, log: { host.log(VDT_LOG_WARNING, $0) })
    return PollStream(self, poller, parts.client)
  }

  private func kept(
    for text: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> (service: any PolledService, client: HTTPClient, memory: PollMemory) {
    if let kept, text.elementsEqual(kept.parameters) { return (kept.service, kept.client, kept.memory) }
    var parameters = try Parameters(text)
    let client = HTTPClient(agent: source.agent, limits: try PollSource.limits(&parameters))
    let service = try source.open(&parameters, PollHost(host))
    try parameters.finish()
    var names: Set<String> = []
    for feed in service.feeds where !names.insert(feed.name).inserted {
      throw SourceFailure("the parameters ask for the same thing twice: \(feed.name)")
    }
    guard service.learnsFeeds || !service.feeds.isEmpty else {
      throw SourceFailure("the parameters ask for nothing: name what to look at")
    }
    let memory = PollMemory()
    kept = (Array(text), service, client, memory)
    return (service, client, memory)
  }
}

/// What `open` makes. `next` and `close` run on the source's thread, `wake` and `progress` on any.
final class PollStream: SourceStream {
  private let instance: PollInstance
  private let poller: Poller
  private let client: HTTPClient
  /// The place as the host has it, or as it is where nothing was asked yet.
  private var cursor: [UInt8]
  private let given = Atomic<UInt64>(0)

  init(_ instance: PollInstance, _ poller: Poller, _ client: HTTPClient) {
    self.instance = instance
    self.poller = poller
    cursor = poller.position.cursor
    self.client = client
  }

  func next(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    let standing = poller.next(into: sink, wait: wait)
    given.add(sink.emitted, ordering: .relaxed)
    // An unchanged place need not be stored again.
    let cursor = poller.position.cursor
    if cursor != self.cursor {
      self.cursor = cursor
      result.cursor = self.cursor.withUnsafeBytes { $0.asBytes }
    }
    switch standing {
    case .more: return VDT_NEXT_OK
    case .end: return VDT_NEXT_END
    case .idle(let milliseconds):
      result.retry_ms = milliseconds
      return VDT_NEXT_IDLE
    case .limited(let milliseconds):
      result.retry_ms = milliseconds
      return VDT_NEXT_LIMITED
    case .failed(let failure):
      result.error = failure.code
      _ = instance.host.fail(VDT_E_IO, failure.words)
      return VDT_NEXT_FAILED
    }
  }

  func close() {
    client.cancel()
    if let report = poller.picturesReport { instance.host.log(VDT_LOG_INFO, report) }
  }

  func wake() { client.wake() }

  func progress(_ progress: inout vdt_progress) { progress.done = given.load(ordering: .relaxed) }
}

extension PollFailure {
  /// VDT_FAILED_*.
  public var code: UInt32 {
    switch kind {
    case .auth: VDT_FAILED_AUTH
    case .network: VDT_FAILED_NETWORK
    case .format: VDT_FAILED_FORMAT
    case .permission: VDT_FAILED_PERMISSION
    }
  }
}
