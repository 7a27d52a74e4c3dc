/// Runs this program again each time one of its files changes: a plugin that was rebuilt is loaded by a new process, so
/// that no image has to be unmapped and a crash ends nothing but that run.

import PluginCheck

#if canImport(Glibc)
  import Glibc
#endif

struct Watch {
  private let paths: [String]
  /// How often files are looked at, in milliseconds.
  private static let interval: Int32 = 200

  init(_ paths: [String]) { self.paths = paths }

  /// The arguments of this process, without its name.
  static var ownArguments: [String] { Array(CommandLine.arguments.dropFirst()) }

  /// Runs until interrupted.
  func rerun(_ arguments: [String]) throws -> Never {
    while true {
      let seen = settled()
      guard let child = ChildProcess.start(arguments: arguments, inheritsOutput: true) else {
        throw Failure.usage("--watch: no process can be started")
      }
      var end: ChildProcess.End?
      while stamps() == seen {
        if end == nil, let ended = child.poll() {
          end = ended
          if case .signal = ended { StandardError.line("vedette: the plugin \(ended)") }
          StandardError.line("vedette: waiting for \(paths[0]) to change")
        }
        poll(nil, 0, Self.interval)
      }
      if end == nil { child.kill() }
      StandardError.line("vedette: changed, running again")
    }
  }

  /// The files' stamps, once they have not changed for one interval: a linker writes its output in several steps.
  private func settled() -> [FileStamp?] {
    var last = stamps()
    while true {
      poll(nil, 0, Self.interval)
      let now = stamps()
      if now == last, now[0] != nil { return now }
      last = now
    }
  }

  private func stamps() -> [FileStamp?] { paths.map { FileStamp($0) } }
}

/// What changes when a file is written or replaced.
private struct FileStamp: Equatable {
  var inode: UInt
  var size: Int
  var seconds: Int
  var nanoseconds: Int

  init?(_ path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    inode = UInt(info.st_ino)
    size = Int(info.st_size)
    seconds = info.st_mtim.tv_sec
    nanoseconds = info.st_mtim.tv_nsec
  }
}

/// Whether a file or folder is there.
struct FileState {
  let isThere: Bool
  init(_ path: String) { isThere = access(path, F_OK) == 0 }
}
