/// What is to be checked, and with what.

import Capture
import Flows
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

public struct CheckRequest: Sendable {
  public var file: String
  /// Captures and data files of the plugin's own protocol or format.
  public var captures: [String] = []
  public var data: [String] = []
  /// A folder of anything else: captures for a dissector, files for a source.
  public var corpus: String?
  /// A folder that takes the conversations that faults were found in, as captures; nil keeps none.
  public var keep: String?
  /// How long mutated input is tried.
  public var seconds = 10
  /// How long a check may say nothing before it counts as hanging, in seconds.
  public var patience = 20
  /// Where random numbers begin; the same ones come from the same seed.
  public var seed: UInt64 = 1
  /// A source's parameters, a JSON object, or empty.
  public var parameters = ""
  /// The plugin's configuration, a JSON object, or empty.
  public var config = ""

  public init(file: String) { self.file = file }

  /// The files of the corpus, sorted, at most 2,000.
  func corpusFiles() -> [String] {
    guard let corpus else { return [] }
    var found: [String] = []
    Self.collect(corpus, depth: 8, &found)
    return found.sorted()
  }

  private static func collect(_ folder: String, depth: Int, _ found: inout [String]) {
    guard depth > 0, found.count < 2000, let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let path = folder + "/" + name
      var info = stat()
      guard stat(path, &info) == 0, found.count < 2000 else { continue }
      if info.st_mode & S_IFMT == S_IFDIR {
        collect(path, depth: depth - 1, &found)
      } else if info.st_mode & S_IFMT == S_IFREG {
        found.append(path)
      }
    }
  }
}

/// The conversations that a dissector is checked with.
struct ConversationSet {
  /// Those that the plugin recognises, at most `limit`.
  var own: [Conversation] = []
  /// Others, at most `limit`.
  var foreign: [Conversation] = []
  /// What was seen in all, before the limits.
  var ownCount = 0
  var foreignCount = 0
  /// Why a file was not read to its end; only of files that were named one by one.
  var problems: [String] = []

  /// Reads the captures and sorts their conversations by telling them to the plugin once.
  init(_ request: CheckRequest, _ replay: Replay, limit: Int, corpus: Bool, at: (String) -> Void) throws(PluginError) {
    try read(request.captures, isOwn: true, replay, limit: limit, at: at)
    if corpus { try read(request.corpusFiles(), isOwn: false, replay, limit: limit, at: at) }
  }

  private mutating func read(
    _ paths: [String], isOwn: Bool, _ replay: Replay, limit: Int, at: (String) -> Void
  ) throws(PluginError) {
    for path in paths {
      at("\(path) as it is")
      let recorder = ConversationRecorder()
      let engine = FlowEngine(consumer: recorder)
      do throws(CaptureError) {
        try CaptureReplay.read(path, into: engine) {
          _ = engine.drainFlows()
          _ = engine.drainAnomalies()
          return !recorder.isFull
        }
      } catch {
        // A corpus may hold what is no capture.
        if isOwn { problems.append(error.description) }
      }
      engine.finish()
      for (index, conversation) in recorder.conversations.enumerated() where conversation.byteCount > 0 {
        at("\(path), flow \(index + 1) as it is")
        if try replay.tell(conversation, .whole).recognised != nil {
          ownCount += 1
          if own.count < limit { own.append(conversation) }
        } else {
          foreignCount += 1
          if foreign.count < limit { foreign.append(conversation) }
        }
      }
    }
  }
}

extension Conversation {
  /// The flow's ends, for a person.
  var name: String {
    let flow = description
    let transport = flow.proto == 6 ? "tcp" : "udp"
    let packet = marks.first.map { ", packet \($0.number)" } ?? ""
    return "\(transport) \(flow.client) \(flow.clientPort) → \(flow.server) \(flow.serverPort)\(packet)"
  }
}
