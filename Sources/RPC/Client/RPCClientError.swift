// Why a call from the command line did not give a result.

/// What can go wrong for a client.
public enum RPCClientError: Error, Sendable, CustomStringConvertible {
  /// No daemon answers there (exit status 3).
  case unreachable(place: String, reason: String)
  /// The daemon went away, or did not answer in time (exit status 3).
  case disconnected(place: String, reason: String)
  /// The daemon refused the call.
  case refused(RPCError)
  /// What came is no JSON-RPC.
  case garbled(String)

  /// Whether the daemon could not be reached, or not any more.
  public var isUnreachable: Bool {
    switch self {
    case .unreachable, .disconnected: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .unreachable(let place, let reason):
      "cannot reach the daemon at \(place): \(reason); start it with `vedette serve`, or name its address"
    case .disconnected(let place, let reason): "the daemon at \(place) is gone: \(reason)"
    case .refused(let error): "the daemon refuses: \(error)"
    case .garbled(let reason): "the daemon's answer makes no sense: \(reason)"
    }
  }
}
