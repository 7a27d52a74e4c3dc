// TCP.

import CLibuv
import Glibc

/// A TCP connection.
public final class TCP: Stream {
  public init(_ loop: EventLoop) throws(EventLoopError) {
    try super.init(loop, uv_tcp_t.self, "make a TCP socket", uv_tcp_init)
  }
}

/// An IP address and port.
struct SocketAddress {
  var storage = sockaddr_storage()

  /// Reads `127.0.0.1` or `::1`; no names are looked up.
  init(host: String, port: UInt16) throws(EventLoopError) {
    let failed = withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
      guard let start = bytes.baseAddress else { return UV_EINVAL.rawValue }
      if host.utf8.contains(UInt8(ascii: ":")) {
        return uv_ip6_addr(host, Int32(port), start.assumingMemoryBound(to: sockaddr_in6.self))
      }
      return uv_ip4_addr(host, Int32(port), start.assumingMemoryBound(to: sockaddr_in.self))
    }
    try EventLoopError.check(failed, "use \"\(host)\" as an address", remedy: "write it as 127.0.0.1 or ::1")
  }

  var isLoopback: Bool {
    withUnsafeBytes(of: storage) { bytes in
      if Int32(storage.ss_family) == AF_INET { return bytes[4] == 127 }
      // ::1, after family, port and flow information.
      return bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
    }
  }

  mutating func withAddress<R>(_ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
    withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
  }
}

/// Accepts TCP connections.
public final class TCPListener: LoopHandle {
  public let host: String
  /// The port in use, also when 0 (any) was asked for.
  public private(set) var port: UInt16
  /// Whether only this machine can connect.
  public let isLoopback: Bool
  private var onConnection: ((Result<TCP, EventLoopError>) -> Void)?

  /// Binds an address, written as one, and a port; 0 takes any that is free.
  public init(_ loop: EventLoop, host: String, port: UInt16) throws(EventLoopError) {
    var address = try SocketAddress(host: host, port: port)
    self.host = host
    self.port = port
    isLoopback = address.isLoopback
    try super.init(loop, uv_tcp_t.self, "make a TCP socket", uv_tcp_init)
    let listener = pointer(uv_tcp_t.self)
    let code = address.withAddress { uv_tcp_bind(listener, $0, 0) }
    if code < 0 {
      close()
      throw EventLoopError("bind \(host) port \(port)", code, remedy: "choose another address or port (rpc.tcp)")
    }
  }

  /// Begins to accept; `connection` gets each new one.
  public func start(
    backlog: Int32 = 128, _ connection: @escaping (Result<TCP, EventLoopError>) -> Void
  ) throws(EventLoopError) {
    try requireOpen("listen on \(host) port \(port)")
    onConnection = connection
    let code = uv_listen(pointer(uv_stream_t.self), backlog) { handle, status in
      guard let listener = TCPListener.of(handle) else { return }
      listener.onConnection?(Result { () throws(EventLoopError) in try listener.accept(status) })
    }
    try EventLoopError.check(
      code, "listen on \(host) port \(port)", remedy: "choose another address or port (rpc.tcp)")
    var name = sockaddr_storage()
    var length = Int32(MemoryLayout<sockaddr_storage>.size)
    let listener = pointer(uv_tcp_t.self)
    let asked = withUnsafeMutablePointer(to: &name) { name in
      name.withMemoryRebound(to: sockaddr.self, capacity: 1) { uv_tcp_getsockname(listener, $0, &length) }
    }
    // The port stands at the same place for both families, in network order.
    if asked == 0 { port = withUnsafeBytes(of: name) { UInt16($0[2]) &<< 8 | UInt16($0[3]) } }
    state = .active
  }

  private func accept(_ status: Int32) throws(EventLoopError) -> TCP {
    try EventLoopError.check(status, "accept a connection on port \(port)")
    let connection = try TCP(loop)
    let code = uv_accept(pointer(uv_stream_t.self), connection.stream)
    if code < 0 {
      connection.close()
      throw EventLoopError("accept a connection on port \(port)", code)
    }
    // Answers are small and wanted at once.
    uv_tcp_nodelay(connection.pointer(uv_tcp_t.self), 1)
    return connection
  }

  override func didClose() { onConnection = nil }
}

/// TCP connections outside of a loop.
public enum TCPSocket {
  /// Connects, blocking; the descriptor is the caller's to close.
  public static func connect(host: String, port: UInt16) throws(EventLoopError) -> Int32 {
    var address = try SocketAddress(host: host, port: port)
    let what = "connect to \(host) port \(port)"
    let descriptor = socket(
      Int32(address.storage.ss_family), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw EventLoopError(what, -errno) }
    let failed = address.withAddress { start in
      Glibc.connect(descriptor, start, socklen_t(MemoryLayout<sockaddr_storage>.size)) == 0 ? 0 : errno
    }
    guard failed == 0 else {
      Glibc.close(descriptor)
      throw EventLoopError(what, -failed)
    }
    return descriptor
  }
}
