/// What one call of a source's `next` gave.

import Evidence

/// A bad record of the input, which was left out.
public struct SourceReject: Sendable, Hashable, CustomStringConvertible {
  /// 1-based, nil where it is not known.
  public var line: UInt64?
  /// In the decompressed input, nil where it is not known.
  public var offset: UInt64?
  public var text: String

  public init(line: UInt64? = nil, offset: UInt64? = nil, text: String) {
    self.line = line
    self.offset = offset
    self.text = text
  }

  public var description: String {
    if let line { return "line \(line): \(text)" }
    if let offset { return "byte \(offset): \(text)" }
    return text
  }
}

/// How the source stands after a call.
public enum SourceStatus: Sendable, Hashable {
  public enum Failure: UInt32, Sendable { case other, auth, network, format, permission }
  /// There may be more at once.
  case more
  /// Nothing now; ask again after so many milliseconds.
  case idle(retryMilliseconds: UInt64)
  /// The platform's rate limit; ask again after so many milliseconds.
  case limited(retryMilliseconds: UInt64)
  /// The input is at its end.
  case end
  /// It cannot go on; the words are for a person.
  case failed(Failure, String)
}

public struct SourceBatch: Sendable {
  /// In the order in which they were emitted, each with its id and source.
  public var observations: [Observation]
  /// Where to go on after them; nil leaves the old one. Opaque, at most 4 KiB.
  public var cursor: [UInt8]?
  public var rejects: [SourceReject]
  public var status: SourceStatus

  public init(
    observations: [Observation] = [], cursor: [UInt8]? = nil, rejects: [SourceReject] = [], status: SourceStatus = .more
  ) {
    self.observations = observations
    self.cursor = cursor
    self.rejects = rejects
    self.status = status
  }
}
