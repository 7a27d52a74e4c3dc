/// How much memory the program took at most.

#if canImport(Glibc)
  import Glibc
#endif

enum PeakMemory {
  /// Peak resident memory of this program in bytes.
  ///
  /// proc_pid_status(5): VmHWM begins with the program. What getrusage(2) tells, where there is no such file, counts what the process
  /// was forked from, too.
  static var bytes: Int64 {
    if let status = try? readTextFile("/proc/self/status", limit: 1 << 16), let peak = bytes(in: status) { return peak }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int64(usage.ru_maxrss) &* 1024
  }

  /// The peak that a process's status tells, nil where it tells none.
  static func bytes(in status: String) -> Int64? {
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count == 3, words[2] == "kB", let kibibytes = Int64(words[1]), kibibytes >= 0 else { return nil }
      let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
      return overflow ? nil : bytes
    }
    return nil
  }
}
