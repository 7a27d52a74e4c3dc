/// A plugin that was found and checked, and that described itself; its code is loaded when it is first needed.

import Synchronization
import VedettePluginABI

/// A plugin by what it says of itself, with its image where something of it runs.
///
/// A run needs few of the plugins that there are: the others cost it neither a copy nor the loader's work.
public final class Plugin: Sendable {
  public let path: String
  /// How its file is trusted; nil where nobody asked.
  public let standing: PluginStanding?
  let profile: PluginProfile
  public var identity: PluginIdentity { profile.identity }
  public var description: PluginDescription { profile.description }
  /// The interfaces of this host's that it offers.
  public var interfaces: [PluginInterface] { profile.interfaces }

  let records: ShapeTable
  let anomalies: ShapeTable
  let flowFields: ShapeTable

  /// What is there of it: the file as it was checked, its copy once something asked for the bytes, the image once
  /// something ran.
  private struct Held {
    var checked: CheckedFile?
    var sealed: SealedFile?
    var image: PluginImage?

    mutating func seal() throws(PluginError) -> SealedFile? {
      if sealed == nil { sealed = try checked?.sealed() }
      checked = nil
      return sealed
    }
  }
  private let held: Mutex<Held>
  /// Where its description was found, if not in the plugin itself: to be forgotten when it does not hold.
  private let cache: DescriptionCache?

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
  public convenience init(_ file: SealedFile, standing: PluginStanding? = nil) throws(PluginError) {
    let image = try PluginImage(file)
    let profile = try image.profile(file.path)
    self.init(profile, file.path, standing, Held(checked: nil, sealed: file, image: image), nil)
  }

  /// One that a child has tried.
  convenience init(_ file: SealedFile, profile: PluginProfile, standing: PluginStanding) {
    self.init(profile, file.path, standing, Held(checked: nil, sealed: file, image: nil), nil)
  }

  /// One that a child of an earlier run has tried, when its file was the same.
  convenience init(_ file: CheckedFile, profile: PluginProfile, standing: PluginStanding, cache: DescriptionCache?) {
    self.init(profile, file.path, standing, Held(checked: file, sealed: nil, image: nil), cache)
  }

  private init(
    _ profile: PluginProfile, _ path: String, _ standing: PluginStanding?, _ held: consuming Held,
    _ cache: DescriptionCache?
  ) {
    self.path = path
    self.standing = standing
    self.profile = profile
    self.held = Mutex(held)
    self.cache = cache
    let description = profile.description
    records = ShapeTable(description.records.map { ($0.id, $0.name, $0.fields) })
    anomalies = ShapeTable(description.anomalies.map { ($0.id, $0.reportedID, $0.fields) })
    flowFields = ShapeTable(flowFields: description.flowFields)
  }

  /// The SHA-256 of the bytes that are loaded, as 64 hexadecimal digits, found when it is asked for; nil where they were
  /// not copied (`VEDETTE_PLUGINS_IN_PLACE`), or where the file is not any more what it was.
  public var sha256: String? {
    let file = held.withLock { held in try? held.seal() }
    return (try? file?.sha256()).flatMap { $0 }.map(HexText.encode)
  }

  // MARK: Its code

  /// The file as it was checked, for another process to load.
  func file() throws(PluginError) -> SealedFile {
    try held.withLock { held throws(PluginError) in
      guard let file = try held.seal() else { throw PluginError(.file, path, "is not there any more") }
      return file
    }
  }

  /// The image, loaded by the first who asks. What it says of itself then has to be what it said before.
  func image() throws(PluginError) -> PluginImage {
    try held.withLock { held throws(PluginError) in
      if let image = held.image { return image }
      do throws(PluginError) {
        guard let file = try held.seal() else { throw PluginError(.file, path, "is not there any more") }
        let image = try PluginImage(file)
        // A JSON text, for that has all that counts and nothing else.
        guard try image.profile(path).json == profile.json else {
          throw PluginError(.description, path, "does not always say the same of itself")
        }
        held.image = image
        return image
      } catch {
        // What was known of it does not hold: the next run tries it anew.
        cache?.forget()
        throw error
      }
    }
  }

  /// Whether something of it was to run, and could.
  var isLoaded: Bool { held.withLock { $0.image != nil } }

  /// Ends an instance, once.
  func destroy(_ instance: OpaquePointer) {
    let image = held.withLock { $0.image }
    _ = image?.descriptor.pointee.destroy?(instance)
  }

  /// The table of an interface, read into `zero`; one that was smaller in ABI 1.0 already (`oldest` bytes) is refused.
  func table<Table: BitwiseCopyable>(
    _ kind: PluginInterface, into zero: Table, atLeast oldest: Int
  ) throws(PluginError) -> Table {
    let look = try image().descriptor.pointee.interface
    let table = look.flatMap { look in withABIText(kind.rawValue) { look($0) } }
    guard let table else { throw PluginError(.unknown, identity.id, "offers no \(kind.rawValue)") }
    guard let copy = received(table, into: zero, atLeast: oldest) else {
      let size = table.load(as: UInt32.self)
      throw PluginError(
        .contract, identity.id, "its table of \(kind.rawValue) is \(size) bytes, ABI 1.0 has \(oldest)")
    }
    return copy
  }
}
