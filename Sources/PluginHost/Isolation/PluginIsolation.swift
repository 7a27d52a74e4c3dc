/// Which plugins run in a process of their own, and what they may have there.

/// The rule of `plugins.isolation`, and the limits of the processes.
public struct PluginIsolation: Sendable {
  public enum Mode: String, Sendable, CaseIterable {
    /// Sources, and dissectors that are neither first-party nor trusted by pin or signature, have a process of their own.
    case auto
    /// All run in this process.
    case none
    /// Each has a process of its own.
    case process
  }

  public var mode: Mode
  /// How long a call may take, in milliseconds. A process that does not answer within it is ended.
  public var callMilliseconds: Int64 = 10_000
  /// Bytes of memory that a plugin may have beside what its process needs; 0: any.
  public var memory: UInt64 = 1 << 30
  /// The program that has ``HostedPlugin/serve(_:)`` as `plugin host --serve`; nil: this one, or the one beside it.
  public var program: String?

  public init(_ mode: Mode = .none) { self.mode = mode }

  /// Whether an instance of this interface runs in a process of its own.
  public func isolates(_ plugin: Plugin, _ interface: PluginInterface) -> Bool {
    switch mode {
    case .none: return false
    case .process: return true
    case .auto:
      guard interface == .dissector, let standing = plugin.standing else { return true }
      return !standing.isFirstParty && !standing.isPinned && standing.signer == nil
    }
  }
}

/// How often the process of a plugin ended before its time, and what that cost. All grow only.
public struct PluginInterruptions: Sendable, Hashable {
  public var times: UInt64 = 0
  /// Flows whose inspection by the plugin ended with the process.
  public var sessions: UInt64 = 0
  /// Flows, or directions of them, that the plugin was not asked about while there was no process.
  public var notAsked: UInt64 = 0
  /// When it first and last happened: nanoseconds since 1970 UTC, by the clock of what was inspected.
  public var first: Int64 = 0
  public var last: Int64 = 0
  /// What became of the process the last time.
  public var words = ""
  public init() {}

  /// With those of another instance of the plugin.
  public func adding(_ other: PluginInterruptions) -> PluginInterruptions {
    guard other.times > 0 else { return self }
    guard times > 0 else { return other }
    var sum = self
    sum.times &+= other.times
    sum.sessions &+= other.sessions
    sum.notAsked &+= other.notAsked
    sum.first = min(first, other.first)
    if other.last > last {
      sum.last = other.last
      sum.words = other.words
    }
    return sum
  }
}
