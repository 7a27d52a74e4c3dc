// Traffic that a test sends to a daemon as it goes.

import Foundation
import TestSupport
import Testing

/// A named pipe that delivers a capture, written by the test.
final class CapturePipe {
  let path: String
  private let descriptor: Int32
  private var time: Int64 = 1_767_225_600_000_000_000

  init(in folder: URL) throws {
    path = folder.appendingPathComponent("traffic").path
    try #require(mkfifo(path, 0o600) == 0)
    // For reading, too: so that it can be opened before its reader is there.
    descriptor = open(path, O_RDWR | O_CLOEXEC)
    try #require(descriptor >= 0)
    write(pcapFile([]))
  }

  private func write(_ bytes: [UInt8]) {
    var at = 0
    while at < bytes.count {
      let count = bytes[at...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      at += count
    }
  }

  /// Frames, a millisecond apart.
  func send(_ frames: [[UInt8]]) {
    let captured = frames.map { bytes in
      time += 1_000_000
      return CapturedFrame(at: time, bytes)
    }
    write(Array(pcapFile(captured).dropFirst(24)))
  }

  /// A datagram of each host to a server, with a frame of the fixture `frames`.
  func send(_ body: String, from port: UInt16, hosts: Range<Int>) {
    let payload = Array("FX".utf8) + [0, UInt8(body.utf8.count)] + Array(body.utf8)
    send(
      hosts.map { host in
        Ethernet(
          IPv4(
            from: "10.1.\(host / 200).\(host % 200 + 1)", to: "192.0.2.1", UDP(from: port, to: 7000, payload: payload))
        )
        .bytes
      })
  }

  /// The end of the capture.
  func end() { close(descriptor) }
}
