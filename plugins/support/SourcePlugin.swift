/// The descriptor and the tables of a source plugin, in memory that lives as long as the image.

import Glibc
import VedettePluginABI

/// A source plugin as the host sees it.
///
/// The four functions are C functions of the plugin, because a C function pointer carries no context; each is one
/// line that calls its namesake in `SourceCalls`.
///
/// Unchecked, because it holds pointers: what they point to is written here, once, and never changes.
public struct SourcePlugin: @unchecked Sendable {
  public typealias Describe = @convention(c) (UnsafePointer<vdt_describer>?) -> Int32
  public typealias Create =
    @convention(c) (
      UnsafePointer<vdt_host>?, vdt_bytes, UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32
  public typealias Sniff =
    @convention(c) (
      vdt_bytes, vdt_str, UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<vdt_str>?
    ) -> Int32
  public typealias Destroy = @convention(c) (OpaquePointer?) -> Int32
  public typealias Interface = @convention(c) (vdt_str) -> UnsafeRawPointer?

  /// What the entry returns.
  public let descriptor: UnsafePointer<vdt_plugin>
  private let tables: [SourceInterface: UnsafePointer<vdt_source>]

  /// `ownTables`: of interfaces that read no lines, so that the table of a `LineSource` does not fit; `create` and
  /// `destroy` are then the plugin's own too.
  public init(
    id: String, name: String, version: String, summary: String, interfaces: [SourceInterface],
    describe: @escaping Describe, create: @escaping Create, sniff: @escaping Sniff, interface: @escaping Interface,
    ownTables: [SourceInterface: vdt_source] = [:], destroy: @escaping Destroy = { SourceCalls.destroy($0) }
  ) {
    let plugin = UnsafeMutablePointer<vdt_plugin>.allocate(capacity: 1)
    plugin.initialize(to: vdt_plugin())
    plugin.pointee.size = UInt32(MemoryLayout<vdt_plugin>.size)
    plugin.pointee.abi_major = UInt32(VDT_ABI_MAJOR)
    plugin.pointee.abi_minor = UInt32(VDT_ABI_MINOR)
    plugin.pointee.id = Self.lasting(id)
    plugin.pointee.name = Self.lasting(name)
    plugin.pointee.version = Self.lasting(version)
    plugin.pointee.vendor = Self.lasting("Vedette")
    plugin.pointee.licence = Self.lasting("Apache-2.0")
    plugin.pointee.summary = Self.lasting(summary)
    plugin.pointee.describe = describe
    plugin.pointee.create = create
    plugin.pointee.destroy = destroy
    plugin.pointee.interface = interface
    descriptor = UnsafePointer(plugin)

    var tables: [SourceInterface: UnsafePointer<vdt_source>] = [:]
    for interface in interfaces {
      let table = UnsafeMutablePointer<vdt_source>.allocate(capacity: 1)
      table.initialize(to: ownTables[interface] ?? SourceCalls.lineTable)
      table.pointee.size = UInt32(MemoryLayout<vdt_source>.size)
      table.pointee.sniff = sniff
      tables[interface] = UnsafePointer(table)
    }
    self.tables = tables
  }

  /// The table of an interface that the plugin has.
  public func interface(_ id: vdt_str) -> UnsafeRawPointer? {
    tables.first { id.buffer.elementsEqual($0.key.rawValue.utf8) }.map { UnsafeRawPointer($0.value) }
  }

  /// The descriptor for a host of this major, nil for another.
  public func entry(host: UInt32) -> UnsafePointer<vdt_plugin>? {
    host >> 16 == UInt32(VDT_ABI_MAJOR) ? descriptor : nil
  }

  private static func lasting(_ text: String) -> vdt_str {
    let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count)
    _ = bytes.initialize(from: text.utf8.lazy.map { CChar(bitPattern: $0) })
    return vdt_str(ptr: UnsafePointer(bytes.baseAddress), len: UInt64(bytes.count))
  }
}

