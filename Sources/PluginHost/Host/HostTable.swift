/// The `vdt_host` of one instance: what the plugin may ask of the house.

import Evidence
import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// A line that a plugin logged.
public struct PluginLogLine: Sendable, Hashable {
  public enum Level: UInt32, Sendable { case debug, info, warning, error }
  public var plugin: String
  public var level: Level
  public var text: String

  public init(plugin: String, level: Level, text: String) {
    self.plugin = plugin
    self.level = level
    self.text = text
  }
}

/// Owns the table; it stays valid until `destroy` has returned, for the instance that has it holds on to it.
final class HostTable: @unchecked Sendable {  // `table` is written in init only; what changes is behind the mutex

  /// Log lines of one instance that are passed on; what is over it is counted.
  static let logBudget: UInt64 = 1000

  private struct Words {
    /// By thread; the last words of an error.
    var byThread: [(thread: pthread_t, text: String)] = []
    var logged: UInt64 = 0
    var unlogged: UInt64 = 0
  }

  let table: UnsafeMutablePointer<vdt_host>
  private let plugin: String
  let services: HostServices
  private let log: @Sendable (PluginLogLine) -> Void
  private let lent = LentBytes()
  private let words = Mutex(Words())
  private static let name: StaticString = "vedette"
  private static let version: StaticString = "0.1.0"

  init(plugin: String, services: HostServices = HostServices(), log: @escaping @Sendable (PluginLogLine) -> Void) {
    self.plugin = plugin
    self.services = services
    self.log = log
    table = .allocate(capacity: 1)
    var host = vdt_host()
    host.size = UInt32(MemoryLayout<vdt_host>.size)
    host.abi = VDT_ABI_VERSION
    host.name = Self.name.abi
    host.version = Self.version.abi
    host.log = { host, level, text in HostTable.of(host)?.note(level, text) ?? VDT_E_ARGUMENT }
    host.fail = { host, code, text in
      HostTable.of(host)?.failed(text.words)
      return code
    }
    host.now_ns = { _ in Timestamp.now().nanoseconds }
    host.interface = { host, id in
      switch id.words {
      case VDT_HOST_SECRET_ID: UnsafeRawPointer(HostServiceTables.shared.secret)
      case VDT_HOST_STATE_ID where HostTable.of(host)?.services.state != nil:
        UnsafeRawPointer(HostServiceTables.shared.state)
      case VDT_HOST_PICTURES_ID where HostTable.of(host)?.services.picture != nil:
        UnsafeRawPointer(HostServiceTables.shared.pictures)
      default: nil
      }
    }
    table.initialize(to: host)
    table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    let unlogged = words.withLock { $0.unlogged }
    if unlogged > 0 {
      let text = "\(unlogged) lines more were left out, for an instance may log \(Self.logBudget)"
      log(PluginLogLine(plugin: plugin, level: .warning, text: text))
    }
    table.deallocate()
  }

  static func of(_ host: UnsafePointer<vdt_host>?) -> HostTable? {
    guard let context = host?.pointee.context else { return nil }
    return Unmanaged<HostTable>.fromOpaque(context).takeUnretainedValue()
  }

  /// Bytes that the plugin may read until its next call on this thread.
  func lend(_ bytes: [UInt8]) -> vdt_bytes { lent.lend(bytes) }

  /// Calls the small store; one that fails says why in the log.
  func withState(_ body: (HostServices.State) throws -> Int32) -> Int32 {
    guard let state = services.state else { return VDT_E_UNSUPPORTED }
    do { return try body(state) } catch {
      log(PluginLogLine(plugin: plugin, level: .error, text: "its small store: \(error)"))
      return VDT_E_IO
    }
  }

  /// The words of the last error on this thread, taken.
  func takeWords() -> String? {
    let me = pthread_self()
    return words.withLock { w in
      guard let at = w.byThread.firstIndex(where: { pthread_equal($0.thread, me) != 0 }) else { return nil }
      return w.byThread.remove(at: at).text
    }
  }

  private func failed(_ text: String) {
    let me = pthread_self()
    words.withLock { w in
      w.byThread.removeAll { pthread_equal($0.thread, me) != 0 }
      // Threads of a plugin that are gone leave their words behind: bounded.
      if w.byThread.count >= 64 { w.byThread.removeFirst() }
      w.byThread.append((me, text))
    }
  }

  private func note(_ level: UInt32, _ text: vdt_str) -> Int32 {
    guard let level = PluginLogLine.Level(rawValue: level) else { return VDT_E_UNSUPPORTED }
    let passes = words.withLock { w in
      if w.logged < Self.logBudget {
        w.logged += 1
        return true
      }
      w.unlogged += 1
      return false
    }
    if passes { log(PluginLogLine(plugin: plugin, level: level, text: text.words)) }
    return VDT_OK
  }
}

extension StaticString {
  fileprivate var abi: vdt_str {
    vdt_make_str(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self), UInt64(utf8CodeUnitCount))
  }
}

/// Calls `body` with text as the ABI passes it; valid for the call.
func withABIText<Result>(_ text: String, _ body: (vdt_str) -> Result) -> Result {
  var text = text
  return text.withUTF8 { utf8 in
    body(vdt_make_str(UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self), UInt64(utf8.count)))
  }
}

/// Calls `body` with bytes as the ABI passes them; valid for the call.
func withABIBytes<Result>(_ bytes: [UInt8], _ body: (vdt_bytes) -> Result) -> Result {
  bytes.withUnsafeBytes { body(vdt_make_bytes($0.baseAddress, UInt64($0.count))) }
}
