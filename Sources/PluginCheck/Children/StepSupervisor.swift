/// Runs one step in a child, and turns its crash, its hang and what it prints into findings.

#if canImport(Glibc)
  import Glibc
#endif

struct StepSupervisor {
  /// How long a child may say nothing before it hangs, in seconds.
  let patience: Int
  /// Bytes of a standard stream that are kept for the report.
  private static let kept = 4096

  /// - Parameter arguments: of this program, so that it makes the step.
  func run(_ step: CheckStep, arguments: [String]) -> StepReport {
    var report = StepReport(step: step)
    guard let child = ChildProcess.start(arguments: arguments, inheritsOutput: false) else {
      report.findings.append(Finding(.fault, "no process can be started for it"))
      return report
    }
    var channel: [UInt8] = []
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var printed = 0
    var place: String?
    var isDone = false
    var open = [child.report, child.output, child.errors]
    var hangs = false
    while open.contains(where: { $0 >= 0 }) {
      var watched = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let ready = Glibc.poll(&watched, 3, Int32(patience) * 1000)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else {
        hangs = child.poll() == nil
        child.kill()
        break
      }
      for index in 0..<3 where watched[index].revents != 0 {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(open[index], &piece, piece.count)
        guard count > 0 else {
          open[index] = -1
          continue
        }
        switch index {
        case 0:
          channel += piece[..<count]
          for message in Self.take(&channel) {
            switch message {
            case .finding(let finding): report.findings.append(finding)
            case .figure(let figure): report.figures.append(figure)
            case .skipped(let reason): report.skipped = reason
            case .place(let text): place = text
            case .done: isDone = true
            }
          }
        case 1:
          printed += count
          output += piece[..<min(count, Self.kept - output.count)]
        default: errors = (errors + piece[..<count]).suffix(Self.kept)
        }
      }
    }
    let end = child.wait()
    let whereabouts = place.map { " (\($0))" } ?? ""
    let last = Self.lastLine(errors)
    if hangs {
      report.findings.append(Finding(.fault, "hangs: nothing came for \(patience) s\(whereabouts)"))
    } else if case .signal = end {
      report.findings.append(Finding(.fault, "\(end)\(whereabouts)\(last.map { ": \($0)" } ?? "")"))
    } else if !isDone {
      report.findings.append(
        Finding(.fault, "ended the process\(whereabouts): it \(end)\(last.map { ": \($0)" } ?? "")"))
    } else {
      if printed > 0 {
        report.findings.append(
          Finding(.fault, "wrote \(printed) bytes to standard output: \(Self.lastLine(output) ?? "")"))
      }
      if let last { report.findings.append(Finding(.fault, "wrote to standard error: \(last)")) }
    }
    return report
  }

  private static func take(_ bytes: inout [UInt8]) -> [StepMessage] {
    var out: [StepMessage] = []
    while let end = bytes.firstIndex(of: 0x0A) {
      if let message = StepMessage(String(decoding: bytes[..<end], as: UTF8.self)) { out.append(message) }
      bytes.removeSubrange(...end)
    }
    return out
  }

  private static func lastLine(_ bytes: [UInt8]) -> String? {
    let lines = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    return lines.last { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(300)) }
  }
}
