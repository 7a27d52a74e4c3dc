/// What a source that reads whole documents, and not lines, has to be: one type that knows the documents, the rest is
/// here.

/// A thing that a source tells: a record, or why there is none.
public protocol SourceOutput {
  func put(into sink: RecordSink)
}

/// A part of the input that is no record: where, and why.
public struct Rejection: SourceOutput, Equatable, Sendable {
  public var place: Place
  public var reason: String

  public init(_ place: Place, _ reason: String) {
    self.place = place
    self.reason = reason
  }

  public func put(into sink: RecordSink) { sink.reject(place, reason) }
}

/// Turns the bytes of an input into outputs. One thread at a time.
///
/// What it puts out must depend on nothing but the bytes from the last ``OutputQueue/restart(at:)`` on, however they
/// are cut into pieces: a restart reads them again and leaves out what was given before.
public protocol DocumentInterpreter: AnyObject {
  /// Once, before all else: what lies beside the input.
  func begin(_ pictures: SourcePictures)
  /// Takes the next bytes, valid for the call; the first of them stands at `place`.
  func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue)
  /// The work since this was last asked that the number of bytes does not tell, in bytes of ordinary reading.
  func takeEffort() -> Int
  /// Nothing follows.
  func end(at place: Place, into queue: inout OutputQueue)
  /// What was read over, by kind: said in the log when the stream ends, in order.
  var skipped: [(kind: String, count: UInt64)] { get }
  /// Something that a person should know, once: taken by the stream after each call.
  func takeWarning() -> String?
}

extension DocumentInterpreter {
  public func begin(_ pictures: SourcePictures) {}
  public func takeEffort() -> Int { 0 }
  public var skipped: [(kind: String, count: UInt64)] { [] }
  public func takeWarning() -> String? { nil }
}

/// A source of documents: what the plugin's descriptor is made of. Knows no instance.
public struct DocumentSource: Sendable {
  /// 0 (not mine) … 100 for the first 64 KiB of an input and its file's name.
  public var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32
  /// An interpreter with the parameters' JSON text, empty where there are none.
  public var open: @Sendable (UnsafeRawBufferPointer) throws(SourceFailure) -> any DocumentInterpreter

  public init(
    sniff: @escaping @Sendable (UnsafeRawBufferPointer, String) -> UInt32,
    open: @escaping @Sendable (UnsafeRawBufferPointer) throws(SourceFailure) -> any DocumentInterpreter
  ) {
    self.sniff = sniff
    self.open = open
  }
}
