/// A child process that loads plugins before this one does: a crash, a hang or a wrong ABI there is a line of an error, not a
/// dead daemon.
///
/// One child takes all files of a search, one after the other, and answers a line each. Where it dies or falls silent, the
/// file that it was at is tried again in a child of its own, for another one may have done the damage; then it goes on with
/// the next.

import Evidence
import JSON

#if canImport(Glibc)
  import Glibc
#endif

public struct DescribingChild: Sendable {
  /// The program that has ``describeAll(_:)`` as `plugin host --describe`.
  public var program: String
  /// How long one plugin may take to load and to describe itself.
  public var milliseconds: Int32 = 10_000

  public init(program: String) { self.program = program }

  /// This program where it is Vedette, else a `vedette` beside it; nil where there is neither.
  public static func standard() -> DescribingChild? {
    guard let own = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(own) }
    var parts = String(cString: own).split(separator: "/", omittingEmptySubsequences: false)
    parts[parts.count - 1] = "vedette"
    let program = parts.joined(separator: "/")
    return access(program, X_OK) == 0 ? DescribingChild(program: program) : nil
  }

  /// What became of a file there.
  public enum Answer: Sendable, Hashable {
    /// Its description as JSON (``Plugin/json``).
    case described(String)
    case refused(PluginError)
  }

  /// Has all files described, in order.
  public func describe(_ files: [SealedFile]) -> [Answer] {
    var answers: [Answer] = []
    while answers.count < files.count {
      let left = Array(files[answers.count...])
      let (said, fault) = ask(left)
      answers += said
      guard let fault, answers.count < files.count else { continue }
      // The first that a child was shown can blame nobody else.
      if said.isEmpty {
        answers.append(.refused(fault))
        continue
      }
      let (alone, ownFault) = ask([files[answers.count]])
      answers.append(alone.first ?? .refused(ownFault ?? fault))
    }
    return answers
  }

  /// One child, and how far it came; the fault is of the first file without an answer.
  private func ask(_ files: [SealedFile]) -> (said: [Answer], fault: PluginError?) {
    guard let first = files.first else { return ([], nil) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      return ([], PluginError(.file, first.path, "no pipe to the child that would describe it"))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let child = spawn(files, output: ends[1])
    close(ends[1])
    guard let child else {
      return ([], PluginError(.file, first.path, "no child to describe it: \(program) cannot be started"))
    }
    var lines = ChildLines(descriptor: ends[0], milliseconds: milliseconds)
    var said: [Answer] = []
    while said.count < files.count, let line = lines.next() {
      said.append(Self.answer(line, files[said.count].path))
    }
    if lines.isLate || lines.isTooLong || said.count == files.count { child.kill() }
    let end = child.wait()
    guard said.count < files.count else { return (said, nil) }
    let words =
      if lines.isLate {
        "hung: \(milliseconds) ms were not enough to load and describe it"
      } else if lines.isTooLong {
        "describes itself with more than \(ChildLines.mostBytes) bytes"
      } else {
        switch end {
        case .signal(let number): "crashed the child that loaded it (signal \(number))"
        case .exit(let status): "ended the child that loaded it (exit \(status))"
        }
      }
    return (said, PluginError(.image, files[said.count].path, words))
  }

  private func spawn(_ files: [SealedFile], output: Int32) -> SpawnedProcess? {
    let sealed = files.map(\.descriptor).filter { $0 >= 0 }
    return SpawnedProcess(
      program, arguments: [program, "plugin", "host", "--describe"] + files.map { $0.loadName },
      descriptors: [(own: output, inChild: 1)] + sealed.map { (own: $0, inChild: $0) })
  }

  private static func answer(_ line: String, _ path: String) -> Answer {
    guard line.hasPrefix(#"{"error":"#), let error = try? JSONValue(parsing: line)["error"] else {
      return .described(line)
    }
    let kind = PluginError.Kind(rawValue: error["kind"]?.string ?? "") ?? .image
    return .refused(PluginError(kind, path, error["words"]?.string ?? "is refused, without words"))
  }

  // MARK: Within the child

  /// Loads each file and writes its description, or `{"error":{"kind":…,"words":…}}`, as a line to standard output. What a
  /// plugin writes there itself goes to standard error. [main]
  public static func describeAll(_ paths: [String]) {
    let output = fcntl(1, F_DUPFD_CLOEXEC, 3)
    _ = dup2(2, 1)
    for path in paths {
      var w = JSONWriter()
      do throws(PluginError) {
        try Plugin(SealedFile(path: path)).write(to: &w)
      } catch {
        w.beginObject()
        w.key("error")
        w.beginObject()
        w.member("kind", error.kind.rawValue)
        w.member("words", error.words)
        w.endObject()
        w.endObject()
      }
      w.newline()
      var at = 0
      w.withBytes { bytes in
        while at < bytes.count {
          let count = write(output, bytes.baseAddress.map { $0 + at }, bytes.count - at)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else { return }
          at += count
        }
      }
    }
    close(output)
  }
}

/// The lines of a child, each within its time.
private struct ChildLines {
  /// Of one line: larger than any description should be, small enough to be kept.
  static let mostBytes = 16 << 20

  private let descriptor: Int32
  private let milliseconds: Int32
  private var bytes: [UInt8] = []
  private var looked = 0
  private(set) var isLate = false
  private(set) var isTooLong = false

  init(descriptor: Int32, milliseconds: Int32) {
    self.descriptor = descriptor
    self.milliseconds = milliseconds
  }

  mutating func next() -> String? {
    let deadline = Int64(clamping: MonotonicClock.milliseconds()) + Int64(milliseconds)
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = bytes[looked...].firstIndex(of: 0x0A) {
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeFirst(end + 1)
        looked = 0
        return line
      }
      looked = bytes.count
      guard bytes.count <= Self.mostBytes else {
        isTooLong = true
        return nil
      }
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wanted, 1, Int32(clamping: max(0, deadline - Int64(clamping: MonotonicClock.milliseconds()))))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else {
        isLate = true
        return nil
      }
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes += piece[..<count]
    }
  }
}
