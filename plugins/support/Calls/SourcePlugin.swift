/// The descriptor and the tables of a source plugin, in memory that lives as long as the image.

import VedettePluginABI

/// A source plugin as the host sees it.
///
/// The four functions are C functions of the plugin, because a C function pointer carries no context, and so cannot be
/// one of a generic type either; each is one line that calls its namesake here.
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
  public typealias Interface = @convention(c) (vdt_str) -> UnsafeRawPointer?

  /// What the entry returns.
  public let descriptor: UnsafePointer<vdt_plugin>
  private let declaration: SourceDeclaration
  private let source: any Source
  private let tables: [SourceInterface: UnsafePointer<vdt_source>]

  public init(
    _ declaration: SourceDeclaration, _ source: any Source, describe: @escaping Describe, create: @escaping Create,
    sniff: @escaping Sniff, interface: @escaping Interface
  ) {
    self.declaration = declaration
    self.source = source
    let plugin = UnsafeMutablePointer<vdt_plugin>.allocate(capacity: 1)
    plugin.initialize(to: vdt_plugin())
    plugin.pointee.size = UInt32(MemoryLayout<vdt_plugin>.size)
    plugin.pointee.abi_major = UInt32(VDT_ABI_MAJOR)
    plugin.pointee.abi_minor = UInt32(VDT_ABI_MINOR)
    plugin.pointee.id = Self.lasting(declaration.id)
    plugin.pointee.name = Self.lasting(declaration.name)
    plugin.pointee.version = Self.lasting(declaration.version)
    plugin.pointee.vendor = Self.lasting("Vedette")
    plugin.pointee.licence = Self.lasting("Apache-2.0")
    plugin.pointee.summary = Self.lasting(declaration.summary)
    plugin.pointee.describe = describe
    plugin.pointee.create = create
    plugin.pointee.destroy = { SourceCalls.destroy($0) }
    plugin.pointee.interface = interface
    descriptor = UnsafePointer(plugin)

    var tables: [SourceInterface: UnsafePointer<vdt_source>] = [:]
    for interface in declaration.interfaces {
      let table = UnsafeMutablePointer<vdt_source>.allocate(capacity: 1)
      table.initialize(to: SourceCalls.table(interface))
      table.pointee.size = UInt32(MemoryLayout<vdt_source>.size)
      table.pointee.sniff = sniff
      tables[interface] = UnsafePointer(table)
    }
    self.tables = tables
  }

  public func describe(_ raw: UnsafePointer<vdt_describer>?) -> Int32 {
    SourceCalls.describe(raw) { declaration.describe(to: &$0) }
  }

  public func create(_ host: UnsafePointer<vdt_host>?, _ out: UnsafeMutablePointer<OpaquePointer?>?) -> Int32 {
    SourceCalls.create(host, out, source)
  }

  public func sniff(_ start: vdt_bytes, _ name: vdt_str, _ certainty: UnsafeMutablePointer<UInt32>?) -> Int32 {
    SourceCalls.sniff(start, name, certainty, source)
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
