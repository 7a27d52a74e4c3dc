/// Outputs that wait for room in the sink, and the cursor that takes a restart back to the one that was not given yet.

/// Outputs in the order of the input.
///
/// Each is known by the place from which reading again leads to it, and by how many outputs come before it from
/// there. So a source needs a place to begin at now and then only (the start of a message or of a document), and a
/// restart still neither misses nor doubles anything.
public struct OutputQueue {
  private var waiting: [(output: any SourceOutput, from: Position)] = []
  private var next = 0
  /// What the next output will be known by.
  private var position: Position
  /// Outputs that an earlier run gave already.
  private var toLeaveOut: UInt64

  /// A place to read again from, and the outputs from there on that are done with.
  struct Position: Equatable {
    var place: Place
    var done: UInt64

    static let start = Position(place: .start, done: 0)
  }

  init(resuming position: Position = .start) {
    self.position = Position(place: position.place, done: 0)
    toLeaveOut = position.done
  }

  public mutating func add(_ output: any SourceOutput) {
    if toLeaveOut > 0 {
      toLeaveOut -= 1
    } else {
      waiting.append((output, position))
    }
    position.done &+= 1
  }

  public mutating func reject(_ place: Place, _ reason: String) { add(Rejection(place, reason)) }

  /// What follows can be had by reading from `place` on, without anything that came before it.
  public mutating func restart(at place: Place) {
    // A resumed run begins at such a place, and comes by it at once.
    guard place != position.place else { return }
    position = Position(place: place, done: 0)
    // Fewer outputs than an earlier run gave: the input is no longer the same, and what follows is new.
    toLeaveOut = 0
  }

  var isEmpty: Bool { next == waiting.count }
  public var count: Int { waiting.count - next }

  /// Where a restart goes on.
  var resumption: Position { isEmpty ? position : waiting[next].from }

  /// Puts out until the sink is full or nothing is left. Rejections need no room: at most so many a call.
  mutating func drain(into sink: RecordSink) {
    var given = 0
    while next < waiting.count, !sink.isFull, given < Self.mostOfACall {
      waiting[next].output.put(into: sink)
      next += 1
      given += 1
    }
    if next == waiting.count {
      waiting.removeAll(keepingCapacity: waiting.count < 4096)
      next = 0
    }
  }

  static let mostOfACall = 65_536
}

extension OutputQueue.Position {
  /// `outputs/1 OFFSET LINE DONE`.
  var cursor: String { "outputs/1 \(place.offset) \(place.line) \(done)" }

  /// Reads a cursor of `cursor`'s form; nil for anything else.
  init?(cursor: UnsafeRawBufferPointer) {
    let parts = cursor.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].elementsEqual("outputs/1".utf8),
      let offset = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[1])),
      let line = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[2])), line > 0,
      let done = Digits.decimal(UnsafeRawBufferPointer(rebasing: parts[3]))
    else { return nil }
    self.init(place: Place(line: line, offset: offset), done: done)
  }
}
