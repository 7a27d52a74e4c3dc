import Foundation
import Glibc
import JSON
import TestSupport
import Testing

/// A network namespace with a veth pair, `sender` and `sensor`, in which nothing else speaks; gone afterwards.
private final class Wire {
  let name = "vedette-test-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"

  init() throws {
    let ip = "ip -n \(name)"
    try #require(
      TestSupport.run(
        """
        ip netns add \(name) && \(ip) link add sender type veth peer name sensor &&
        ip netns exec \(name) sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6' &&
        \(ip) link set sender up && \(ip) link set sensor up && \(ip) link set lo up
        """) == 0)
  }

  deinit { _ = TestSupport.run("ip netns del \(name)") }

  func run(_ command: String) -> Int32 { TestSupport.run("ip netns exec \(name) \(command) >/dev/null 2>&1") }
}

/// The daemon within a namespace.
private final class Sentry {
  private let process = Process()
  let socket: String

  init(_ wire: Wire, _ folder: URL) throws {
    socket = folder.path + "/s"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ip", "netns", "exec", wire.name, productFolder.path + "/vedette", "serve", "--set", "rpc.unix=\(socket)",
      "--set", "store.path=\(folder.path)/v.db", "--set", "store.packets=\(folder.path)/packets",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Ready when it answers; bounded by tries, each of which is a program's run.
    for _ in 0..<500 {
      if (try? EndToEndTests.run("vedette", ["rpc", "--socket", socket, "engine.status"]))?.status == 0 { return }
    }
    Issue.record("the daemon does not answer")
  }

  deinit {
    process.terminate()
    // Bounded by tries, each of which is a program's run; a daemon that does not end is ended.
    for _ in 0..<100 where process.isRunning { _ = TestSupport.run("true") }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  func call(_ method: String, _ params: String = "{}") throws -> JSONValue {
    let run = try EndToEndTests.run("vedette", ["rpc", "--socket", socket, method, params])
    try #require(run.status == 0, "\(run.errors)")
    return try JSONValue(parsing: run.output)
  }

  /// The first capture as `capture.list` has it, once it is as wanted; else as it was last.
  func capture(_ wanted: (JSONValue) -> Bool) throws -> JSONValue {
    var last = JSONValue.null
    for _ in 0..<200 {
      last = try call("capture.list")["items"]?[0] ?? .null
      if wanted(last) { break }
    }
    return last
  }

  /// CapEff of the daemon, as the kernel has it.
  var capabilities: UInt64? {
    let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    return status?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
      .flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
  }
}

/// Datagrams between many pairs of hosts, in both directions; two thirds have a VLAN tag.
private func datagrams(_ count: Int) -> [UInt8] {
  pcapFile(
    (0..<count).map { i in
      let pair = i % 97
      let (from, to) = i / 97 % 2 == 0 ? ("10.0.0.\(pair)", "192.0.2.1") : ("192.0.2.1", "10.0.0.\(pair)")
      let packet = IPv4(from: from, to: to, UDP(from: 1000, to: 2000, payload: Array(repeating: 0, count: 18)))
      let bytes = pair % 3 == 0 ? Ethernet(packet).bytes : Ethernet(VLAN(UInt16(pair % 3), packet)).bytes
      return CapturedFrame(at: 1_800_000_000_000_000_000 + Int64(i) * 10_000, bytes)
    })
}

private let whyNot: String? =
  geteuid() != 0
  ? "needs root"
  : TestSupport.run("command -v tcpreplay ip >/dev/null") != 0
    ? "needs tcpreplay and ip (tools/setup --test)"
    : TestSupport.run(
      """
      ip netns add vedette-test-probe 2>/dev/null || exit 1
      ip netns exec vedette-test-probe true 2>/dev/null; can=$?
      ip netns del vedette-test-probe; exit $can
      """) != 0 ? "no network namespaces here" : nil

@Suite("Live capture on a wire of its own", .serialized, .enabled(if: whyNot == nil, "\(whyNot ?? "")"))
struct LiveCaptureTests {
  private func withSentry(_ body: (Wire, Sentry, String) throws -> Void) throws {
    let wire = try Wire()
    try withFolder { folder in
      let sentry = try Sentry(wire, folder)
      let capture = folder.path + "/sent.pcap"
      try Data(datagrams(1000)).write(to: URL(fileURLWithPath: capture))
      try body(wire, sentry, capture)
    }
  }

  private func packets(_ capture: JSONValue) -> Int64 { capture["packets"]?.int64 ?? -1 }

