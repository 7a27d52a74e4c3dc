/// What one run of `vedette analyze` is asked to do.

public struct AnalysisRequest: Sendable {
  /// Capture files, or `-` for standard input.
  public var captures: [String] = []
  /// Captures whose sensor was named outright.
  public var sensors: [(name: String, path: String)] = []
  /// All captures are one sensor's, in order of time.
  public var merge = false
  /// Go on reading as the (last) capture grows.
  public var follow = false
  public var workers = 1
  /// Paths of rosters that add up, in any of their formats; none takes the configuration's.
  public var rosters: [String] = []
  /// `[PLUGIN:]FILE`.
  public var personas: [String] = []
  public var processes: [String] = []
  /// Where to store what was found; nil keeps only what correlation needs.
  public var store: String?
  public init() {}
}

/// Something that was refused while the rest went on: one line for a person.
public struct Refusal: Sendable, CustomStringConvertible {
  public var description: String
  public init(_ text: String) { description = text }
}

/// An end before anything was done: the request cannot be carried out.
public struct AnalysisError: Error, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ text: String) { description = text }
}
