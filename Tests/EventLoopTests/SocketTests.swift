import EventLoop
import Glibc
import Testing

@Suite("Sockets")
struct SocketTests {
  let folder: TemporaryFolder
  let loop: EventLoop

  init() throws {
    folder = try TemporaryFolder()
    loop = try EventLoop()
  }

  @Test("What is written to a Unix socket is read at the other end, and both know who the other is")
  func unix() throws {
    let path = folder.file("a.sock")
    let listener = try PipeListener(loop, path: path)
    #expect(mode(of: path) == 0o660)
    var heard: [UInt8] = []
    var peer: PeerCredentials?
    var ended = false
    try listener.start { result in
      guard let server = try? result.get() else { return }
      peer = try? server.peer()
      try? server.startReading {
        heard += $0
      } end: { error in
        ended = error == nil
        server.write(Array("bye".utf8))
        server.finish()
        listener.close()
      }
    }
    let client = try Pipe(loop, descriptor: try UnixSocket.connect(path))
    var answer: [UInt8] = []
    try client.startReading {
      answer += $0
    } end: { _ in
      client.close()
    }
    #expect(client.write(Array("hello".utf8)) == .sent)
    #expect(client.bytesWritten == 5)
    Glibc.shutdown(client.descriptor, Int32(SHUT_WR))
    try loop.run()
    #expect(heard == Array("hello".utf8))
    #expect(answer == Array("bye".utf8))
    #expect(ended)
    #expect(peer == PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid()))
    #expect(!exists(path))
    loop.close()
  }

  @Test("A socket file that no one answers is replaced; one in use, and a file, are not")
  func stale() throws {
    let path = folder.file("a.sock")
    // A socket that is closed but not removed, as a crash leaves it.
    let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = UInt16(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    Glibc.close(left)
    #expect(exists(path))

    let listener = try PipeListener(loop, path: path)
    try listener.start { _ in }
    let second = #expect(throws: EventLoopError.self) { try PipeListener(loop, path: path) }
    #expect(second?.remedy?.contains("another program") == true)
    #expect(exists(path))

    let file = folder.file("file")
    Glibc.close(open(file, O_CREAT | O_WRONLY, 0o600))
    let third = #expect(throws: EventLoopError.self) { try PipeListener(loop, path: file) }
    #expect(third?.remedy?.contains("not a socket") == true)
    #expect(exists(file))
    loop.close()
    #expect(!exists(path))
  }

  @Test("Closing a listener leaves a socket that another has put in its place")
  func replaced() throws {
    let path = folder.file("a.sock")
    let first = try PipeListener(loop, path: path)
    unlink(path)
    let second = try PipeListener(loop, path: path)
    first.close()
    #expect(exists(path))
    second.close()
    loop.close()
    #expect(!exists(path))
  }

  @Test("A path that is too long or whose folder is missing is refused with a remedy")
  func badPaths() throws {
    for path in [folder.file(String(repeating: "x", count: 200)), folder.file("no/a.sock")] {
      let error = #expect(throws: EventLoopError.self) { try PipeListener(loop, path: path) }
      #expect(error?.remedy != nil)
    }
    loop.close()
  }

  @Test("A reader that does not read fills the queue up to its bound; when it reads, all that was taken arrives")
  func slowReader() throws {
    let path = folder.file("a.sock")
    let listener = try PipeListener(loop, path: path)
    var server: Pipe?
    try listener.start { server = try? $0.get() }
    let client = try UnixSocket.connect(path)
    loop.runOnce()
    let writer = try #require(server)
    writer.maxQueuedBytes = 100_000
    var drained = 0
    writer.onDrained = { drained += 1 }
    let chunk = [UInt8](repeating: 7, count: 10_000)
    var taken = 0
    while true {
      let written = writer.write(chunk)
      #expect(writer.queuedBytes <= 110_000)
      if written == .full { break }
      taken += chunk.count
    }
    #expect(writer.queuedBytes > 90_000)
    var room = [UInt8](repeating: 0, count: 65_536)
    var received = 0
    while received < taken {
      let count = read(client, &room, room.count)
      if count <= 0 { break }
      received += count
      loop.runOnce()
    }
    #expect(received == taken)
    #expect(writer.queuedBytes == 0)
    #expect(drained == 1)
    #expect(writer.write(chunk) == .sent)
    Glibc.close(client)
    // A peer that has gone is an error to be told of, not a signal.
    var failed: EventLoopError?
    writer.onWriteError = { failed = $0 }
    while failed == nil { if writer.write(chunk) == .queued { loop.runOnce() } }
    #expect(failed?.isDisconnect == true)
    #expect(writer.write(chunk) == .closed)
    loop.close()
  }

  @Test("TCP on loopback carries both directions, and a finished connection delivers all that was queued")
  func tcp() throws {
    let listener = try TCPListener(loop, host: "127.0.0.1", port: 0)
    #expect(listener.isLoopback)
    let payload = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    try listener.start { result in
      guard let server = try? result.get() else { return }
      #expect(server.write(payload) != .full)
      server.finish()
    }
    #expect(listener.port != 0)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = UInt16(AF_INET)
    address.sin_port = listener.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(connected == 0)
    loop.runOnce()
    var received: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while true {
      loop.runOnce()
      let count = recv(client, &room, room.count, Int32(MSG_DONTWAIT))
      if count == 0 { break }
      if count > 0 { received += room[..<count] }
    }
    #expect(received == payload)
    Glibc.close(client)
    loop.close()
  }

  @Test("What is no address, or not ours, is refused")
  func addresses() throws {
    #expect(throws: EventLoopError.self) { try TCPListener(loop, host: "localhost", port: 0) }
    #expect(throws: EventLoopError.self) { try TCPListener(loop, host: "192.0.2.1", port: 0) }
    #expect(try TCPListener(loop, host: "::1", port: 0).isLoopback)
    #expect(try !TCPListener(loop, host: "0.0.0.0", port: 0).isLoopback)
    loop.close()
  }
}
