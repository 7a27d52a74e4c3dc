/// Why a picture says nothing, or less than it could.

/// One line: what is wrong with the picture.
public struct PictureProblem: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// No picture, or one of a kind that is not read.
    case unknown
    /// Cut short, or not as its kind has to be.
    case broken
    /// More bytes, pixels, memory or passes than a picture may have.
    case tooLarge = "too_large"
    /// Of a known kind, but made in a way that is not read: animated WebP, JPEG of twelve bits.
    case unread
    /// The machine had no memory for it.
    case noMemory = "no_memory"
  }

  public var kind: Kind
  /// After "the picture: "; ASCII.
  public var words: String

  public init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = words
  }

  public var description: String { words }
}
