/// This program in another process, where a plugin may crash or hang without taking the caller along.

import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// A child that was started and not yet waited for. Used by one thread.
public final class ChildProcess {
  public typealias End = ProcessEnd

  /// Number of the descriptor on which a child reports.
  static let reportDescriptor: Int32 = 3

  private let process: SpawnedProcess
  /// What the child reports, and what it writes to its standard streams; −1 where they are those of this process.
  let report: Int32
  let output: Int32
  let errors: Int32

  private init(_ process: SpawnedProcess, report: Int32, output: Int32, errors: Int32) {
    self.process = process
    self.report = report
    self.output = output
    self.errors = errors
  }

  deinit {
    kill()
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
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reads.append(ends[0])
        writes.append(ends[1])
      }
    }
    // The runtime's own report of a crash takes seconds and says nothing of a plugin in C.
    let surroundings = environmentList().filter { !$0.hasPrefix("SWIFT_BACKTRACE=") } + ["SWIFT_BACKTRACE=enable=no"]
    let process = SpawnedProcess(
      program, arguments: [CommandLine.arguments.first ?? "vedette"] + arguments, environment: surroundings,
      descriptors: zip(writes, [reportDescriptor, 1, 2]).map { (own: $0, inChild: $1) },
      inheritsStreams: inheritsOutput)
    guard let process else {
      for descriptor in reads { close(descriptor) }
      return nil
    }
    return ChildProcess(
      process, report: reads.first ?? -1, output: reads.isEmpty ? -1 : reads[1], errors: reads.isEmpty ? -1 : reads[2])
  }

  /// How it ended; nil while it runs.
  public func poll() -> End? { process.poll() }

  /// Waits for its end.
  public func wait() -> End { process.wait() }

  /// Ends it now.
  public func kill() { process.kill() }
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
