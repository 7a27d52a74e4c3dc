/// A child process that runs one instance of a plugin, and the calls that it answers.

import CIsolation
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// Used by one thread at a time, but for ``wake()`` and ``progress()``, which touch nothing but the control channel: hence
/// unchecked.
final class HostingChild: @unchecked Sendable {
  /// Descriptors of the child.
  static let laneDescriptor: Int32 = 3
  static let controlDescriptor: Int32 = 4
  static let imageDescriptor: Int32 = 5
  static let inputDescriptor: Int32 = 6

  let lane: Lane
  private let process: SpawnedProcess
  /// Closed, it ends the child; wake and progress go by it, for a call may be under way on the lane.
  let control: Int32
  private var turn: UInt32 = 0
  /// Whether it is called for each packet, and only works while it is waited for: then it runs where its caller does, or,
  /// where both are awake, anywhere else.
  private let isClose: Bool
  private var pace = LanePace()
  private var processor: Int32 = -1
  private var isOver = false
  /// What became of it, once it is over before it was told to end.
  private(set) var fault: String?

  /// Starts a process. It has done nothing yet: the first call makes the instance.
  /// - Parameter input: what a source reads, −1 if nothing.
  init(_ file: SealedFile, _ setup: vedette_setup, program: String, input: Int32 = -1) throws(PluginError) {
    func fails(_ what: String) -> PluginError {
      PluginError(.file, file.path, "no process to run it in: \(what): \(systemWords)")
    }
    let laneFile = vedette_lane_file(setup.size)
    guard laneFile >= 0 else { throw fails("no memory to share") }
    defer { close(laneFile) }
    guard let lane = Lane(laneFile, setup) else { throw fails("no memory to share") }
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw fails("no channel")
    }
    defer { close(ends[1]) }
    let image = file.descriptor >= 0 ? "/proc/self/fd/\(Self.imageDescriptor)" : file.loadName
    let given: [(own: Int32, inChild: Int32)] = [
      (laneFile, Self.laneDescriptor), (ends[1], Self.controlDescriptor),
      (file.descriptor, Self.imageDescriptor), (input, Self.inputDescriptor),
    ]
    let process = SpawnedProcess(
      program, arguments: [program, "plugin", "host", "--serve", image], environment: Self.surroundings(),
      descriptors: given.filter { $0.own >= 0 })
    guard let process else {
      let error = fails("\(program) cannot be started")
      close(ends[0])
      throw error
    }
    self.lane = lane
    self.process = process
    isClose = setup.role == LaneRole.dissector.rawValue
    control = ends[0]
  }

  deinit {
    end()
    close(control)
  }

  /// What a plugin may know of this process's environment: no more than it needs, for secrets may lie there.
  private static func surroundings() -> [String] {
    let passed = [
      "PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VEDETTE_PLUGINS_IN_PLACE", "SSL_CERT_FILE", "SSL_CERT_DIR",
      "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    ]
    // The runtime's own report of a crash takes seconds, and nobody would read it.
    return ["SWIFT_BACKTRACE=enable=no"]
      + passed.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
  }

  // MARK: Calls

  /// How long it is waited for an answer before it is looked whether anybody is there.
  private static let slice: Int64 = 20_000_000

  /// Asks what `lane.request` says, without waiting for the answer.
  func post() {
    if isClose {
      let processor = vedette_processor()
      if processor != self.processor { move(processor) }
    }
    turn &+= 1
    vedette_lane_post(lane.start, UInt32(VEDETTE_LANE_REQUEST), turn)
    turn &+= 1
  }

  /// Asks what `lane.request` says. Nil where there is no answer: then it is over, and ``fault`` says why.
  ///
  /// - Parameters:
  ///   - milliseconds: how long it may take, all in all.
  ///   - reply: answers a question that the plugin has meanwhile, by writing the request anew; nil: it may have none.
  func call(_ milliseconds: Int64, reply: ((vedette_answer) -> Void)? = nil) -> vedette_answer? {
    guard !isOver else { return nil }
    guard isClose else {
      post()
      return collectAnswer(milliseconds, reply: reply)
    }
    let start = vedette_lane_now()
    post()
    guard let answer = collectAnswer(milliseconds, reply: reply) else { return nil }
    if pace.note(vedette_lane_now() &- start) { move(vedette_processor()) }
    return answer
  }

  /// Puts the process where it is to run while its caller does on a processor.
  private func move(_ processor: Int32) {
    self.processor = processor
    if pace.isAwake, vedette_avoid(process.pid, processor) != 0 { pace.giveUp() }
    if !pace.isAwake { _ = vedette_follow(process.pid, processor) }
    vedette_lane_set_awake(lane.start, pace.isAwake ? 1 : 0)
  }

  /// Waits for the answer to what was posted.
  func collectAnswer(_ milliseconds: Int64, reply: ((vedette_answer) -> Void)? = nil) -> vedette_answer? {
    guard !isOver else { return nil }
    var left = milliseconds &* 1_000_000
    while true {
      while vedette_lane_wait(lane.start, UInt32(VEDETTE_LANE_ANSWER), turn, min(left, Self.slice))
        == 0
      {
        left -= Self.slice
        if let end = process.poll() {
          over(Self.words(end))
          return nil
        }
        if left <= 0 {
          process.kill()
          over("hung: no answer within \(milliseconds) ms")
          return nil
        }
      }
      let answer = lane.answer.pointee
      if answer.kind == LaneQuestion.none { return answer }
      guard let reply else {
        end()
        fault = "broke the protocol of its process"
        return nil
      }
      reply(answer)
      lane.request.pointee.kind = LaneCall.hostAnswer
      post()
    }
  }

  private static func words(_ end: ProcessEnd) -> String {
    switch end {
    case .signal(let number): "crashed (signal \(number))"
    case .exit(let status): "ended its process (exit \(status))"
    }
  }

  private func over(_ words: String) {
    isOver = true
    fault = words
  }

  /// Ends the process now.
  func end() {
    guard !isOver else { return }
    isOver = true
    process.kill()
  }
}
