/// A program that this process starts in a child: with which descriptors and surroundings, and how it ends.

#if canImport(Glibc)
  import Glibc
#endif

/// How a child ended.
public enum ProcessEnd: Sendable, Hashable, CustomStringConvertible {
  case exit(Int32)
  case signal(Int32)

  fileprivate init(_ status: Int32) {
    self = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  public var description: String {
    switch self {
    case .exit(let status): "ended with exit status \(status)"
    case .signal(let number): "crashed: " + (strsignal(number).map { String(cString: $0) } ?? "signal \(number)")
    }
  }
}

/// A child that was started. One thread at a time; whoever has it waits for it or ends it.
package final class SpawnedProcess {
  package let pid: pid_t
  private var end: ProcessEnd?

  /// Starts a program. Nil where that cannot be done.
  ///
  /// - Parameters:
  ///   - arguments: the program's own name first.
  ///   - environment: nil for that of this process.
  ///   - descriptors: which of this process's are to have which numbers in the child, numbers below 16 or their own.
  ///     Others are not for it to have: they have to be close-on-exec.
  ///   - inheritsStreams: it shares this process's standard streams; else they lead nowhere, but where `descriptors` says so.
  package init?(
    _ program: String, arguments: [String], environment: [String]? = nil, descriptors: [(own: Int32, inChild: Int32)],
    inheritsStreams: Bool = false
  ) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if !inheritsStreams {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    var copies: [Int32] = []
    defer { for copy in copies { close(copy) } }
    for (own, inChild) in descriptors {
      // One put in its own place loses its close-on-exec.
      guard own != inChild else {
        posix_spawn_file_actions_adddup2(&actions, own, own)
        continue
      }
      // Above the numbers that others are to have.
      let copy = fcntl(own, F_DUPFD_CLOEXEC, 16)
      guard copy >= 0 else { return nil }
      copies.append(copy)
      posix_spawn_file_actions_adddup2(&actions, copy, inChild)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals as a program expects them, whatever this process blocks.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = Self.copied(arguments)
    var surroundings = Self.copied(environment ?? [])
    defer { for text in words + surroundings { free(text) } }
    var pid = pid_t()
    let status =
      environment == nil
      ? posix_spawn(&pid, program, &actions, &attributes, &words, environ)
      : posix_spawn(&pid, program, &actions, &attributes, &words, &surroundings)
    guard status == 0 else { return nil }
    self.pid = pid
  }

  private static func copied(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }

  /// How it ended; nil while it runs.
  package func poll() -> ProcessEnd? { collect(WNOHANG) }

  /// Waits for its end.
  @discardableResult
  package func wait() -> ProcessEnd { collect(0) ?? .exit(0) }

  /// Ends it now, unless it has ended.
  package func kill() {
    guard end == nil else { return }
    Glibc.kill(pid, SIGKILL)
    wait()
  }

  private func collect(_ options: Int32) -> ProcessEnd? {
    if let end { return end }
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(pid, &status, options) } while result < 0 && errno == EINTR
    // Where somebody else has waited for it, it is gone all the same.
    if result != 0 { end = ProcessEnd(result == pid ? status : 0) }
    return end
  }
}
