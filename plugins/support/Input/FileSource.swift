/// What is the same for all sources that read the file or the pipe which the host opens.

/// A source of lines, of documents, or of either.
protocol FileSource: Source {
  /// A stream over a descriptor. `parameters` and `cursor` are valid for the call.
  func stream(
    over descriptor: Int32, parameters: UnsafeRawBufferPointer, cursor: UnsafeRawBufferPointer, of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream
}

extension FileSource {
  public func instance(of host: SourceHost) -> any SourceInstance { FileInstance(host, self) }
}

private final class FileInstance: SourceInstance {
  let host: SourceHost
  private let source: any FileSource

  init(_ host: SourceHost, _ source: any FileSource) {
    self.host = host
    self.source = source
  }

  func open(
    _ interface: SourceInterface, parameters: UnsafeRawBufferPointer, descriptor: Int32,
    cursor: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> any SourceStream {
    guard descriptor >= 0 else { throw SourceFailure("this source reads a file and was given none: name one") }
    return try source.stream(over: descriptor, parameters: parameters, cursor: cursor, of: host)
  }
}
