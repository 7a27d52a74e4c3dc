/// A source whose inputs are lines or documents, which its parameters, its cursor or the input's first bytes tell.

import Glibc
import VedettePluginABI

/// A stream, of whichever kind.
protocol PumpedStream: AnyObject {
  func next(_ raw: UnsafePointer<vdt_sink>, max: UInt64, wait: UInt64, _ result: inout vdt_next_result) -> Int32
  func close()
  func wake()
  func progress(_ progress: inout vdt_progress)
}

extension SourceStream: PumpedStream {}
extension DocumentStream: PumpedStream {}

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

/// The calls of the ABI for such a source. NULL is answered with an error.
public enum MixedCalls {
  private final class Instance {
    let host: UnsafePointer<vdt_host>
    let source: MixedSource

    init(host: UnsafePointer<vdt_host>, source: MixedSource) {
      self.host = host
      self.source = source
    }

    func fail(_ text: String) -> Int32 { withText(text) { host.pointee.fail(host, VDT_E_CONFIG, $0) } }
  }

  private final class Stream {
    let inner: any PumpedStream
    init(_ inner: any PumpedStream) { self.inner = inner }
  }

  /// The table of an interface; `sniff` is added by the plugin's descriptor.
  public static var table: vdt_source {
    var table = vdt_source()
    table.open = { MixedCalls.open($0, $1, $2, $3, $4) }
    table.next = { raw, sink, max, wait, result in
      guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
      return MixedCalls.stream(raw).next(sink, max: max, wait: wait, &result.pointee)
    }
    table.close = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      MixedCalls.stream(raw).close()
      Unmanaged<Stream>.fromOpaque(UnsafeRawPointer(raw)).release()
      return VDT_OK
    }
    table.wake = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      MixedCalls.stream(raw).wake()
      return VDT_OK
    }
    table.progress = { raw, progress in
      guard let raw, let progress else { return VDT_E_ARGUMENT }
      MixedCalls.stream(raw).progress(&progress.pointee)
      return VDT_OK
    }
    return table
  }

  public static func create(
    _ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ source: MixedSource
  ) -> Int32 {
    guard let host, let out else { return VDT_E_ARGUMENT }
    out.pointee = OpaquePointer(Unmanaged.passRetained(Instance(host: host, source: source)).toOpaque())
    return VDT_OK
  }

  public static func destroy(_ instance: OpaquePointer?) -> Int32 {
    guard let instance else { return VDT_E_ARGUMENT }
    Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(instance)).release()
    return VDT_OK
  }

  public static func sniff(
    _ start: vdt_bytes, _ name: vdt_str, _ certainty: UnsafeMutablePointer<UInt32>?, _ source: MixedSource
  ) -> Int32 {
    guard let certainty else { return VDT_E_ARGUMENT }
    let file = String(decoding: name.buffer, as: UTF8.self)
    certainty.pointee = min(
      max(source.lines.sniff(start.buffer, file), source.documents.sniff(start.buffer, file)), 100)
    return VDT_OK
  }

  private static func open(
    _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ fd: Int32, _ cursor: vdt_bytes,
    _ out: UnsafeMutablePointer<OpaquePointer?>?
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
    guard fd >= 0 else { return owner.fail("this source reads a file and was given none: name one") }
    let lines = Place(cursor: cursor.buffer)
    let documents = OutputQueue.Position(cursor: cursor.buffer)
    guard cursor.buffer.isEmpty || lines != nil || documents != nil else {
      return owner.fail("the stored cursor is of another form: remove the source and add it again")
    }
    var status = stat()
    let isFile = fstat(fd, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    var ahead: [UInt8] = []
    var isDocument = documents != nil
    if cursor.buffer.isEmpty {
      let start = start(of: fd, isFile: isFile)
      isDocument = start.withUnsafeBytes { owner.source.isDocument($0, parameters.buffer) } ?? false
      // What came out of a pipe does not come again.
      if !isFile { ahead = start }
    }
    let inner: any PumpedStream
    do throws(SourceFailure) {
      if isDocument {
        inner = DocumentStream(
          instance: DocumentInstance(host: owner.host, source: owner.source.documents), descriptor: fd,
          ahead: ahead,
          interpreter: try owner.source.documents.open(parameters.buffer),
          from: documents ?? OutputQueue.Position(place: .start, done: 0))
      } else {
        inner = SourceStream(
          instance: SourceInstance(host: owner.host, source: owner.source.lines),
          reader: LineReader(descriptor: fd, start: lines ?? .start, ahead: ahead),
          interpreter: try owner.source.lines.open(parameters.buffer),
          total: isFile ? UInt64(clamping: status.st_size) : 0)
      }
    } catch {
      return owner.fail(error.reason)
    }
    out.pointee = OpaquePointer(Unmanaged.passRetained(Stream(inner)).toOpaque())
    return VDT_OK
  }

  private static func stream(_ raw: OpaquePointer) -> any PumpedStream {
    Unmanaged<Stream>.fromOpaque(UnsafeRawPointer(raw)).takeUnretainedValue().inner
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
