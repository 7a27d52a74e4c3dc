/// What is known of pictures by their addresses, from one round to the next.

import PersonaRecords
import Pictures

/// Bounded: of two generations of addresses the older one is forgotten when the younger one is full, so that a picture that
/// is seen again and again stays. One thread at a time.
final class AvatarMemory {
  private struct Known {
    var reading: AvatarReading
    /// When it could not be had; nil where it was.
    var failedOn: Int64?
  }

  /// Addresses of one generation.
  static let most = 8192
  private var younger: [String: Known] = [:]
  private var older: [String: Known] = [:]
  /// Hosts that are left alone: until when, nanoseconds since 1970 UTC, and why.
  private var resting: [String: (until: Int64, words: String)] = [:]
  /// Failures in a row.
  private var failures: [String: Int] = [:]
  /// Hosts of either kind that are remembered.
  private static let mostHosts = 1024
  /// Failures in a row after which a host is left alone, and for how long, in nanoseconds.
  private static let patience = 3
  private static let rest: Int64 = 600_000_000_000

  /// What is known of an address. One that could not be had is worth another try on another day.
  func known(_ address: String, on day: Int64) -> AvatarReading? {
    guard let known = younger[address] ?? older[address] else { return nil }
    if let failed = known.failedOn, failed != day { return nil }
    if younger[address] == nil { put(address, known) }
    return known.reading
  }

  /// `day`: of a failure.
  func note(_ address: String, _ reading: AvatarReading, failedOn day: Int64? = nil) {
    put(address, Known(reading: reading, failedOn: day))
  }

  private func put(_ address: String, _ known: Known) {
    if younger.count >= Self.most {
      older = younger
      younger = [:]
    }
    younger[address] = known
  }

  // MARK: Hosts

  /// Why a host is not asked now.
  func refusal(of host: String, at now: Int64) -> String? {
    guard let rest = resting[host] else { return nil }
    // A clock that was set back would make a rest last for ever.
    if rest.until > now, rest.until &- now <= 86_400_000_000_000 { return rest.words }
    resting[host] = nil
    return nil
  }

  func rest(_ host: String, until: Int64, _ words: String) {
    if resting.count >= Self.mostHosts { resting = [:] }
    resting[host] = (until, words)
  }

  func answered(_ host: String) { failures[host] = nil }

  /// It could not be reached.
  func failed(_ host: String, at now: Int64) {
    if failures.count >= Self.mostHosts { failures = [:] }
    failures[host, default: 0] += 1
    guard failures[host] ?? 0 >= Self.patience else { return }
    failures[host] = nil
    rest(host, until: now &+ Self.rest, "its host was not reached \(Self.patience) times and is left alone for a while")
  }
}
