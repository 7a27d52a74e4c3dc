// Unix domain sockets.

import CLibuv
import Glibc

/// Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED).
public struct PeerCredentials: Sendable, Hashable {
  public let pid: Int32
  public let uid: UInt32
  public let gid: UInt32

  public init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }
}

/// A connection through a Unix socket.
public final class Pipe: Stream {
  public init(_ loop: EventLoop) throws(EventLoopError) {
    try super.init(loop, uv_pipe_t.self, "make a Unix socket") { uv_pipe_init($0, $1, 0) }
  }

  /// Takes over a connected descriptor.
  public convenience init(_ loop: EventLoop, descriptor: Int32) throws(EventLoopError) {
    try self.init(loop)
    let code = uv_pipe_open(pointer(uv_pipe_t.self), descriptor)
    if code < 0 {
      close()
      throw EventLoopError("use descriptor \(descriptor)", code)
    }
  }

  /// The process at the other end when it connected.
  public func peer() throws(EventLoopError) -> PeerCredentials {
    var (pid, uid, gid): (Int32, UInt32, UInt32) = (0, 0, 0)
    let code = vedette_peer_credentials(descriptor, &pid, &uid, &gid)
    try EventLoopError.check(code, "tell who is at the other end")
    return PeerCredentials(pid: pid, uid: uid, gid: gid)
  }
}

/// Connections to Unix sockets outside of a loop.
public enum UnixSocket {
  /// Connects, blocking; the descriptor is the caller's to close.
  public static func connect(_ path: String) throws(EventLoopError) -> Int32 {
    let descriptor = vedette_unix_connect(path)
    try EventLoopError.check(descriptor, "connect to \(path)")
    return descriptor
  }
}

/// Accepts connections on a Unix socket.
public final class PipeListener: LoopHandle {
  public let path: String
  private var onConnection: ((Result<Pipe, EventLoopError>) -> Void)?
  // Which file is ours, so that closing does not remove another's.
  private var device: dev_t = 0
  private var inode: ino_t = 0

  /// Binds `path`. A socket file that no one listens on any more is replaced; one that is answered, or a file that is no
  /// socket, is an error. The file never has more permissions than `mode`.
  public init(_ loop: EventLoop, path: String, mode: UInt32 = 0o660) throws(EventLoopError) {
    self.path = path
    try super.init(loop, uv_pipe_t.self, "make a Unix socket") { uv_pipe_init($0, $1, 0) }
    do throws(EventLoopError) {
      try bind(mode)
    } catch {
      close()
      throw error
    }
  }

  private func bind(_ mode: UInt32) throws(EventLoopError) {
    var descriptor = vedette_unix_bind(path, mode)
    if descriptor == UV_EADDRINUSE.rawValue, try isStale() {
      unlink(path)
      descriptor = vedette_unix_bind(path, mode)
    }
    let remedy: String? =
      switch descriptor {
      case UV_ENOENT.rawValue: "create the folder, or choose another path (rpc.unix)"
      case UV_EACCES.rawValue: "choose a path that may be written (rpc.unix)"
      case UV_ENAMETOOLONG.rawValue: "a Unix socket's path has at most 107 bytes"
      default: nil
      }
    try EventLoopError.check(descriptor, "listen on \(path)", remedy: remedy)
    let code = uv_pipe_open(pointer(uv_pipe_t.self), descriptor)
    if code < 0 {
      Glibc.close(descriptor)
      throw EventLoopError("listen on \(path)", code)
    }
    // The umask may have taken from the mode; now that the file is ours it gets what was asked for.
    chmod(path, mode)
    var facts = stat()
    if lstat(path, &facts) == 0 { (device, inode) = (facts.st_dev, facts.st_ino) }
  }

  /// Whether the path is a socket that no one answers; an error if it is in use.
  private func isStale() throws(EventLoopError) -> Bool {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return false }
    guard facts.st_mode & S_IFMT == S_IFSOCK else {
      throw EventLoopError(
        "listen on \(path)", UV_EADDRINUSE.rawValue,
        remedy: "it is a file, not a socket: remove it or choose another path")
    }
    let probe = vedette_unix_connect(path)
    if probe >= 0 {
      Glibc.close(probe)
      throw EventLoopError(
        "listen on \(path)", UV_EADDRINUSE.rawValue, remedy: "another program listens there: stop it first")
    }
    return probe == UV_ECONNREFUSED.rawValue
  }

  /// Begins to accept; `connection` gets each new one.
  public func start(
    backlog: Int32 = 128, _ connection: @escaping (Result<Pipe, EventLoopError>) -> Void
  ) throws(EventLoopError) {
    try requireOpen("listen on \(path)")
    onConnection = connection
    let code = uv_listen(pointer(uv_stream_t.self), backlog) { handle, status in
      guard let listener = PipeListener.of(handle) else { return }
      listener.onConnection?(Result { () throws(EventLoopError) in try listener.accept(status) })
    }
    try EventLoopError.check(code, "listen on \(path)")
    state = .active
  }

  private func accept(_ status: Int32) throws(EventLoopError) -> Pipe {
    try EventLoopError.check(status, "accept a connection on \(path)")
    let pipe = try Pipe(loop)
    let code = uv_accept(pointer(uv_stream_t.self), pipe.stream)
    if code < 0 {
      pipe.close()
      throw EventLoopError("accept a connection on \(path)", code)
    }
    return pipe
  }

  override func willClose() {
    var facts = stat()
    guard inode != 0, lstat(path, &facts) == 0, facts.st_dev == device, facts.st_ino == inode else { return }
    unlink(path)
  }

  override func didClose() { onConnection = nil }
}
