// Errors of captures: which file, where in it, what is wrong.

import Glibc

/// Why a capture cannot be read, or not any further. Prints as one line.
public struct CaptureError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// It cannot be opened or read; the text has the system's words.
    case unreadable
    /// It is no capture at all.
    case foreign
    /// It ends within a header or a record.
    case truncated
    /// A length or a field is impossible.
    case malformed
    /// Compressed data do not decompress.
    case compression
    /// Frames of a link type that has no decoder.
    case unsupportedLinkType
    /// A filter expression that does not compile.
    case filter
    /// An interface that cannot be captured from.
    case interface
  }

  public var kind: Kind
  /// The path, `-` or the interface.
  public var source: String
  /// Where, in bytes from the start; of compressed files, of what they decompress to.
  public var offset: UInt64?
  public var text: String

  public init(_ kind: Kind, _ source: String, at offset: UInt64? = nil, _ text: String) {
    self.kind = kind
    self.source = source
    self.offset = offset
    self.text = text
  }

  public var description: String {
    if let offset { "\(source): byte \(offset): \(text)" } else { "\(source): \(text)" }
  }

  /// The system's words for an error number.
  static func system(_ number: Int32) -> String { String(cString: strerror(number)) }
}
