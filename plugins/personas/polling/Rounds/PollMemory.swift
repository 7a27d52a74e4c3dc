/// What a poller remembers while it runs: pauses that are to be kept, and what did not change.

/// What a source remembers from one round to the next while it runs. None of it is needed after a restart.
public final class PollMemory {
  /// Of feeds that had one page only, the tag of what was handed over, and the day when.
  var tags: [String: (text: String, day: Int64)] = [:]
  /// Answers in a row that could not be read.
  var broken = 0
  var backOff: UInt64 = 0
  /// Nanoseconds since 1970 UTC.
  private var limitedUntil: Int64 = 0
  private var spacedUntil: Int64 = 0
  let pictures = AvatarMemory()

  public init() {}

  func limit(until now: Int64, plus milliseconds: UInt64) {
    limitedUntil = max(limitedUntil, now &+ Int64(clamping: milliseconds) &* 1_000_000)
  }

  func noteRequest(at now: Int64, spacing: UInt64) {
    spacedUntil = now &+ Int64(clamping: min(spacing, RateLimit.most)) &* 1_000_000
  }

  /// What is still to be waited for before a request.
  func pause(at now: Int64) -> Poller.Standing? {
    func left(_ until: Int64) -> UInt64 {
      min((UInt64(until &- now) &+ 999_999) / 1_000_000, RateLimit.most)
    }
    // A clock that was set back would make a pause last for ever.
    if limitedUntil > now, limitedUntil &- now <= 86_400_000_000_000 {
      return .limited(milliseconds: left(limitedUntil))
    }
    if spacedUntil > now, spacedUntil &- now <= 86_400_000_000_000 { return .idle(milliseconds: left(spacedUntil)) }
    return nil
  }

  /// 5 s, doubled up to 5 minutes.
  func nextBackOff() -> UInt64 {
    backOff = backOff == 0 ? 5000 : min(backOff * 2, 300_000)
    return backOff
  }
}
