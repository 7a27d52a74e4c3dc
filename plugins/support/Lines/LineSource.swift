/// What a source that reads lines has to be: one type that knows the lines, the rest is here.

/// Turns lines into records. One thread at a time.
public protocol LineInterpreter: AnyObject {
  /// Once, before all else: what lies beside the input.
  func begin(_ pictures: SourcePictures)
  /// Reads one line (valid for the call). Puts its records into the sink, keeps them for `drain`, or reports the line.
  func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink)
  /// Puts what is kept into the sink until that is full or nothing is left.
  func drain(into sink: RecordSink)
  /// Nothing follows: what waited for more lines is kept for `drain`.
  func end()
  /// The first line that a restart has to read again, nil where all that was read is done with.
  var unfinished: Place? { get }
  /// What was read over, by kind: said in the log when the stream ends, in order.
  var skipped: [(kind: String, count: UInt64)] { get }
  /// Something that a person should know, once: taken by the stream after each call.
  func takeWarning() -> String?
}

extension LineInterpreter {
  public func begin(_ pictures: SourcePictures) {}
  public func drain(into sink: RecordSink) {}
  public func end() {}
  public var unfinished: Place? { nil }
  public var skipped: [(kind: String, count: UInt64)] { [] }
  public func takeWarning() -> String? { nil }
}

/// A source of lines: what the plugin's descriptor is made of. Knows no instance.
public struct LineSource: Sendable {
  /// 0 (not mine) … 100 for the first 64 KiB of an input and its file's name.
  public var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32
  /// An interpreter with the parameters' JSON text, empty where there are none.
  public var open: @Sendable (UnsafeRawBufferPointer) throws(SourceFailure) -> any LineInterpreter

  public init(
    sniff: @escaping @Sendable (UnsafeRawBufferPointer, String) -> UInt32,
    open: @escaping @Sendable (UnsafeRawBufferPointer) throws(SourceFailure) -> any LineInterpreter
  ) {
    self.sniff = sniff
    self.open = open
  }
}

/// The whole lines of the start of an input, at most `limit` of them: the last one only where it has an end or is alone.
public func wholeLines(of start: UnsafeRawBufferPointer, limit: Int = 32) -> [UnsafeRawBufferPointer] {
  var lines: [UnsafeRawBufferPointer] = []
  var rest = start.starts(with: [0xef, 0xbb, 0xbf]) ? UnsafeRawBufferPointer(rebasing: start[3...]) : start
  while lines.count < limit, !rest.isEmpty {
    guard let end = rest.firstIndex(of: 0x0a) else {
      // 64 KiB were shown and the line goes on: half a line says nothing.
      if start.count < 65_536 { lines.append(rest) }
      break
    }
    let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
    if !line.isEmpty { lines.append(line) }
    rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
  }
  return lines
}
