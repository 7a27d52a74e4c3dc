/// A plugin's code in this process: how a sealed file is loaded, and what is asked of it at once.

import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// An image that was loaded, and its descriptor. It is never unmapped: a Swift runtime within it does not allow it, and
/// sessions may live. So both stay valid for ever, and any thread may have a copy.
struct PluginImage: @unchecked Sendable {
  typealias Entry = @convention(c) (UInt32) -> UnsafePointer<vdt_plugin>?

  let entry: Entry
  let descriptor: UnsafePointer<vdt_plugin>

  /// Loads a file that was checked. [main]
  init(_ file: SealedFile) throws(PluginError) {
    let path = file.path
    try NeededLibraries(file)?.find(for: file)
    file.keepForEver()
    guard let image = dlopen(file.loadName, RTLD_NOW | RTLD_LOCAL) else {
      var reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      // The loader names the file, too.
      if reason.hasPrefix(file.loadName + ": ") { reason.removeFirst(file.loadName.count + 2) }
      throw PluginError(.image, path, "cannot be loaded: \(reason)")
    }
    guard let symbol = dlsym(image, VDT_ENTRY_NAME) else {
      throw PluginError(.image, path, "is no Vedette plugin: it exports no \(VDT_ENTRY_NAME)")
    }
    // The exported function has this type by contract (vedette/entry.h).
    entry = unsafeBitCast(symbol, to: Entry.self)
    guard let descriptor = entry(VDT_ABI_VERSION) else {
      throw PluginError(.abi, path, "is built for another ABI than this host's \(VDT_ABI_MAJOR).\(VDT_ABI_MINOR)")
    }
    self.descriptor = descriptor
  }

  /// Who the plugin is, what it offers, and what it describes, each checked. [main]
  func profile(_ path: String) throws(PluginError) -> PluginProfile {
    let identity = try identity(path)
    let description = try describe(identity, path)
    var interfaces: [PluginInterface] = []
    if let look = descriptor.pointee.interface {
      interfaces = PluginInterface.allCases.filter { kind in withABIText(kind.rawValue) { look($0) != nil } }
    }
    return try PluginProfile(identity, interfaces, description, path: path)
  }

  /// Lets the plugin describe itself. [main]
  func describe(_ identity: PluginIdentity, _ path: String) throws(PluginError) -> PluginDescription {
    guard let describe = descriptor.pointee.describe else { return PluginDescription() }
    let listener = Describer(pluginID: identity.id)
    let status = listener.listen(to: describe)
    if let refusal = listener.refusal { throw PluginError(.description, path, refusal) }
    guard status == VDT_OK else {
      throw PluginError(.description, path, "it could not describe itself: \(listener.failWords ?? "error \(status)")")
    }
    return listener.description
  }

  private func identity(_ path: String) throws(PluginError) -> PluginIdentity {
    // Size and ABI lie where they will always lie; the rest is read only once they fit.
    let d = UnsafeRawPointer(descriptor)
    let size = d.load(as: UInt32.self)
    guard size >= 16 else { throw PluginError(.description, path, "its descriptor is \(size) bytes") }
    let major = d.load(fromByteOffset: 4, as: UInt32.self)
    let minor = d.load(fromByteOffset: 8, as: UInt32.self)
    let minMinor = d.load(fromByteOffset: 12, as: UInt32.self)
    guard major == VDT_ABI_MAJOR else {
      throw PluginError(.abi, path, "is built for ABI \(major), this host has \(VDT_ABI_MAJOR).\(VDT_ABI_MINOR)")
    }
    guard minMinor <= VDT_ABI_MINOR else {
      throw PluginError(
        .abi, path, "needs ABI \(major).\(minMinor), this host has \(VDT_ABI_MAJOR).\(VDT_ABI_MINOR); update Vedette")
    }
    guard let p = received(d, into: vdt_plugin(), atLeast: ABI10.plugin) else {
      throw PluginError(.description, path, "its descriptor is \(size) bytes, ABI 1.0 has \(ABI10.plugin)")
    }
    guard p.describe != nil, p.create != nil, p.destroy != nil, p.interface != nil else {
      throw PluginError(.description, path, "its descriptor lacks a function of ABI 1.0")
    }
    var identity = try PluginIdentity(
      id: p.id, name: p.name, version: p.version, configSchema: p.config_schema, path: path)
    identity.vendor = p.vendor.words
    identity.licence = p.licence.words
    identity.url = p.url.words
    identity.summary = p.summary.words
    identity.abiMajor = major
    identity.abiMinor = minor
    identity.minMinor = minMinor
    return identity
  }
}
