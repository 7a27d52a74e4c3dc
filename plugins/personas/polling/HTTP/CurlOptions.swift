/// The options of a transfer, each set once and their results kept together.

import CCurl

/// Sets options of a handle; the first refusal is kept.
struct CurlOptions {
  private let easy: UnsafeMutableRawPointer
  private var refusal: CURLcode?

  init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

  mutating func note(_ code: CURLcode) { if code != CURLE_OK, refusal == nil { refusal = code } }
  mutating func text(_ option: CURLoption, _ value: String) { note(vedette_curl_set_text(easy, option, value)) }
  mutating func number(_ option: CURLoption, _ value: Int) { note(vedette_curl_set_number(easy, option, value)) }
  mutating func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
    note(vedette_curl_set_pointer(easy, option, value))
  }

  /// Where a connection goes and what it keeps to.
  mutating func connection(_ address: WebAddress, _ limits: HTTPLimits, words: UnsafeMutablePointer<CChar>) {
    text(CURLOPT_URL, address.text)
    text(CURLOPT_PROTOCOLS_STR, "http,https")
    if !limits.certificates.isEmpty { text(CURLOPT_CAINFO, limits.certificates) }
    // What is on this machine is asked itself, whatever proxy the environment names for the rest.
    if address.isLoopback { text(CURLOPT_PROXY, "") }
    number(CURLOPT_NOSIGNAL, 1)
    number(CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
    pointer(CURLOPT_ERRORBUFFER, words)
  }

  var failure: PollFailure? {
    refusal.map { PollFailure(.network, "libcurl refuses an option: \(String(cString: curl_easy_strerror($0)))") }
  }
}
