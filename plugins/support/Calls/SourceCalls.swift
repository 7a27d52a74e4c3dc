/// The calls of the ABI, made into calls of a ``Source``, its instances and its streams.
///
/// Invariant: an instance is a retained `HeldInstance` that `create` made and `destroy` releases, a stream a retained
/// `HeldStream` between `open` and `close`.

import VedettePluginABI

/// What a plugin's C functions call. Pointers are those of the ABI; NULL is answered with an error.
public enum SourceCalls {
  private final class HeldInstance {
    let instance: any SourceInstance
    init(_ instance: any SourceInstance) { self.instance = instance }
  }

  private final class HeldStream {
    let stream: any SourceStream
    private var sink: RecordSink?

    init(_ stream: any SourceStream) { self.stream = stream }

    func next(_ raw: UnsafePointer<vdt_sink>, max: UInt64, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
      let sink = self.sink ?? RecordSink(raw, room: max)
      sink.renew(raw, room: max)
      self.sink = sink
      return stream.next(into: sink, wait: wait, &result)
    }
  }

  /// The table of an interface, but for `size` and `sniff`.
  public static func table(_ interface: SourceInterface) -> vdt_source {
    var table = vdt_source()
    table.open =
      switch interface {
      case .personas: { SourceCalls.open(.personas, $0, $1, $2, $3, $4) }
      case .processes: { SourceCalls.open(.processes, $0, $1, $2, $3, $4) }
      }
    table.next = { raw, sink, max, wait, result in
      guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
      return SourceCalls.held(raw).takeUnretainedValue().next(sink, max: max, wait: wait, &result.pointee)
    }
    table.close = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      SourceCalls.held(raw).takeRetainedValue().stream.close()
      return VDT_OK
    }
    table.wake = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      SourceCalls.held(raw).takeUnretainedValue().stream.wake()
      return VDT_OK
    }
    table.progress = { raw, progress in
      guard let raw, let progress else { return VDT_E_ARGUMENT }
      SourceCalls.held(raw).takeUnretainedValue().stream.progress(&progress.pointee)
      return VDT_OK
    }
    return table
  }

  public static func describe(
    _ raw: UnsafePointer<vdt_describer>?, _ body: (inout Describer) -> Void
  ) -> Int32 {
    guard let raw else { return VDT_E_ARGUMENT }
    var describer = Describer(raw)
    body(&describer)
    return describer.status
  }

  public static func create(
    _ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ source: any Source
  ) -> Int32 {
    guard let host, let out else { return VDT_E_ARGUMENT }
    let held = HeldInstance(source.instance(of: SourceHost(host)))
    out.pointee = OpaquePointer(Unmanaged.passRetained(held).toOpaque())
    return VDT_OK
  }

  public static func destroy(_ instance: OpaquePointer?) -> Int32 {
    guard let instance else { return VDT_E_ARGUMENT }
    Unmanaged<HeldInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
    return VDT_OK
  }

  public static func sniff(
    _ start: vdt_bytes, _ name: vdt_str, _ certainty: UnsafeMutablePointer<UInt32>?, _ source: any Source
  ) -> Int32 {
    guard let certainty else { return VDT_E_ARGUMENT }
    certainty.pointee = min(source.sniff(start.buffer, String(decoding: name.buffer, as: UTF8.self)), 100)
    return VDT_OK
  }

  private static func open(
    _ interface: SourceInterface, _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ descriptor: Int32,
    _ cursor: vdt_bytes, _ out: UnsafeMutablePointer<OpaquePointer?>?
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<HeldInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue().instance
    do throws(SourceFailure) {
      let stream = try owner.open(
        interface, parameters: parameters.buffer, descriptor: descriptor, cursor: cursor.buffer)
      out.pointee = OpaquePointer(Unmanaged.passRetained(HeldStream(stream)).toOpaque())
      return VDT_OK
    } catch {
      return owner.host.fail(VDT_E_CONFIG, error.reason)
    }
  }

  private static func held(_ raw: OpaquePointer) -> Unmanaged<HeldStream> { .fromOpaque(UnsafeRawPointer(raw)) }
}
