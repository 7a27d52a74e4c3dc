// What is wrong with a document, and at which byte.

/// A document that was refused: why, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of refusal; all but the limits are breaches of RFC 8259.
  public enum Kind: Sendable, Equatable {
    /// More bytes than the reader takes.
    case tooLarge
    /// Nested deeper than the reader takes.
    case tooDeep
    /// Bytes that are not UTF-8 (RFC 8259 §8.1), or an escape that names no character (a lone surrogate).
    case badUTF8
    /// No value at all.
    case empty
    /// The document ends within a value.
    case truncated
    /// A byte that cannot stand where it stands.
    case syntax
    /// A number beyond 64-bit integers and doubles.
    case numberRange
    /// A second member of the same name where names must be unique (RFC 8785 §3.1).
    case duplicateKey
    /// The system has no memory for it.
    case noMemory
  }

  public let kind: Kind
  /// From the start of the document, in bytes.
  public let offset: Int
  /// What was found or expected there.
  public let reason: String

  public init(_ kind: Kind, at offset: Int, _ reason: String) {
    self.kind = kind
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "bad JSON at byte \(offset): \(reason)" }
}
