/// Which plugins may be used: what the configuration asks of a plugin's file before any of its code runs.

#if canImport(Glibc)
  import Glibc
#endif

/// A file by its SHA-256.
public struct PluginPin: Sendable, Hashable {
  /// The plugin's id, or the name of its file (which ends with `.so`).
  public var plugin: String
  /// 64 hexadecimal digits, lower case.
  public var sha256: String

  public init(plugin: String, sha256: String) {
    self.plugin = plugin
    self.sha256 = sha256
  }
}

/// The rules of `plugins.trust`. Without any, a plugin needs no more than a file and folder that others cannot change
/// (``SealedFile``).
///
/// A file is judged by its sealed copy, which is what is loaded, before the describing child or this process runs any code of
/// it. What it calls itself is known only after the child has loaded it: pins and allow-lists by id are held to then, before
/// this process loads it.
public struct PluginTrust: Sendable {
  public enum Requirement: String, Sendable, CaseIterable {
    case none
    /// Its SHA-256 is among the pins.
    case pin
    /// It bears a signature by one of the keys.
    case signature
  }

  public var require = Requirement.none
  /// Whether `require` is also of the plugins beside the program.
  public var includesFirstParty = false
  /// Several for one plugin: any of them may be there.
  public var pins: [PluginPin] = []
  public var keys: [Ed25519PublicKey] = []
  /// Ids that may be used, or beginnings of ids as `org.example.*`; none: all.
  public var allow: [String] = []
  /// Where plugins are first-party if root or the program's owner owns them.
  var program = FileOwnership.Program.own

  public init() {}

  /// Whether a file needs no more than to be one that others cannot change.
  var isWithoutRules: Bool { require == .none && pins.isEmpty && keys.isEmpty && allow.isEmpty }

  /// Looks at a file and at the signature beside it.
  /// - Throws: in one line what is missing or wrong, and what to do.
  public func judge(_ file: SealedFile) throws(PluginError) -> PluginStanding {
    func refusal(_ words: String) -> PluginError { PluginError(.file, file.path, words + "; refused") }
    var standing = standing(of: file.origin)
    let isAsked = !standing.isFirstParty || includesFirstParty
    // Of a large file it takes a while: only where a rule asks for it.
    guard !pins.isEmpty || !keys.isEmpty || isAsked && require != .none else { return standing }
    guard let digest = try file.sha256() else {
      guard pins.isEmpty, require == .none || !isAsked else {
        throw refusal(
          "VEDETTE_PLUGINS_IN_PLACE is set, so that what plugins.trust checked would not be what is loaded (unset it)")
      }
      return standing
    }
    let sha256 = HexText.encode(digest)

    let name = Self.name(of: file)
    if let fault = pinFault(of: name, sha256) { throw refusal(fault) }
    standing.isPinned = pins.contains { $0.sha256 == sha256 && ($0.plugin == name || !$0.plugin.hasSuffix(".so")) }
    if isAsked, require == .pin, !standing.isPinned {
      throw refusal(
        "its SHA-256 is \(sha256), which plugins.trust.pins does not have and plugins.trust.require asks for (pin it, if "
          + "it is to be trusted)")
    }

    let needsSignature = isAsked && require == .signature
    guard needsSignature || !keys.isEmpty else { return standing }
    standing.signer = try signer(file, digest, isNeeded: needsSignature)
    return standing
  }

  /// Holds a file that was judged to the id that it has.
  /// - Returns: its standing, now that pins by id are known to be its own.
  public func admit(_ id: String, _ file: SealedFile, _ judged: PluginStanding) throws(PluginError) -> PluginStanding {
    func refusal(_ words: String) -> PluginError { PluginError(.file, file.path, words + "; refused") }
    guard allow.isEmpty || allow.contains(where: { Self.covers($0, id) }) else {
      throw refusal("its id \(id) is not in plugins.trust.allow (add it, if it is to be used)")
    }
    // Without pins no file is held to one: a file that had to have one was refused before.
    guard !pins.isEmpty, let digest = try file.sha256() else { return judged }
    let sha256 = HexText.encode(digest)
    if let fault = pinFault(of: id, sha256) { throw refusal(fault) }
    var standing = judged
    let name = Self.name(of: file)
    standing.isPinned = pins.contains { $0.sha256 == sha256 && ($0.plugin == name || $0.plugin == id) }
    if require == .pin, !standing.isPinned, !standing.isFirstParty || includesFirstParty {
      throw refusal("its SHA-256 is pinned for another plugin, and it is \(id)")
    }
    return standing
  }

