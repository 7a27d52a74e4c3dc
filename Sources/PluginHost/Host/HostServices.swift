/// What the house lends to a source's instance: secrets of the configuration, a small durable store, and pictures that lie
/// beside what it reads.

import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// Made by the owner of the configuration and the store. Called on the source's thread.
public struct HostServices: Sendable {
  /// The small store of one instance (host-state/1); its bounds are those of the header.
  public struct State: Sendable {
    public var get: @Sendable (_ key: String) throws -> [UInt8]?
    /// Durable once it returned; false where there is no room for a further key.
    public var put: @Sendable (_ key: String, _ value: [UInt8]) throws -> Bool
    public var remove: @Sendable (_ key: String) throws -> Void

    public init(
      get: @escaping @Sendable (String) throws -> [UInt8]?, put: @escaping @Sendable (String, [UInt8]) throws -> Bool,
      remove: @escaping @Sendable (String) throws -> Void
    ) {
      self.get = get
      self.put = put
      self.remove = remove
    }
  }

  /// The most keys of one store.
  public static let mostKeys = Int(VDT_MAX_STATE_KEYS)

  /// A secret by its name; nil where there is none.
  public var secret: @Sendable (_ name: String) -> [UInt8]?
  public var state: State?
  /// A piece of a picture beside the source's input, or why there is none (VDT_E_*); its bounds are those of the header.
  /// Set with the input, where that has a folder.
  var picture: (@Sendable (_ name: String, _ offset: UInt64) -> Result<[UInt8], PictureRefusal>)?

  public init(secret: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }, state: State? = nil) {
    self.secret = secret
    self.state = state
  }
}

/// An error of the ABI.
struct PictureRefusal: Error {
  var code: Int32
}

/// The tables of host-secret/1, host-state/1 and host-pictures/1: the same for all instances, which are told apart by their `vdt_host`.
///
/// Unchecked, because they are pointers: what they point to is written here, once, and never changes.
struct HostServiceTables: @unchecked Sendable {
  static let shared = HostServiceTables()

  let secret: UnsafePointer<vdt_host_secret>
  let state: UnsafePointer<vdt_host_state>
  let pictures: UnsafePointer<vdt_host_pictures>

  private init() {
    let secret = UnsafeMutablePointer<vdt_host_secret>.allocate(capacity: 1)
    secret.initialize(to: vdt_host_secret())
    secret.pointee.size = UInt32(MemoryLayout<vdt_host_secret>.size)
    secret.pointee.get = { host, name, out in
      guard let table = HostTable.of(host), let name = name.checked(VDT_MAX_SECRET_NAME), let out else {
        return VDT_E_ARGUMENT
      }
      guard let bytes = table.services.secret(name), (1...Int(VDT_MAX_SECRET)).contains(bytes.count) else {
        return VDT_E_UNKNOWN
      }
      out.pointee = table.lend(bytes)
      return VDT_OK
    }
    self.secret = UnsafePointer(secret)

    let state = UnsafeMutablePointer<vdt_host_state>.allocate(capacity: 1)
    state.initialize(to: vdt_host_state())
    state.pointee.size = UInt32(MemoryLayout<vdt_host_state>.size)
    state.pointee.get = { host, key, out in
      guard let table = HostTable.of(host), let key = key.checked(VDT_MAX_STATE_KEY), let out else {
        return VDT_E_ARGUMENT
      }
      return table.withState { state in
        guard let bytes = try state.get(key) else { return VDT_E_UNKNOWN }
        out.pointee = table.lend(bytes)
        return VDT_OK
      }
    }
    state.pointee.put = { host, key, value in
      guard let table = HostTable.of(host), let key = key.checked(VDT_MAX_STATE_KEY) else { return VDT_E_ARGUMENT }
      guard value.len <= UInt64(VDT_MAX_STATE_VALUE) else { return VDT_E_LIMIT }
      let bytes = Array(UnsafeRawBufferPointer(start: value.ptr, count: value.ptr == nil ? 0 : Int(value.len)))
      return table.withState { try $0.put(key, bytes) ? VDT_OK : VDT_E_LIMIT }
    }
    state.pointee.remove = { host, key in
      guard let table = HostTable.of(host), let key = key.checked(VDT_MAX_STATE_KEY) else { return VDT_E_ARGUMENT }
      return table.withState {
        try $0.remove(key)
        return VDT_OK
      }
    }
    self.state = UnsafePointer(state)

    let pictures = UnsafeMutablePointer<vdt_host_pictures>.allocate(capacity: 1)
    pictures.initialize(to: vdt_host_pictures())
    pictures.pointee.size = UInt32(MemoryLayout<vdt_host_pictures>.size)
    pictures.pointee.read = { host, name, offset, out in
      guard let table = HostTable.of(host), let name = name.checked(VDT_MAX_PICTURE_NAME), let out else {
        return VDT_E_ARGUMENT
      }
      switch table.services.picture?(name, offset) {
      case .success(let bytes):
        out.pointee = table.lend(bytes)
        return VDT_OK
      case .failure(let refusal): return refusal.code
      case nil: return VDT_E_UNSUPPORTED
      }
    }
    self.pictures = UnsafePointer(pictures)
  }
}

extension vdt_str {
  /// As a name of a secret or a key: UTF-8, not empty, within its bound.
  fileprivate func checked(_ most: UInt32) -> String? {
    guard len > 0, len <= UInt64(most), let ptr else { return nil }
    return String(validating: UnsafeRawBufferPointer(start: ptr, count: Int(len)), as: UTF8.self)
  }
}

/// Bytes that a plugin may read until its next call on the same thread.
final class LentBytes: Sendable {
  /// Unchecked: the bytes are written before the loan is made, and given back under the mutex.
  private struct Loan: @unchecked Sendable {
    var thread: pthread_t
    var bytes: UnsafeMutableRawBufferPointer
  }
  private let loans = Mutex<[Loan]>([])

  init() {}

  deinit { loans.withLock { for loan in $0 { Self.wipe(loan.bytes) } } }

  func lend(_ bytes: [UInt8]) -> vdt_bytes {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
    copy.copyBytes(from: bytes)
    let me = pthread_self()
    let lent = vdt_make_bytes(copy.baseAddress, UInt64(bytes.count))
    let loan = Loan(thread: me, bytes: copy)
    loans.withLock { loans in
      if let at = loans.firstIndex(where: { pthread_equal($0.thread, me) != 0 }) {
        Self.wipe(loans.remove(at: at).bytes)
      }
      // Threads of a plugin that are gone leave their loans behind: bounded.
      if loans.count >= 64 { Self.wipe(loans.removeFirst().bytes) }
      loans.append(loan)
    }
    return lent
  }

  /// What was lent may have been a secret.
  private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    if let base = bytes.baseAddress { explicit_bzero(base, bytes.count) }
    bytes.deallocate()
  }
}
