// A vendor's day, as docs/plugin-life.md tells it, with a daemon under traffic.

import Foundation
import JSON
import Packets
import RPC
import TestSupport
import Testing

/// Lookups of RFC 1413 on a capture's pipe, each a TCP connection from its first to its last segment.
private final class Lookups {
  let pipe: CapturePipe
  private(set) var count = 0

  init(in folder: URL) throws { pipe = try CapturePipe(in: folder) }

  /// So many more lookups, each from another port or host.
  func send(_ more: Int, user: String = "ana") {
    for _ in 0..<more {
      let (host, port) = (count / 20_000, UInt16(20_000 + count % 20_000))
      count += 1
      pipe.send(lookup(from: "10.2.0.\(host + 1)", port, user))
    }
  }

  private func lookup(from client: String, _ port: UInt16, _ user: String) -> [[UInt8]] {
    let server = "192.0.2.1"
    let (query, answer) = (Array("6193, 23\r\n".utf8), Array("6193, 23 : USERID : UNIX : \(user)\r\n".utf8))
    let (asked, answered) = (UInt32(1 + query.count), UInt32(1 + answer.count))
    func up(_ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
      Ethernet(
        IPv4(
          from: client, to: server,
          TCP(from: port, to: 113, flags, sequence: sequence, acknowledgement: acknowledgement, payload: payload))
      ).bytes
    }
    func down(_ flags: TCPFlags, _ sequence: UInt32, _ acknowledgement: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
      Ethernet(
        IPv4(
          from: server, to: client,
          TCP(from: 113, to: port, flags, sequence: sequence, acknowledgement: acknowledgement, payload: payload))
      ).bytes
    }
    return [
      up([.syn], 0, 0), down([.syn, .ack], 0, 1), up([.ack], 1, 1), up([.ack, .psh], 1, 1, query),
      down([.ack, .psh], 1, asked, answer), down([.fin, .ack], answered, asked), up([.ack], asked, answered + 1),
      up([.fin, .ack], asked, answered + 1), down([.ack], answered + 1, asked + 1),
    ]
  }
}

@Suite("A vendor's day")
struct PluginDayTests {
  /// The page's commands name no socket: those that speak to the daemon get this one's.
  private func prelude(_ socket: String, _ folder: String) -> String {
    """
    vedette() {
      case "$1 ${2-}" in
        "plugin load"|"plugin unload"|"plugin reload"|"plugin info"|"audit "*) command vedette "$@" --socket '\(socket)' ;;
        *) command vedette "$@" ;;
      esac
    }
    cd '\(folder)'

    """
  }

  @Test(
    "The page works, followed to the letter, and no lookup is lost to a change",
    .enabled(if: PluginDevelopmentTests.has("cc") && PluginDevelopmentTests.has("make")))
  func day() throws {
    let page = String(decoding: try Corpus.bytes(of: Corpus.repository + "/docs/plugin-life.md"), as: UTF8.self)
    try withFolder { (folder: URL) throws in
      var daemon: RunningDaemon?
      var client: RPCClient?
      let lookups = try Lookups(in: folder)
      var place = folder.path
      var last = ""
      for block in PluginDevelopmentTests.blocks(of: page) {
        switch block.info {
        case "yaml":
          let file = folder.appendingPathComponent("vedette.yaml")
          try Data(block.text.replacingOccurrences(of: "/etc/vedette/keys", with: folder.path).utf8).write(to: file)
          // The page's windows are of ten seconds; here the calls decide.
          let started = try RunningDaemon(
            in: folder,
            ["--config", file.path, "--set", "plugins.budget.window=0s", "--set", "plugins.budget.time_per_call=100us"])
          daemon = started
          client = try started.client()
          try client?.call("capture.start", ["file": .string(lookups.pipe.path)])
        case "parked":
          // As much traffic as it takes.
          for _ in 0..<1000 {
            if try turnstile(client)?["state"] == "parked" { break }
            lookups.send(50)
          }
          fallthrough
        case "sh", "fails", "crashed":
          if block.info == "crashed" {
            lookups.send(1, user: "maximiliana")
            for _ in 0..<100_000 {
              if try turnstile(client)?["crashes"] != nil { break }
            }
          }
          if daemon != nil { lookups.send(20) }
          let script = daemon.map { prelude($0.socket, place) } ?? ""
          let (status, text) = try PluginDevelopmentTests.shell(script + block.text, in: folder)
          #expect(status == (block.info == "fails" ? 1 : 0), "\(block.text)\(text)")
          last = text
          if block.text.contains("cd turnstile") { place += "/turnstile" }
          if daemon != nil { lookups.send(20) }
        case "diff": try PluginDevelopmentTests.apply(block.text, to: URL(fileURLWithPath: place))
        case "output":
          for line in block.text.split(separator: "\n") { #expect(last.contains(line), "\(line) in \(last)") }
        default: Issue.record("a block that this test does not follow: \(block.info)")
        }
      }
      let daemonThen = try #require(daemon)
      let clientThen = try #require(client)
      try clientThen.call("subscribe", ["topics": ["capture"], "from": 0])
      lookups.pipe.end()
      while try clientThen.nextNotification().params["record"]?["state"]?.string != "finished" {}
      #expect(try clientThen.all("capture.list").map { $0["packets"] } == [.int(Int64(9 * lookups.count))])
      let loads = try clientThen.all("plugin.list", [("filter", ["name": "turnstile"])])
      #expect(loads.map { $0["version"] } == ["0.1.0", "0.2.0", "0.2.1", "0.2.2", "0.2.3"])
      for load in loads {
        #expect(load["state"] == "drained")
        // A lookup that was recognised is a record, but for the one of the crash: none was cut, none was lost.
        #expect(load["records"]?.int64 == (load["sessions"]?.int64 ?? 0) - (load["lost_sessions"]?.int64 ?? 0))
        #expect(load["crashes"] == (load["version"] == "0.2.2" ? 1 : nil))
        #expect(load["cut_sessions"] == 0)
        #expect(load["records"]?.int64 ?? 0 >= 20)
      }
      #expect(daemonThen.end(SIGTERM) == 0)
    }
  }

  private func turnstile(_ client: RPCClient?) throws -> JSONValue? {
    try client?.all("plugin.list", [("filter", ["name": "turnstile"])]).last
  }
}
