/// The bytes of a descriptor, as the input of a stream of documents.

final class DocumentInput: StreamInput {
  /// Bytes.
  static let mostOfACall = 8 << 20
  static let skippedWords = "left out"

  private let reader: PieceReader
  private let interpreter: any DocumentInterpreter
  private var queue: OutputQueue

  init(_ reader: PieceReader, _ interpreter: any DocumentInterpreter, from position: OutputQueue.Position) {
    self.reader = reader
    self.interpreter = interpreter
    queue = OutputQueue(resuming: position)
  }

  var place: Place { reader.place }
  var total: UInt64 { reader.input.size ?? 0 }
  var cursor: String { queue.resumption.cursor }
  var isDrained: Bool { queue.isEmpty }
  var skipped: [(kind: String, count: UInt64)] { interpreter.skipped }
  func takeWarning() -> String? { interpreter.takeWarning() }
  func drain(into sink: RecordSink) { queue.drain(into: sink) }
  func wake() { reader.wake() }

  func take(wait: Int32, into sink: RecordSink) -> StreamStep {
    switch reader.next(wait: wait) {
    case .piece(let piece, let place):
      interpreter.take(piece, at: place, into: &queue)
      return .taken(piece.count + interpreter.takeEffort())
    case .waiting: return .waiting
    case .end:
      interpreter.end(at: reader.place, into: &queue)
      return .end
    case .failed(let number): return .failed(number)
    }
  }
}

extension DocumentSource: FileSource {
  func stream(
    over descriptor: Int32, parameters: UnsafeRawBufferPointer, cursor: UnsafeRawBufferPointer, of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream {
    var position = OutputQueue.Position.start
    if !cursor.isEmpty {
      guard let stored = OutputQueue.Position(cursor: cursor) else { throw .foreignCursor }
      position = stored
    }
    return try stream(over: descriptor, parameters: parameters, from: position, of: host)
  }

  /// `ahead`: what was read from the descriptor already.
  func stream(
    over descriptor: Int32, ahead: [UInt8] = [], parameters: UnsafeRawBufferPointer,
    from position: OutputQueue.Position,
    of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream {
    let interpreter = try open(parameters)
    interpreter.begin(SourcePictures(host))
    let reader = PieceReader(descriptor: descriptor, start: position.place, ahead: ahead)
    return FileStream(DocumentInput(reader, interpreter, from: position), of: host)
  }
}
