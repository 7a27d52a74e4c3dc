/// This program in another process, where a plugin may crash or hang without taking the caller along.

#if canImport(Glibc)
  import Glibc
#endif

/// A child that was started and not yet waited for. Used by one thread.
public final class ChildProcess {
  public enum End: Sendable, Hashable, CustomStringConvertible {
    case exit(Int32)
    case signal(Int32)

    public var description: String {
      switch self {
      case .exit(let status): "ended with exit status \(status)"
      case .signal(let number): "crashed: " + (strsignal(number).map { String(cString: $0) } ?? "signal \(number)")
      }
    }
  }

  /// Number of the descriptor on which a child reports.
  static let reportDescriptor: Int32 = 3

  private let pid: pid_t
  private var end: End?
  /// What the child reports, and what it writes to its standard streams; −1 where they are those of this process.
  let report: Int32
  let output: Int32
  let errors: Int32

  private init(pid: pid_t, report: Int32, output: Int32, errors: Int32) {
    self.pid = pid
    self.report = report
    self.output = output
    self.errors = errors
  }

  deinit {
    if end == nil { kill() }
    for descriptor in [report, output, errors] where descriptor >= 0 { close(descriptor) }
  }

  /// Starts a program, this one unless said otherwise. Nil where that cannot be done.
  ///
  /// - Parameter inheritsOutput: the child shares this process's standard streams and reports nothing.
  public static func start(
    _ program: String = "/proc/self/exe", arguments: [String], inheritsOutput: Bool
  ) -> ChildProcess? {
    var reads: [Int32] = []
    var writes: [Int32] = []
    defer { for descriptor in writes { close(descriptor) } }
    if !inheritsOutput {
      for _ in 0..<3 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
          for descriptor in reads { close(descriptor) }
          return nil
        }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        // Above the numbers that they are to become in the child.
        let write = fcntl(ends[1], F_DUPFD_CLOEXEC, 16)
        close(ends[1])
        reads.append(ends[0])
        writes.append(write)
      }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if !inheritsOutput {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      for (target, descriptor) in zip([reportDescriptor, 1, 2], writes) {
        posix_spawn_file_actions_adddup2(&actions, descriptor, target)
      }
    }
    let words = [CommandLine.arguments.first ?? "vedette"] + arguments
    // The runtime's own report of a crash takes seconds and says nothing of a plugin in C.
    let surroundings = environmentList().filter { !$0.hasPrefix("SWIFT_BACKTRACE=") } + ["SWIFT_BACKTRACE=enable=no"]
    var pid = pid_t()
    let status = withCStrings(words) { arguments in
      withCStrings(surroundings) { environment in
        posix_spawn(&pid, program, &actions, nil, arguments, environment)
      }
    }
    guard status == 0 else {
      for descriptor in reads { close(descriptor) }
      return nil
    }
    return ChildProcess(
      pid: pid, report: reads.first ?? -1, output: reads.isEmpty ? -1 : reads[1], errors: reads.isEmpty ? -1 : reads[2])
  }

  /// How it ended; nil while it runs.
  public func poll() -> End? { collect(WNOHANG) }

  /// Waits for its end.
  public func wait() -> End { collect(0) ?? .exit(0) }

  /// Ends it now.
  public func kill() {
    guard end == nil else { return }
    Glibc.kill(pid, SIGKILL)
    _ = wait()
  }

  private func collect(_ options: Int32) -> End? {
    if let end { return end }
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(pid, &status, options) } while result < 0 && errno == EINTR
    if result == pid { end = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F) }
    return end
  }
}

private func environmentList() -> [String] {
  var out: [String] = []
  var at = environ
  while let entry = at.pointee {
    out.append(String(cString: entry))
    at += 1
  }
  return out
}

/// Calls `body` with a NULL-terminated vector of strings, valid for the call.
private func withCStrings<R>(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
  var copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
  copies.append(nil)
  defer { for copy in copies { free(copy) } }
  return copies.withUnsafeBufferPointer { buffer in
    // Never empty: it ends with NULL.
    body(buffer.baseAddress.unsafelyUnwrapped)
  }
}
