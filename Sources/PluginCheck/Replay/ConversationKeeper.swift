/// Keeps conversations that went wrong, so that their author can run the plugin on them.

#if canImport(Glibc)
  import Glibc
#endif

/// Writes each conversation before it is told, so that it is there when the plugin crashes on it.
final class ConversationKeeper {
  private let folder: String?
  private var kept = 0
  /// Files of one step.
  private static let limit = 20

  /// Nil keeps nothing.
  init(_ folder: String?) { self.folder = folder }

  private var current: String? { folder.map { "\($0)/last.pcap" } }

  func begin(_ conversation: Conversation, _ cut: Cut) {
    guard let current else { return }
    let descriptor = open(current, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = ConversationCapture.bytes(conversation, cut)
    var at = 0
    while at < bytes.count {
      let n = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + at }, bytes.count - at) }
      guard n > 0 else { return }
      at += n
    }
  }

  /// Keeps what was begun last under a name of its own; the words that say so.
  func keep() -> String {
    guard let folder, let current, kept < Self.limit else { return "" }
    kept += 1
    let path = "\(folder)/fault-\(getpid())-\(kept).pcap"
    return rename(current, path) == 0 ? "; kept in \(path)" : ""
  }
}
