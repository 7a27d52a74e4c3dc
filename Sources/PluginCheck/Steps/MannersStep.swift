/// What a plugin must leave alone in a process that it shares: threads, signals, descriptors, the folder, the streams.

#if canImport(Glibc)
  import Glibc
#endif

/// The state of this process that a plugin has no business with.
struct ProcessManners: Equatable {
  var threads: Int
  /// By signal number: the handler's address and the flags.
  var handlers: [UInt]
  var blocked: [Bool]
  var descriptors: Int
  var folder: String
  var fileMode: mode_t
  var environment: [String]

  /// As it is now.
  static func now() -> ProcessManners {
    var handlers: [UInt] = []
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    var blocked: [Bool] = []
    for number in Int32(1)...31 {
      var action = sigaction()
      sigaction(number, nil, &action)
      handlers.append(UInt(bitPattern: unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)))
      blocked.append(sigismember(&mask, number) == 1)
    }
    let fileMode = umask(0)
    umask(fileMode)
    var environment: [String] = []
    var at = environ
    while let entry = at.pointee {
      environment.append(String(cString: entry))
      at += 1
    }
    let folder = getcwd(nil, 0)
    defer { free(folder) }
    return ProcessManners(
      threads: count("/proc/self/task"), handlers: handlers, blocked: blocked, descriptors: count("/proc/self/fd"),
      folder: folder.map { String(cString: $0) } ?? "", fileMode: fileMode, environment: environment)
  }

  private static func count(_ folder: String) -> Int {
    guard let directory = opendir(folder) else { return 0 }
    defer { closedir(directory) }
    var entries = 0
    while readdir(directory) != nil { entries += 1 }
    return entries
  }

  /// What a plugin changed, in words.
  func changes(since before: ProcessManners) -> [String] {
    var out: [String] = []
    if threads > before.threads { out.append("left \(threads - before.threads) threads running behind its instance") }
    for (index, pair) in zip(handlers, before.handlers).enumerated() where pair.0 != pair.1 {
      out.append("installed a handler of signal \(index + 1) (\(String(cString: strsignal(Int32(index + 1)))))")
    }
    if blocked != before.blocked { out.append("changed which signals are blocked") }
    if descriptors > before.descriptors { out.append("left \(descriptors - before.descriptors) descriptors open") }
    if folder != before.folder { out.append("changed the working folder to \(folder)") }
    if fileMode != before.fileMode { out.append("changed the umask") }
    if environment != before.environment { out.append("changed the environment") }
    return out
  }
}
