/// Ctrl-C and SIGTERM as a wish to come to an end: what was read by then is told, and nothing is lost.

import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Set by a signal's handler, read between batches.
private let asked = Atomic<Bool>(false)

/// The first signal asks for an end; the second one ends the program as it would have without this.
public enum Interruption {
  public static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// Takes SIGINT and SIGTERM from here on.
  public static func listen() {
    // Whoever started the program may have had them blocked, which is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // Made before a handler needs it: making it is not for a handler.
    asked.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      asked.store(true, ordering: .relaxed)
      signal(number, SIG_DFL)
    }
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }
}