  /// What is wrong where the plugin of that name or id is pinned, and not to this file.
  private func pinFault(of plugin: String, _ sha256: String) -> String? {
    let own = pins.filter { $0.plugin == plugin }
    guard !own.isEmpty, !own.contains(where: { $0.sha256 == sha256 }) else { return nil }
    return "its SHA-256 is \(sha256), and plugins.trust.pins has another for \(plugin)"
  }

  /// The key that signed the file, of those that are trusted; nil where it need not be signed and is not by any of them. A
  /// signature that is broken, or does not fit the file, is never passed over.
  private func signer(_ file: SealedFile, _ digest: [UInt8], isNeeded: Bool) throws(PluginError) -> String? {
    let place = PluginSignature.path(of: file.path)
    let text: [UInt8]
    if access(place, F_OK) != 0, errno == ENOENT {
      guard isNeeded else { return nil }
      throw PluginError(
        .file, file.path,
        "has no signature (\(place)), which plugins.trust.require asks for (get it from its vendor, or sign it: vedette "
          + "plugin sign); refused")
    }
    text = try KeyFile.read(place, most: PluginSignature.mostBytes)
    do {
      return try Self.verify(text, digest, file.path, keys).id
    } catch {
      if case .unknownKey = error, !isNeeded { return nil }
      throw PluginError(.file, file.path, error.words + "; refused")
    }
  }

  /// Why a signature does not count.
  public enum SignatureFault: Error, Hashable {
    case malformed(String)
    case unknownKey(String)
    case wrong(String)

    public var words: String {
      switch self {
      case .malformed(let words): words
      case .unknownKey(let words): words
      case .wrong(let words): words
      }
    }
  }

  /// Finds the key that a signature names, and checks it.
  /// - Parameters:
  ///   - text: of the signature's file.
  ///   - digest: the SHA-256 of the plugin's file.
  static func verify(
    _ text: [UInt8], _ digest: [UInt8], _ path: String, _ keys: [Ed25519PublicKey]
  ) throws(SignatureFault) -> Ed25519PublicKey {
    let place = PluginSignature.path(of: path)
    let signature: PluginSignature
    do { signature = try PluginSignature(parsing: text) } catch {
      throw .malformed("its signature \(place) \(error.words) (have it signed again: vedette plugin sign)")
    }
    guard let key = keys.first(where: { $0.id == signature.keyID }) else {
      let known = keys.isEmpty ? "there is none" : "known are " + keys.map(\.id).joined(separator: ", ")
      throw .unknownKey("is signed by the key \(signature.keyID), which is not trusted: \(known) (plugins.trust.keys)")
    }
    guard key.isSignature(signature.bytes, of: PluginSignature.message(sha256: digest)) else {
      throw .wrong(
        "its signature \(place) by \(key.id) does not fit: the file was changed after it was signed, or the signature is "
          + "another's (get both from the vendor again)")
    }
    return key
  }

  /// Checks a file's signature by itself, as `vedette plugin verify` does.
  public static func verify(
    _ file: SealedFile, keys: [Ed25519PublicKey]
  ) throws(PluginError) -> (sha256: String, key: Ed25519PublicKey) {
    guard let digest = try file.sha256() else {
      throw PluginError(.file, file.path, "VEDETTE_PLUGINS_IN_PLACE is set: there is no copy to check; unset it")
    }
    let place = PluginSignature.path(of: file.path)
    let text = try KeyFile.read(place, most: PluginSignature.mostBytes)
    do {
      return (HexText.encode(digest), try verify(text, digest, file.path, keys))
    } catch {
      throw PluginError(.file, file.path, error.words)
    }
  }

  /// What the folder and the owner of a file say of it.
  func standing(of origin: (folder: String, owner: uid_t)?) -> PluginStanding {
    var standing = PluginStanding()
    guard let program, let origin else { return standing }
    standing.isFirstParty =
      origin.folder == program.folder && (origin.owner == 0 || origin.owner == program.owner)
    return standing
  }

  private static func name(of file: SealedFile) -> String {
    file.path.split(separator: "/").last.map(String.init) ?? file.path
  }

  /// Whether an entry of the allow-list is an id or the beginning of one.
  private static func covers(_ entry: String, _ id: String) -> Bool {
    entry.hasSuffix(".*") ? id.hasPrefix(entry.dropLast()) : id == entry
  }
}
