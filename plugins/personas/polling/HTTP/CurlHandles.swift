/// The handles of libcurl that a client works with, as long as it lives.

import CCurl
import Synchronization

/// One thread at a time, but `wake`. Nil handles: there was no memory for them.
final class CurlHandles {
  let multi: UnsafeMutableRawPointer?
  let easy: UnsafeMutableRawPointer?
  /// Where libcurl says what went wrong: empty, or a text that ends with 0.
  let words: UnsafeMutablePointer<CChar>
  private let woken = Atomic<Bool>(false)

  /// libcurl asks for this once in a process; since 7.84 it may be asked again, from any thread.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init() {
    words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    multi = Self.isReady ? curl_multi_init() : nil
    easy = Self.isReady ? curl_easy_init() : nil
  }

  deinit {
    if let easy { curl_easy_cleanup(easy) }
    if let multi { curl_multi_cleanup(multi) }
    words.deallocate()
  }

  /// Ends a wait, or the next one. Any thread.
  func wake() {
    woken.store(true, ordering: .releasing)
    if let multi { curl_multi_wakeup(multi) }
  }

  /// Whether ``wake()`` was called since the last time this was asked.
  func takeWake() -> Bool { woken.exchange(false, ordering: .acquiring) }
}
