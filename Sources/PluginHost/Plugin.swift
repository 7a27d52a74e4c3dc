/// A plugin that was found, checked and loaded.

import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// One loaded image with its descriptor and description. An image is never unmapped: a Swift runtime within it does not
/// allow it, and sessions may live.
public final class Plugin: @unchecked Sendable {  // all members are written in init; the tables behind them are static

  public let path: String
  private let file: SealedFile
  /// How its file is trusted; nil where nobody asked.
  public let standing: PluginStanding?
  public let identity: PluginIdentity
  public let description: PluginDescription
  /// The interfaces of this host's that it offers.
  public let interfaces: [PluginInterface]

  /// The SHA-256 of the bytes that were loaded, as 64 hexadecimal digits, found when it is asked for; nil where they were
  /// not copied (`VEDETTE_PLUGINS_IN_PLACE`).
  public var sha256: String? { (try? file.sha256()).flatMap { $0 }.map(HexText.encode) }

  typealias Entry = @convention(c) (UInt32) -> UnsafePointer<vdt_plugin>?

  let entry: Entry
  let descriptor: UnsafePointer<vdt_plugin>
  let records: ShapeTable
  let anomalies: ShapeTable
  let flowFields: ShapeTable

  /// Checks the file, loads it and lets it describe itself. [main]
  public convenience init(path: String) throws(PluginError) { try self.init(SealedFile(path: path)) }

  /// Checks the file and whether it is trusted, loads it and lets it describe itself. [main]
  public convenience init(path: String, trust: PluginTrust) throws(PluginError) {
    let file = try SealedFile(path: path)
    let standing = try trust.judge(file)
    try self.init(file, standing: standing)
    _ = try trust.admit(identity.id, file, standing)
  }

  /// Loads a file that was checked and lets it describe itself. [main]
  public init(_ file: SealedFile, standing: PluginStanding? = nil) throws(PluginError) {
    let path = file.path
    self.path = path
    self.file = file
    self.standing = standing
    let (entry, descriptor) = try Self.load(file)
    self.entry = entry
    self.descriptor = descriptor
    let identity = try Self.identity(descriptor, path)
    self.identity = identity
    let description = try Self.describe(descriptor, identity, path)
    self.description = description

    var interfaces: [PluginInterface] = []
    if let look = descriptor.pointee.interface {
      interfaces = PluginInterface.allCases.filter { kind in withABIText(kind.rawValue) { look($0) != nil } }
    }
    self.interfaces = interfaces
    if let words = Self.mismatch(interfaces, description) { throw PluginError(.description, path, words) }
    records = ShapeTable(description.records.map { ($0.id, $0.name, $0.fields) })
    anomalies = ShapeTable(description.anomalies.map { ($0.id, $0.reportedID, $0.fields) })
    flowFields = ShapeTable(flowFields: description.flowFields)
  }

  /// The table of an interface, read into `zero`; one that was smaller in ABI 1.0 already (`oldest` bytes) is refused.
  func table<Table: BitwiseCopyable>(
    _ kind: PluginInterface, into zero: Table, atLeast oldest: Int
  ) throws(PluginError) -> Table {
    let table = descriptor.pointee.interface.flatMap { look in withABIText(kind.rawValue) { look($0) } }
    guard let table else { throw PluginError(.unknown, identity.id, "offers no \(kind.rawValue)") }
    guard let copy = received(table, into: zero, atLeast: oldest) else {
      let size = table.load(as: UInt32.self)
      throw PluginError(
        .contract, identity.id, "its table of \(kind.rawValue) is \(size) bytes, ABI 1.0 has \(oldest)")
    }
    return copy
  }

  /// What the plugin offers and what it describes are to be the same.
  private static func mismatch(_ interfaces: [PluginInterface], _ description: PluginDescription) -> String? {
    if interfaces.contains(.dissector), description.protocols.isEmpty {
      return "it offers dissector/1 and describes no protocol"
    }
    let offered = interfaces.filter { $0 == .personaSource || $0 == .processSource }
    if let one = offered.first(where: { i in !description.sources.contains { $0.interface == i } }) {
      return "it offers \(one.rawValue) and does not describe it"
    }
    if let one = description.sources.first(where: { !offered.contains($0.interface) }) {
      return "it describes \(one.interface.rawValue) and does not offer it"
    }
    return nil
  }

  // MARK: Steps of loading

  private static func load(_ file: SealedFile) throws(PluginError) -> (Entry, UnsafePointer<vdt_plugin>) {
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
    let entry = unsafeBitCast(symbol, to: Entry.self)
    guard let descriptor = entry(VDT_ABI_VERSION) else {
      throw PluginError(.abi, path, "is built for another ABI than this host's \(VDT_ABI_MAJOR).\(VDT_ABI_MINOR)")
    }
    return (entry, descriptor)
  }

  private static func identity(
    _ descriptor: UnsafePointer<vdt_plugin>, _ path: String
  ) throws(PluginError) -> PluginIdentity {
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
    guard let id = p.id.reverseDNS, id.contains(".") else {
      throw PluginError(.description, path, "its id is no reverse DNS name: \(p.id.words)")
    }
    guard let name = p.name.shortName else {
      throw PluginError(.description, path, "its name has other characters than a-z, 0-9 and '-': \(p.name.words)")
    }
    guard let version = p.version.text(atMost: UInt64(VDT_MAX_NAME)), !version.isEmpty else {
      throw PluginError(.description, path, "it has no version")
    }
    guard let schema = p.config_schema.text(atMost: UInt64(VDT_MAX_SCHEMA)) else {
      throw PluginError(.description, path, "its configuration schema is no UTF-8 or over \(VDT_MAX_SCHEMA) bytes")
    }
    guard p.describe != nil, p.create != nil, p.destroy != nil, p.interface != nil else {
      throw PluginError(.description, path, "its descriptor lacks a function of ABI 1.0")
    }
    return PluginIdentity(
      id: id, name: name, version: version, vendor: p.vendor.words, licence: p.licence.words, url: p.url.words,
      summary: p.summary.words, configSchema: schema, abiMajor: major, abiMinor: minor, minMinor: minMinor)
  }

  static func describe(
    _ descriptor: UnsafePointer<vdt_plugin>, _ identity: PluginIdentity, _ path: String
  ) throws(PluginError) -> PluginDescription {
    guard let describe = descriptor.pointee.describe else { return PluginDescription() }
    let listener = Describer(pluginID: identity.id)
    let status = listener.listen(to: describe)
    if let refusal = listener.refusal { throw PluginError(.description, path, refusal) }
    guard status == VDT_OK else {
      throw PluginError(.description, path, "it could not describe itself: \(listener.failWords ?? "error \(status)")")
    }
    return listener.description
  }
}
