/// The calls of the ABI for a source that polls, made into calls of Swift.

import PluginSupport
import VedettePluginABI

/// What a plugin passes to ``SourcePlugin`` as its own table, `create` and `destroy`. NULL is answered with an error.
public enum PollCalls {
  public static var table: vdt_source {
    var table = vdt_source()
    table.open = { PollCalls.open($0, $1, $2, $3, $4) }
    table.next = { raw, sink, max, wait, result in
      guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
      return PollCalls.stream(raw).next(sink, max: max, wait: wait, &result.pointee)
    }
    table.close = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      PollCalls.stream(raw).close()
      Unmanaged<PollStream>.fromOpaque(UnsafeRawPointer(raw)).release()
      return VDT_OK
    }
    table.wake = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      PollCalls.stream(raw).wake()
      return VDT_OK
    }
    table.progress = { raw, progress in
      guard let raw, let progress else { return VDT_E_ARGUMENT }
      PollCalls.stream(raw).progress(&progress.pointee)
      return VDT_OK
    }
    return table
  }

  public static func create(
    _ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ source: PollSource
  ) -> Int32 {
    guard let host, let out else { return VDT_E_ARGUMENT }
    out.pointee = OpaquePointer(Unmanaged.passRetained(PollInstance(host: host, source: source)).toOpaque())
    return VDT_OK
  }

  public static func destroy(_ instance: OpaquePointer?) -> Int32 {
    guard let instance else { return VDT_E_ARGUMENT }
    Unmanaged<PollInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
    return VDT_OK
  }

  /// No file is a poller's.
  public static func sniff(_ certainty: UnsafeMutablePointer<UInt32>?) -> Int32 {
    certainty?.pointee = 0
    return VDT_OK
  }

  private static func open(
    _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ fd: Int32, _ cursor: vdt_bytes,
    _ out: UnsafeMutablePointer<OpaquePointer?>?
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<PollInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
    if fd >= 0 { return owner.fail(VDT_E_CONFIG, "this source asks a service and reads no file: give it parameters") }
    do throws(SourceFailure) {
      let stream = try owner.open(parameters.buffer, cursor.buffer)
      out.pointee = OpaquePointer(Unmanaged.passRetained(stream).toOpaque())
      return VDT_OK
    } catch {
      return owner.fail(VDT_E_CONFIG, error.reason)
    }
  }

  private static func stream(_ raw: OpaquePointer) -> PollStream {
    Unmanaged<PollStream>.fromOpaque(UnsafeRawPointer(raw)).takeUnretainedValue()
  }
}