  @Test("What is sent at 100,000 packets a second is what two workers count, none is dropped")
  func counted() throws {
    try withSentry { wire, sentry, capture in
      _ = try sentry.call("capture.start", #"{"interface": "sensor", "workers": 2}"#)
      _ = try sentry.capture { $0["state"]?.string == "running" }
      #expect(wire.run("tcpreplay -q --pps=100000 --loop=200 --preload-pcap -i sender \(capture)") == 0)
      let seen = try sentry.capture { packets($0) + ($0["dropped"]?.int64 ?? 0) >= 200_000 }
      #expect(packets(seen) == 200_000)
      #expect(seen["dropped"]?.int64 == 0)
      // Each worker has its share of the packets, and records them in a folder of its own.
      let flows = try sentry.call("engine.stats")["counters"]
      #expect(flows?["capture_dropped"]?.int64 == 0)
    }
  }

  @Test("A capability other than capturing is not kept")
  func privileges() throws {
    try withSentry { _, sentry, _ in
      // CAP_NET_RAW is bit 13.
      #expect(sentry.capabilities == 1 << 13)
    }
  }

  @Test("A filter that is changed takes effect while the capture runs, and a wrong one changes nothing")
  func filter() throws {
    try withSentry { wire, sentry, capture in
      _ = try sentry.call("capture.start", #"{"interface": "sensor", "filter": "udp"}"#)
      _ = try sentry.capture { $0["state"]?.string == "running" }
      #expect(wire.run("tcpreplay -q --pps=20000 -i sender \(capture)") == 0)
      #expect(packets(try sentry.capture { packets($0) >= 1000 }) == 1000)
      let wrong = try EndToEndTests.run(
        "vedette",
        ["rpc", "--socket", sentry.socket, "capture.setFilter", #"{"id": "capture-1", "filter": "no such"}"#])
      #expect(wrong.status != 0)
      // Host 10.0.0.3 is in one pair of 97: 11 of 1000 datagrams (3, 100, 197, … 973).
      let set = try sentry.call("capture.setFilter", #"{"id": "capture-1", "filter": "host 10.0.0.3"}"#)
      #expect(set["filter"]?.string == "host 10.0.0.3")
      #expect(try sentry.capture { $0["filter_pending"] == nil }["filter_pending"] == nil)
      #expect(wire.run("tcpreplay -q --pps=20000 -i sender \(capture)") == 0)
      #expect(packets(try sentry.capture { packets($0) >= 1011 }) == 1011)
    }
  }

  @Test("An interface that goes away is waited for, and captured from again when it is back")
  func away() throws {
    try withSentry { wire, sentry, capture in
      let ip = "ip -n \(wire.name)"
      _ = try sentry.call("capture.start", #"{"interface": "sensor", "workers": 2}"#)
      _ = try sentry.capture { $0["state"]?.string == "running" }
      #expect(TestSupport.run("\(ip) link del sensor") == 0)
      #expect(try sentry.capture { $0["state"]?.string == "waiting" }["state"]?.string == "waiting")
      #expect(
        TestSupport.run(
          """
          \(ip) link add sender type veth peer name sensor &&
          \(ip) link set sender up && \(ip) link set sensor up
          """) == 0)
      #expect(try sentry.capture { $0["state"]?.string == "running" }["state"]?.string == "running")
      #expect(wire.run("tcpreplay -q --pps=20000 -i sender \(capture)") == 0)
      #expect(packets(try sentry.capture { packets($0) >= 1000 }) == 1000)
    }
  }

  /// Two frames of the fixture `frames` of each flow, with three thousand flows that begin between them.
  private func conversations(_ flows: Int) -> [UInt8] {
    func datagram(_ flow: Int, _ body: String) -> [UInt8] {
      Ethernet(
        IPv4(
          from: "10.3.\(flow / 200 % 200).\(flow % 200 + 1)", to: "192.0.2.1",
          UDP(
            from: UInt16(5000 + flow / 40_000), to: 7000,
            payload: Array("FX".utf8) + [0, UInt8(body.utf8.count)] + Array(body.utf8)))
      ).bytes
    }
    var frames: [[UInt8]] = []
    for at in 0..<flows + 3000 {
      if at < flows { frames.append(datagram(at, "first")) }
      if at >= 3000 { frames.append(datagram(at - 3000, "second")) }
    }
    return pcapFile(
      frames.enumerated().map { CapturedFrame(at: 1_800_000_000_000_000_000 + Int64($0.offset) * 10_000, $0.element) })
  }

  @Test("A dissector that is reloaded while packets come loses none of them, and no session changes its version")
  func reloaded() throws {
    try withSentry { wire, sentry, capture in
      let flows = 20_000
      try Data(conversations(flows)).write(to: URL(fileURLWithPath: capture))
      func version(_ name: String) throws -> String {
        try FixturePlugins.build("frames", ["PROTOCOL": "\"\(name)\""])
      }
      _ = try sentry.call("plugin.load", #"{"path": "\#(version("one"))"}"#)
      _ = try sentry.call("capture.start", #"{"interface": "sensor", "workers": 2}"#)
      _ = try sentry.capture { $0["state"]?.string == "running" }
      #expect(wire.run("sh -c 'tcpreplay -q --pps=10000 --preload-pcap -i sender \(capture) &'") == 0)
      for name in ["two", "three", "four"] {
        let before = packets(try sentry.capture { _ in true })
        _ = try sentry.capture { packets($0) > before }
        _ = try sentry.call("plugin.reload", #"{"plugin": "frames", "path": "\#(version(name))"}"#)
      }
      let seen = try sentry.capture { packets($0) + ($0["dropped"]?.int64 ?? 0) >= 2 * flows }
      #expect(packets(seen) == 2 * flows)
      #expect(seen["dropped"] == 0)
      _ = try sentry.call("capture.stop", #"{"id": "capture-1"}"#)
      _ = try sentry.capture { $0["state"]?.string == "finished" }
      let loads =
        try sentry.call("plugin.list", #"{"filter": {"id": "org.example.frames"}}"#)["items"]?.elements ?? []
      func sum(_ name: String) -> Int64 { loads.reduce(0) { $0 + ($1[name]?.int64 ?? 0) } }
      #expect(loads.count == 4)
      #expect(sum("sessions") == flows)
      // Each session tells of two frames and of its close, to whichever version it belongs.
      #expect(sum("records") == 3 * flows)
      #expect(loads.allSatisfy { $0["records"]?.int64 == 3 * ($0["sessions"]?.int64 ?? 0) }, "\(loads)")
      #expect(sum("cut_sessions") == 0)
      #expect(loads.count { $0["sessions"]?.int64 ?? 0 > 0 } > 1)
    }
  }
}
