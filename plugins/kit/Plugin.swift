/// A plugin in Swift: who it is, and the one type that does its work.

@_exported import PluginSupport
import VedettePluginABI

/// What the exported entry returns.
public typealias PluginEntry = UnsafePointer<vdt_plugin>?

/// The plugin of this library. There is one, made once:
///
///     let plugin = Plugin(
///       id: "org.example.ident", name: "ident", version: "1.0.0", vendor: "Example", licence: "Apache-2.0",
///       summary: "Dissects the Identification Protocol.", dissector: Ident.self)
///
///     @c(vedette_plugin_entry)
///     public func entry(_ host: UInt32) -> PluginEntry { plugin.entry(for: host) }
///
/// Unchecked: all members are written in init, and what they point to never changes.
public final class Plugin: @unchecked Sendable {
  private let descriptor: UnsafePointer<vdt_plugin>
  private let tables: [(id: String, table: UnsafeRawPointer)]
  let dissector: (any Dissector.Type)?
  let source: (any LineSourcePlugin.Type)?

  /// A plugin with a dissector.
  public init(
    id: String, name: String, version: String, vendor: String, licence: String, url: String = "", summary: String,
    configSchema: String = "", dissector: any Dissector.Type
  ) {
    self.dissector = dissector
    source = nil
    descriptor = Self.describe(id, name, version, vendor, licence, url, summary, configSchema)
    tables = [(VDT_DISSECTOR_ID, UnsafeRawPointer(DissectorCalls.table()))] + OptionalCalls.tables(dissector)
  }

  /// A plugin with a source that reads lines.
  public init(
    id: String, name: String, version: String, vendor: String, licence: String, url: String = "", summary: String,
    configSchema: String = "", source: any LineSourcePlugin.Type
  ) {
    dissector = nil
    self.source = source
    descriptor = Self.describe(id, name, version, vendor, licence, url, summary, configSchema)
    let table = UnsafeRawPointer(LineSourceCalls.table())
    tables = source.interfaces.map { ($0.rawValue, table) }
  }

  /// The descriptor for a host of this major, nil for another.
  public func entry(for host: UInt32) -> PluginEntry {
    guard host >> 16 == UInt32(VDT_ABI_MAJOR) else { return nil }
    Plugin.here = self
    return descriptor
  }

  /// The plugin of this image: C functions carry no context, so the entry leaves it here before the host has any of them.
  /// Never changed to another value.
  nonisolated(unsafe) static var here: Plugin?

  func table(_ id: vdt_str) -> UnsafeRawPointer? {
    tables.first { id.buffer.elementsEqual($0.id.utf8) }?.table
  }

  private static func describe(
    _ id: String, _ name: String, _ version: String, _ vendor: String, _ licence: String, _ url: String,
    _ summary: String, _ configSchema: String
  ) -> UnsafePointer<vdt_plugin> {
    let plugin = UnsafeMutablePointer<vdt_plugin>.allocate(capacity: 1)
    plugin.initialize(to: vdt_plugin())
    plugin.pointee.size = UInt32(MemoryLayout<vdt_plugin>.size)
    plugin.pointee.abi_major = UInt32(VDT_ABI_MAJOR)
    plugin.pointee.abi_minor = UInt32(VDT_ABI_MINOR)
    plugin.pointee.id = lastingText(id)
    plugin.pointee.name = lastingText(name)
    plugin.pointee.version = lastingText(version)
    plugin.pointee.vendor = lastingText(vendor)
    plugin.pointee.licence = lastingText(licence)
    plugin.pointee.url = lastingText(url)
    plugin.pointee.summary = lastingText(summary)
    plugin.pointee.config_schema = lastingText(configSchema)
    plugin.pointee.describe = { raw in
      guard let raw, let plugin = Plugin.here else { return VDT_E_ARGUMENT }
      if let dissector = plugin.dissector { return DissectorCalls.describe(dissector.declaration, raw) }
      guard let source = plugin.source else { return VDT_E_ARGUMENT }
      return LineSourceCalls.describe(source, raw)
    }
    plugin.pointee.create = { host, config, out in
      guard let host, let out, let plugin = Plugin.here else { return VDT_E_ARGUMENT }
      let text = String(decoding: config.buffer, as: UTF8.self)
      if let source = plugin.source { return LineSourceCalls.create(host, out, source) }
      let instance = Instance(plugin, host)
      let status = instance.configure(text)
      guard status == VDT_OK else { return status }
      out.pointee = OpaquePointer(Unmanaged.passRetained(instance).toOpaque())
      return VDT_OK
    }
    plugin.pointee.destroy = { instance in
      guard let instance, let plugin = Plugin.here else { return VDT_E_ARGUMENT }
      if plugin.source != nil { return SourceCalls.destroy(instance) }
      Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(instance)).release()
      return VDT_OK
    }
    plugin.pointee.interface = { id in Plugin.here?.table(id) }
    return UnsafePointer(plugin)
  }
}

extension vdt_str {
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: ptr, count: ptr == nil ? 0 : Int(clamping: len)) }
}

/// Text that lives as long as the image.
func lastingText(_ text: String) -> vdt_str {
  let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count)
  _ = bytes.initialize(from: text.utf8.lazy.map { CChar(bitPattern: $0) })
  return vdt_str(ptr: UnsafePointer(bytes.baseAddress), len: UInt64(bytes.count))
}
