/// Events of Bluesky's Jetstream, from a file or a pipe where the host has one, from a server where the parameters name
/// one.

import JSON
import PluginSupport
import Polling
import VedettePluginABI

struct JetstreamSource: Source {
  /// What files are read by.
  let lines: LineSource

  init() {
    lines = LineSource(
      sniff: { start, _ in Self.certainty(start) },
      open: { text throws(SourceFailure) in
        var parameters = try Parameters(text)
        let filter = try JetstreamFilter(&parameters)
        guard try JetstreamService(&parameters) == nil else {
          throw SourceFailure("there is a file and parameter url: take one of them away")
        }
        try parameters.finish()
        return JetstreamInterpreter(filter)
      })
  }

  var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32 { lines.sniff }

  func instance(of host: SourceHost) -> any SourceInstance {
    JetstreamInstance(host, files: lines.instance(of: host))
  }

  private static func certainty(_ start: UnsafeRawBufferPointer) -> UInt32 {
    var mine = 0
    let lines = wholeLines(of: start, limit: 8)
    let reader = JSONReader(maxBytes: 1 << 20)
    for line in lines {
      guard let node = try? reader.parse(line) else { return 0 }
      let isEvent = node["did"]?.string?.hasPrefix("did:") == true && node["time_us"]?.int64 != nil
      if isEvent, node["kind"]?.string != nil { mine += 1 }
    }
    return !lines.isEmpty && mine == lines.count ? 95 : 0
  }
}

/// What `create` makes. What was told is remembered over all streams with the same parameters.
private final class JetstreamInstance: SourceInstance {
  let host: SourceHost
  private let files: any SourceInstance
  private var memory: (parameters: [UInt8], memory: JetstreamMemory)?

  init(_ host: SourceHost, files: any SourceInstance) {
    self.host = host
    self.files = files
  }

  func open(
    _ interface: SourceInterface, parameters text: UnsafeRawBufferPointer, descriptor: Int32,
    cursor: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> any SourceStream {
    guard descriptor < 0 else {
      return try files.open(interface, parameters: text, descriptor: descriptor, cursor: cursor)
    }
    var parameters = try Parameters(text)
    let filter = try JetstreamFilter(&parameters)
    guard let service = try JetstreamService(&parameters) else {
      throw SourceFailure(
        "there is neither a file nor a server: name a file, or in parameter url a server "
          + "(wss://jetstream2.us-east.bsky.network/subscribe)")
    }
    try parameters.finish()
    let memory =
      self.memory.flatMap { text.elementsEqual($0.parameters) ? $0.memory : nil }
      ?? JetstreamMemory(began: service.since ?? PollHost(host).now / 1000)
    var position = JetstreamPosition(micros: memory.began)
    if !cursor.isEmpty {
      guard let stored = JetstreamPosition(cursor: cursor) else { throw .foreignCursor }
      position = stored
    }
    self.memory = (Array(text), memory)
    return JetstreamStream(
      host, service, JetstreamInterpreter(filter), memory, from: position, isStored: !cursor.isEmpty)
  }
}
