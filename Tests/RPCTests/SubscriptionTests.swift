import EventLoop
import JSON
import Synchronization
import Testing

@testable import RPC

@Suite("Subscriptions")
struct SubscriptionTests {
  /// Publishes on the loop from the client's thread; done when it returns.
  final class Publisher: Sendable {
    private let remote: Remote
    private let publishOne: @Sendable (String, JSONValue) -> Void

    init(_ server: RPCServer, _ loop: EventLoop) {
      remote = loop.remote
      // Touched on the loop only.
      nonisolated(unsafe) weak let target = server
      publishOne = { topic, record in target?.publish(topic) { $0.value(record) } }
    }

    func publish(_ topic: String, _ records: [JSONValue]) {
      remote.submit { [publishOne] in for record in records { publishOne(topic, record) } }
    }
  }

  func serveEvents(
    keeping kept: Int = 1000, from first: UInt64 = 1, _ client: @escaping @Sendable (String, Publisher) throws -> Void
  ) throws {
    var options = RPCServer.Options()
    options.keptEvents = kept
    options.firstEvent = first
    let publisher = Mutex<Publisher?>(nil)
    try serve(MethodTable(contract: try Contract.vedette()), options: options) { server, loop in
      publisher.withLock { $0 = Publisher(server, loop) }
    } client: { path, _, _ in
      if let publisher = publisher.withLock({ $0 }) { try client(path, publisher) }
    }
  }

  @Test("Events of the topics and values asked for arrive in order, numbered over all topics")
  func topics() throws {
    try serveEvents { path, publisher in
      let client = try RPCClient(unix: path)
      let answer = try client.call(
        "subscribe", ["topics": ["case"], "filter": ["severity": ["high", "critical"], "entity.kind": "host"]])
      #expect(answer["seq"] == 1)
      publisher.publish("flow", [["severity": "high", "entity": ["kind": "host"]]])
      for severity in ["low", "high", "critical"] {
        publisher.publish("case", [["severity": .string(severity), "entity": ["kind": "host"]], ["severity": "high"]])
      }
      let first = try client.nextNotification()
      #expect(first.method == "event")
      #expect(
        first.params == [
          "subscription": answer["subscription"] ?? nil, "topic": "case", "seq": 4,
          "record": ["severity": "high", "entity": ["kind": "host"]],
        ])
      #expect(try client.nextNotification().params["seq"] == 6)
      let contract = try Contract.vedette()
      #expect(contract.fault(in: try JSONReader().parse(first.params.description), schema: "Event") == nil)
    }
  }

  @Test("From a number on, what is still kept comes first; what is not is said to be missed")
  func resume() throws {
    try serveEvents(keeping: 10) { path, publisher in
      let client = try RPCClient(unix: path)
      publisher.publish("signal", (1...25).map { ["n": .int($0)] })
      // 16…25 are kept. The call comes after the events, for the loop does one after the other.
      try client.call("subscribe", ["topics": ["signal"], "from": 20])
      for seq in 20...25 { #expect(try client.nextNotification().params["seq"] == .int(Int64(seq))) }
      let late = try RPCClient(unix: path)
      try late.call("subscribe", ["topics": ["signal"], "from": 3])
      let missed = try late.nextNotification().params
      #expect(missed["topic"] == "missed")
      #expect(missed["missed"] == 13)
      #expect(missed["seq"] == 15)
      #expect(try late.nextNotification().params["record"] == ["n": 16])
    }
  }

  @Test("A number of an earlier run is answered with what there is and one missed; one not given yet is refused")
  func restarted() throws {
    try serveEvents(from: 1_000_000) { path, publisher in
      let client = try RPCClient(unix: path)
      publisher.publish("signal", [["n": 1]])
      try client.call("subscribe", ["topics": ["signal"], "from": 4711])
      let missed = try client.nextNotification().params
      #expect(missed["topic"] == "missed")
      #expect(missed["missed"] == 1)
      #expect(try client.nextNotification().params["seq"] == 1_000_000)
      #expect(throws: RPCClientError.self) { try client.call("subscribe", ["from": 1_000_002]) }
      // The next one is none that was missed.
      try client.call("subscribe", ["topics": ["case"], "from": 1_000_001])
      publisher.publish("case", [[:]])
      #expect(try client.nextNotification().params["topic"] == "case")
    }
  }

  @Test("What was published last is sent before the server ends")
  func lastWords() throws {
    let folder = try TemporaryFolder()
    let loop = try EventLoop()
    let server = try RPCServer(loop, methods: MethodTable(contract: try Contract.vedette()))
    try server.listen(unix: folder.path + "/a.sock")
    let path = folder.path + "/a.sock"
    let remote = loop.remote
    nonisolated(unsafe) let target = server  // touched on the loop only
    let heard = Mutex<String?>(nil)
    let client = Thread {
      guard let client = try? RPCClient(unix: path) else { return remote.stop() }
      _ = try? client.call("subscribe")
      remote.submit {
        target.publish("case") { $0.value(["last": true]) }
        target.stop()
      }
      let event = try? client.nextNotification()
      heard.withLock { $0 = event?.params["topic"]?.string }
    }
    // Nothing is left open by the stop: the loop ends by itself.
    try loop.run()
    client.join()
    #expect(heard.withLock { $0 } == "case")
    loop.close()
  }

  @Test("After unsubscribe nothing comes any more, and another's subscription is none of ours")
  func unsubscribe() throws {
    try serveEvents { path, publisher in
      let (client, other) = (try RPCClient(unix: path), try RPCClient(unix: path))
      let mine = try client.call("subscribe", ["topics": ["flow"]])["subscription"] ?? nil
      #expect(throws: RPCClientError.self) { try other.call("unsubscribe", ["subscription": mine]) }
      #expect(try client.call("unsubscribe", ["subscription": mine])["removed"] == true)
      #expect(throws: RPCClientError.self) { try client.call("unsubscribe", ["subscription": mine]) }
      try client.call("subscribe", ["topics": ["case"]])
      publisher.publish("flow", [[:]])
      publisher.publish("case", [[:]])
      #expect(try client.nextNotification().params["topic"] == "case")
    }
  }

  @Test("A reader that does not read holds nothing up: what it gets and what it is told it missed are all there were")
  func slowReader() throws {
    try serveEvents(keeping: 500) { path, publisher in
      let (slow, quick) = (try RPCClient(unix: path), try RPCClient(unix: path))
      try slow.call("subscribe", ["topics": ["flow"]])
      let total = 20_000
      let filler = JSONValue.string(String(repeating: "x", count: 200))
      for batch in 0..<(total / 100) {
        publisher.publish("flow", (0..<100).map { ["n": .int(Int64(batch * 100 + $0)), "x": filler] })
        // The loop answers others all the while.
        try quick.call("rpc.discover")
      }
      publisher.publish("flow", [["last": true]])
      var (received, missed, before) = (0, Int64(0), Int64(0))
      while true {
        let event = try slow.nextNotification().params
        let seq = event["seq"]?.int64 ?? 0
        #expect(seq > before)
        before = seq
        if event["topic"] == "missed" { missed += event["missed"]?.int64 ?? 0 } else { received += 1 }
        if event["record"]?["last"] == true { break }
      }
      #expect(Int64(received) + missed == Int64(total) + 1)
      #expect(missed > 0)
    }
  }
}
