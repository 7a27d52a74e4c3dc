/// The lines of a descriptor, as the input of a stream.

final class LineInput: StreamInput {
  static let mostOfACall = 65_536
  static let skippedWords = "events left out"

  private let reader: LineReader
  private let interpreter: any LineInterpreter

  init(_ reader: LineReader, _ interpreter: any LineInterpreter) {
    self.reader = reader
    self.interpreter = interpreter
  }

  var place: Place { reader.place }
  var total: UInt64 { reader.input.size ?? 0 }
  var cursor: String { (interpreter.unfinished ?? reader.place).cursor }
  /// What an interpreter keeps while the sink has room is not finished yet.
  var isDrained: Bool { true }
  var skipped: [(kind: String, count: UInt64)] { interpreter.skipped }
  func takeWarning() -> String? { interpreter.takeWarning() }
  func drain(into sink: RecordSink) { interpreter.drain(into: sink) }
  func wake() { reader.wake() }

  func take(wait: Int32, into sink: RecordSink) -> StreamStep {
    switch reader.next(wait: wait) {
    case .line(let bytes, let place):
      if !bytes.isEmpty { interpreter.line(bytes, at: place, into: sink) }
      return .taken(1)
    case .tooLong(let place):
      sink.reject(place, "the line is longer than 1 MiB: split it, or leave it out")
      return .taken(0)
    case .waiting: return .waiting
    case .end:
      interpreter.end()
      return .end
    case .failed(let number): return .failed(number)
    }
  }
}

extension LineSource: FileSource {
  func stream(
    over descriptor: Int32, parameters: UnsafeRawBufferPointer, cursor: UnsafeRawBufferPointer, of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream {
    var start = Place.start
    if !cursor.isEmpty {
      guard let place = Place(cursor: cursor) else { throw .foreignCursor }
      start = place
    }
    return try stream(over: descriptor, parameters: parameters, from: start, of: host)
  }

  /// `ahead`: what was read from the descriptor already.
  func stream(
    over descriptor: Int32, ahead: [UInt8] = [], parameters: UnsafeRawBufferPointer, from start: Place,
    of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream {
    let interpreter = try open(parameters)
    interpreter.begin(SourcePictures(host))
    return FileStream(LineInput(LineReader(descriptor: descriptor, start: start, ahead: ahead), interpreter), of: host)
  }
}
