/// How long a service wants to be left alone: Retry-After and the headers of rate limits.

import CCurl

public enum RateLimit {
  /// The most that is believed, in milliseconds: the ABI's most.
  static let most: UInt64 = 86_400_000

  /// Milliseconds until an answer that says "too many" or "unavailable" may be asked for again; nil: it does not say.
  /// - Parameter now: seconds since 1970.
  public static func pause(after answer: HTTPAnswer, now: Int64) -> UInt64? {
    if let text = answer.header("retry-after"), let pause = retryAfter(text, now: now) { return pause }
    return reset(answer, now: now)
  }

  /// Milliseconds until the window of an answer that used up its quota ends; nil: there is some left, or it does not
  /// say.
  public static func pauseWhenUsedUp(_ answer: HTTPAnswer, now: Int64) -> UInt64? {
    let names = ["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"]
    guard
      let left = names.lazy.compactMap({ answer.header($0) }).first ?? parameter("r", of: answer.header("ratelimit")),
      let count = Double(left), count < 1
    else { return nil }
    return reset(answer, now: now)
  }

  /// Seconds, or a date (RFC 9110 §10.2.3).
  static func retryAfter(_ text: String, now: Int64) -> UInt64? {
    if let seconds = UInt64(text) { return milliseconds(seconds) }
    return date(text).map { until($0, now: now) }
  }

  private static func reset(_ answer: HTTPAnswer, now: Int64) -> UInt64? {
    if let text = parameter("t", of: answer.header("ratelimit")), let seconds = UInt64(text) {
      return milliseconds(seconds)
    }
    let names = ["x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"]
    guard let text = names.lazy.compactMap({ answer.header($0) }).first else { return nil }
    if let number = Double(text), number >= 0, number < 9e15 {
      // Seconds from now (the IETF draft), or since 1970 (most platforms), or milliseconds since 1970: no window is
      // ten years long.
      if number < 315_360_000 { return milliseconds(UInt64(number.rounded(.up))) }
      return until(Int64((number > 1e11 ? number / 1000 : number).rounded(.up)), now: now)
    }
    return date(text).map { until($0, now: now) }
  }

  /// A parameter of the structured header `RateLimit: "name";r=50;t=30` (draft-ietf-httpapi-ratelimit-headers-08), or
  /// of its older form `limit=100, remaining=0, reset=30`.
  private static func parameter(_ name: String, of header: String?) -> String? {
    guard let header else { return nil }
    let older = ["r": "remaining", "t": "reset"][name]
    for part in header.split(whereSeparator: { $0 == ";" || $0 == "," }) {
      let halves = part.split(separator: "=", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let key = halves[0].filter { $0 != " " }
      if key == name || key == older ?? "" { return halves[1].filter { $0 != " " } }
    }
    return nil
  }

  /// An HTTP date, or RFC 3339; seconds since 1970.
  private static func date(_ text: String) -> Int64? {
    if let time = moment(text) { return time / 1_000_000_000 }
    let seconds = curl_getdate(text, nil)
    return seconds >= 0 ? Int64(seconds) : nil
  }

  private static func until(_ second: Int64, now: Int64) -> UInt64 {
    second <= now ? 1000 : milliseconds(UInt64(second &- now))
  }

  private static func milliseconds(_ seconds: UInt64) -> UInt64 {
    min(max(min(seconds, most / 1000) * 1000, 1000), most)
  }
}
