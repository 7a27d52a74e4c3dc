/// A source whose inputs are lines or documents, which its parameters, its cursor or the input's first bytes tell.

import Glibc
import VedettePluginABI

/// What the plugin's descriptor is made of. Knows no instance.
public struct MixedSource: Sendable {
  public var lines: LineSource
  public var documents: DocumentSource
  /// Whether an input is a document, by its first bytes and the parameters. Nil: neither tells.
  public var isDocument: @Sendable (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool?

  public init(
    lines: LineSource, documents: DocumentSource,
    isDocument: @escaping @Sendable (_ start: UnsafeRawBufferPointer, _ parameters: UnsafeRawBufferPointer) -> Bool?
  ) {
    self.lines = lines
    self.documents = documents
    self.isDocument = isDocument
  }
}

extension MixedSource: FileSource {
  public var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32 {
    { max(lines.sniff($0, $1), documents.sniff($0, $1)) }
  }

  func stream(
    over descriptor: Int32, parameters: UnsafeRawBufferPointer, cursor: UnsafeRawBufferPointer, of host: SourceHost
  ) throws(SourceFailure) -> any SourceStream {
    let place = Place(cursor: cursor)
    let position = OutputQueue.Position(cursor: cursor)
    guard cursor.isEmpty || place != nil || position != nil else { throw .foreignCursor }
    var ahead: [UInt8] = []
    var isDocument = position != nil
    if cursor.isEmpty {
      let isFile = InputDescriptor.size(of: descriptor) != nil
      let start = Self.start(of: descriptor, isFile: isFile)
      isDocument = start.withUnsafeBytes { self.isDocument($0, parameters) } ?? false
      // What came out of a pipe does not come again.
      if !isFile { ahead = start }
    }
    return isDocument
      ? try documents.stream(
        over: descriptor, ahead: ahead, parameters: parameters, from: position ?? .start, of: host)
      : try lines.stream(over: descriptor, ahead: ahead, parameters: parameters, from: place ?? .start, of: host)
  }

  /// The first bytes, at most 4 KiB: of a file, which stays where it is, or of a pipe within a second, after which nobody
  /// waits for it here.
  private static func start(of fd: Int32, isFile: Bool) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = 0
    if isFile {
      count = pread(fd, &bytes, bytes.count, 0)
    } else {
      var watched = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
      if poll(&watched, 1, 1000) > 0 { count = read(fd, &bytes, bytes.count) }
    }
    return Array(bytes.prefix(max(count, 0)))
  }
}
