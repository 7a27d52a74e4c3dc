/// Why a plugin, or an input of one, could not be used.

#if canImport(Glibc)
  import Glibc
#endif

/// What the system says of the call that has just failed.
var systemWords: String { String(cString: strerror(errno)) }

/// Prints as one line: what, where, and what to do.
public struct PluginError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable {
    /// The file cannot be read, or is not to be trusted.
    case file
    /// No image of a plugin: the loader refuses it, or the entry is missing.
    case image
    /// Another ABI than this host's.
    case abi
    /// The description or the descriptor breaks the contract.
    case description
    /// The plugin refused its configuration, parameters or input.
    case refused
    /// The plugin broke the contract while it ran.
    case contract
    /// No plugin is for it.
    case unknown
  }

  public var kind: Kind
  /// The file, or the plugin's id.
  public var place: String
  public var words: String

  public init(_ kind: Kind, _ place: String, _ words: String) {
    self.kind = kind
    self.place = place
    // One line, whatever a plugin put into its words.
    self.words = String(words.map { $0.isNewline ? " " : $0 }.prefix(1024))
  }

  public var description: String { "\(place): \(words)" }
}
