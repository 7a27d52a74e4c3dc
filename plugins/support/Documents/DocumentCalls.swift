/// The calls of the ABI for a source of documents, made into calls of Swift.

import Glibc
import VedettePluginABI

/// What a plugin passes to ``SourcePlugin`` as its own table, `create` and `destroy`. NULL is answered with an error.
public enum DocumentCalls {
  /// The table of an interface; `sniff` is added by the plugin's descriptor.
  public static var table: vdt_source {
    var table = vdt_source()
    table.open = { DocumentCalls.open($0, $1, $2, $3, $4) }
    table.next = { DocumentCalls.next($0, $1, $2, $3, $4) }
    table.close = { DocumentCalls.close($0) }
    table.wake = { DocumentCalls.wake($0) }
    table.progress = { DocumentCalls.progress($0, $1) }
    return table
  }

  public static func create(
    _ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ source: DocumentSource
  ) -> Int32 {
    guard let host, let out else { return VDT_E_ARGUMENT }
    out.pointee = OpaquePointer(Unmanaged.passRetained(DocumentInstance(host: host, source: source)).toOpaque())
    return VDT_OK
  }

  public static func destroy(_ instance: OpaquePointer?) -> Int32 {
    guard let instance else { return VDT_E_ARGUMENT }
    Unmanaged<DocumentInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
    return VDT_OK
  }

  public static func sniff(
    _ start: vdt_bytes, _ name: vdt_str, _ certainty: UnsafeMutablePointer<UInt32>?, _ source: DocumentSource
  ) -> Int32 {
    guard let certainty else { return VDT_E_ARGUMENT }
    certainty.pointee = min(source.sniff(start.buffer, String(decoding: name.buffer, as: UTF8.self)), 100)
    return VDT_OK
  }

  private static func open(
    _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ fd: Int32, _ cursor: vdt_bytes,
    _ out: UnsafeMutablePointer<OpaquePointer?>?
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<DocumentInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
    guard fd >= 0 else {
      return owner.fail(VDT_E_CONFIG, "this source reads a file and was given none: name one")
    }
    var position = OutputQueue.Position(place: .start, done: 0)
    if !cursor.buffer.isEmpty {
      guard let stored = OutputQueue.Position(cursor: cursor.buffer) else {
        return owner.fail(VDT_E_CONFIG, "the stored cursor is of another form: remove the source and add it again")
      }
      position = stored
    }
    let interpreter: any DocumentInterpreter
    do { interpreter = try owner.source.open(parameters.buffer) } catch {
      return owner.fail(VDT_E_CONFIG, error.reason)
    }
    let stream = DocumentStream(instance: owner, descriptor: fd, interpreter: interpreter, from: position)
    out.pointee = OpaquePointer(Unmanaged.passRetained(stream).toOpaque())
    return VDT_OK
  }

  private static func stream(_ raw: OpaquePointer) -> DocumentStream {
    Unmanaged<DocumentStream>.fromOpaque(UnsafeRawPointer(raw)).takeUnretainedValue()
  }

  private static func next(
    _ raw: OpaquePointer?, _ sink: UnsafePointer<vdt_sink>?, _ max: UInt64, _ wait: UInt64,
    _ result: UnsafeMutablePointer<vdt_next_result>?
  ) -> Int32 {
    guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
    return stream(raw).next(sink, max: max, wait: wait, &result.pointee)
  }

  private static func close(_ raw: OpaquePointer?) -> Int32 {
    guard let raw else { return VDT_E_ARGUMENT }
    stream(raw).close()
    Unmanaged<DocumentStream>.fromOpaque(UnsafeRawPointer(raw)).release()
    return VDT_OK
  }

  private static func wake(_ raw: OpaquePointer?) -> Int32 {
    guard let raw else { return VDT_E_ARGUMENT }
    stream(raw).wake()
    return VDT_OK
  }

  private static func progress(_ raw: OpaquePointer?, _ progress: UnsafeMutablePointer<vdt_progress>?) -> Int32 {
    guard let raw, let progress else { return VDT_E_ARGUMENT }
    stream(raw).progress(&progress.pointee)
    return VDT_OK
  }
}
