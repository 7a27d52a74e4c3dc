/// How far a plugin's file is trusted, and why.

/// What was found of a file before it was loaded; shown by `vedette plugin list` and in the audit log.
public struct PluginStanding: Sendable, Hashable {
  /// It lies beside the program, and belongs to root or to whom the program belongs.
  public var isFirstParty = false
  /// The configuration has its SHA-256.
  public var isPinned = false
  /// The id of the trusted key that signed it.
  public var signer: String?

  /// `signed by …, pinned`, or `unverified`.
  public var words: String {
    var all: [String] = []
    if let signer { all.append("signed by \(signer)") }
    if isPinned { all.append("pinned") }
    if isFirstParty { all.append("beside the program") }
    return all.isEmpty ? "unverified" : all.joined(separator: ", ")
  }
}