/// The calls of the ABI, made into calls of Swift. Pointers are those of the ABI; NULL is answered with an error.
public enum SourceCalls {
  /// The table of a source that reads lines, but for `size` and `sniff`.
  public static var lineTable: vdt_source {
    var table = vdt_source()
    table.open = { SourceCalls.open($0, $1, $2, $3, $4) }
    table.next = { SourceCalls.next($0, $1, $2, $3, $4) }
    table.close = { SourceCalls.close($0) }
    table.wake = { SourceCalls.wake($0) }
    table.progress = { SourceCalls.progress($0, $1) }
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
    _ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ source: LineSource
  ) -> Int32 {
    guard let host, let out else { return VDT_E_ARGUMENT }
    out.pointee = OpaquePointer(Unmanaged.passRetained(SourceInstance(host: host, source: source)).toOpaque())
    return VDT_OK
  }

  public static func sniff(
    _ start: vdt_bytes, _ name: vdt_str, _ certainty: UnsafeMutablePointer<UInt32>?, _ source: LineSource
  ) -> Int32 {
    guard let certainty else { return VDT_E_ARGUMENT }
    certainty.pointee = min(source.sniff(start.buffer, String(decoding: name.buffer, as: UTF8.self)), 100)
    return VDT_OK
  }

  public static func destroy(_ instance: OpaquePointer?) -> Int32 {
    guard let instance else { return VDT_E_ARGUMENT }
    Unmanaged<SourceInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
    return VDT_OK
  }

  static func open(
    _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ fd: Int32, _ cursor: vdt_bytes,
    _ out: UnsafeMutablePointer<OpaquePointer?>?
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<SourceInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
    guard fd >= 0 else {
      return owner.fail(VDT_E_CONFIG, "this source reads a file and was given none: name one")
    }
    var start = Place.start
    if !cursor.buffer.isEmpty {
      guard let place = Place(cursor: cursor.buffer) else {
        return owner.fail(VDT_E_CONFIG, "the stored cursor is of another form: remove the source and add it again")
      }
      start = place
    }
    let interpreter: any LineInterpreter
    do { interpreter = try owner.source.open(parameters.buffer) } catch {
      return owner.fail(VDT_E_CONFIG, error.reason)
    }
    var status = stat()
    let isFile = fstat(fd, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let stream = SourceStream(
      instance: owner, reader: LineReader(descriptor: fd, start: start), interpreter: interpreter,
      total: isFile ? UInt64(clamping: status.st_size) : 0)
    out.pointee = OpaquePointer(Unmanaged.passRetained(stream).toOpaque())
    return VDT_OK
  }

  private static func stream(_ raw: OpaquePointer) -> SourceStream {
    Unmanaged<SourceStream>.fromOpaque(UnsafeRawPointer(raw)).takeUnretainedValue()
  }

  static func next(
    _ raw: OpaquePointer?, _ sink: UnsafePointer<vdt_sink>?, _ max: UInt64, _ wait: UInt64,
    _ result: UnsafeMutablePointer<vdt_next_result>?
  ) -> Int32 {
    guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
    return stream(raw).next(sink, max: max, wait: wait, &result.pointee)
  }

  static func close(_ raw: OpaquePointer?) -> Int32 {
    guard let raw else { return VDT_E_ARGUMENT }
    stream(raw).close()
    Unmanaged<SourceStream>.fromOpaque(UnsafeRawPointer(raw)).release()
    return VDT_OK
  }

  static func wake(_ raw: OpaquePointer?) -> Int32 {
    guard let raw else { return VDT_E_ARGUMENT }
    stream(raw).wake()
    return VDT_OK
  }

  static func progress(_ raw: OpaquePointer?, _ progress: UnsafeMutablePointer<vdt_progress>?) -> Int32 {
    guard let raw, let progress else { return VDT_E_ARGUMENT }
    stream(raw).progress(&progress.pointee)
    return VDT_OK
  }
}
