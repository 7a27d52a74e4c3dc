import Foundation
import Synchronization
import Testing
import VedettePluginABI

@testable import JetstreamSource
@testable import Polling

/// 2026-09-01T11:58:20Z, 100 s before the test host's clock.
private let base: Int64 = 1_788_263_900_000_000

/// Events of every documented shape, ten a second: of ten two are follows of the watched, one is a mention, one a
/// profile with the word, one a change; the others are somebody else's.
private let kept: [KeptEvent] = (0..<400).map { (n: Int) -> KeptEvent in
  let micros = base + Int64(n) * 100_000
  let follow = "app.bsky.graph.follow"
  let profile = "app.bsky.actor.profile"
  func commit(_ operation: String, _ collection: String, _ record: String?) -> KeptEvent {
    let body = record.map { #","record":\#($0),"cid":"c\#(n)""# } ?? ""
    return KeptEvent(
      micros: micros, collection: collection,
      text:
        #"{"did":"did:plc:p\#(n)","time_us":\#(micros),"kind":"commit","commit":{"rev":"r\#(n)","operation":"\#(operation)","collection":"\#(collection)","rkey":"k\#(n)"\#(body)}}"#
    )
  }
  switch n % 10 {
  case 0, 5: return commit("create", follow, #"{"$type":"app.bsky.graph.follow","subject":"did:plc:boss"}"#)
  case 1:
    return commit(
      n % 20 == 1 ? "create" : "update", profile, #"{"displayName":"Acme Careers \#(n)","description":"é"}"#)
  case 2:
    return commit(
      "create", "app.bsky.feed.post",
      #"{"text":"Hi","facets":[{"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:boss"}]}]}"#)
  case 3:
    let body =
      n % 20 == 3
      ? #""kind":"identity","identity":{"did":"did:plc:boss","handle":"h\#(n).example","seq":\#(n),"time":"2026-09-01T12:00:00Z"}"#
      : #""kind":"account","account":{"active":false,"did":"did:plc:boss","seq":\#(n),"status":"deactivated","time":"2026-09-01T12:00:00Z"}"#
    return KeptEvent(micros: micros, collection: nil, text: #"{"did":"did:plc:boss","time_us":\#(micros),\#(body)}"#)
  case 4: return commit("delete", follow, nil)
  case 6: return commit("delete", profile, nil)
  default: return commit("create", follow, #"{"subject":"did:plc:other"}"#)
  }
}

private let expected = 400 / 10 * 5

private func parameters(_ server: LocalServer, _ more: String = "") -> String {
  #"{"url":"\#(server.webSocket)","watch":["did:plc:boss"],"words":["acme"],"accounts":["did:plc:boss"],"rewind":1,"since":"2026-09-01T11:58:00Z"\#(more)}"#
}

/// Calls `next` until there are so many records, a failure that waits for a person, or too many calls.
private func listen(
  _ host: PollingHost, _ parameters: String, for count: Int, max: UInt64 = 1000, into sum: inout PolledRounds
) -> Int {
  var opened = 0
  for _ in 0..<10_000 where sum.records.count < count {
    if opened == 0 || sum.last.status == VDT_NEXT_FAILED {
      // As the host does: the stream is opened again where it stopped.
      guard host.open(parameters, cursor: sum.cursor) else {
        sum.last.words = host.words
        return opened
      }
      opened += 1
    }
    sum.take(host.next(max: max))
    if sum.last.status == VDT_NEXT_FAILED, sum.last.error != VDT_FAILED_NETWORK { break }
  }
  return opened
}

@Suite("The Jetstream source, live")
struct JetstreamLiveTests {
  @Test("All of what is watched is told once, in order, from messages whole and in parts")
  func whole() throws {
    let server = try LocalServer.jetstream(kept)
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    var sum = PolledRounds()
    #expect(listen(host, parameters(server), for: expected, into: &sum) == 1)
    #expect(sum.records.count == expected)
    #expect(Set(sum.ids).count == expected)
    #expect(sum.records.map(\.time) == sum.records.map(\.time).sorted())
    #expect(sum.records.count { $0["kind"] == "follow" && $0["to_account_id"] == "did:plc:boss" } == 80)
    #expect(sum.records.count { $0["kind"] == "mention" } == 40)
    #expect(sum.records.count { $0.type == "persona" && $0["bio"] == "é" } == 40)
    #expect(
      sum.records.filter { $0.type == "persona_change" }.prefix(2).map { $0["to"] } == ["h3.example", "deactivated"])
    let asked = try #require(server.requests.first)
    #expect(asked.path == "/subscribe")
    #expect(asked["cursor"] == "\(base - 20_000_000 - 1_000_000)")
    #expect(
      asked.query.filter { $0.name == "wantedCollections" }.map(\.value)
        == ["app.bsky.graph.follow", "app.bsky.actor.profile", "app.bsky.feed.post"])
    #expect(sum.rejects.isEmpty)
  }

  @Test("A connection that is cut again and again misses nothing, and what is heard again is told once")
  func cut() throws {
    let server = try LocalServer.jetstream(kept, perConnection: 37)
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    var sum = PolledRounds()
    // 37 events each, of which 11 are heard again: (400 - 37) / 26 connections more, rounded up.
    #expect(listen(host, parameters(server), for: expected, into: &sum) == 15)
    #expect(sum.records.count == expected)
    #expect(Set(sum.ids).count == expected)
  }

  @Test("A process that is killed after any number of records goes on by its cursor alone", arguments: [1, 7, 100])
  func killed(_ size: UInt64) throws {
    let server = try LocalServer.jetstream(kept)
    defer { server.stop() }
    var sum = PolledRounds()
    for _ in 0..<2000 where sum.records.count < expected {
      let host = PollingHost(JetstreamPlugin.plugin)
      #expect(host.open(parameters(server), cursor: sum.cursor))
      for _ in 0..<100 {
        sum.take(host.next(max: size))
        if !sum.last.records.isEmpty { break }
      }
    }
    #expect(sum.records.count == expected)
    #expect(Set(sum.ids).count == expected)
    #expect(sum.largestCursor <= Int(VDT_MAX_CURSOR))
  }

  @Test("A batch that was lost with its cursor is told again")
  func lostBatch() throws {
    let server = try LocalServer.jetstream(kept)
    defer { server.stop() }
    var sum = PolledRounds()
    var batches = 0
    for _ in 0..<2000 where Set(sum.ids).count < expected {
      let host = PollingHost(JetstreamPlugin.plugin)
      #expect(host.open(parameters(server), cursor: sum.cursor))
      var batch = PolledBatch()
      for _ in 0..<100 where batch.records.isEmpty { batch = host.next(max: 30) }
      batches += 1
      if batches % 3 != 0 { sum.take(batch) }
    }
    #expect(sum.records.count == expected)
    #expect(Set(sum.ids).count == expected)
  }

  @Test("A burst is bounded by what the host asks for, and none of it is lost")
  func burst() throws {
    let burst = (0..<5000).map { n in
      KeptEvent(
        micros: base, collection: "app.bsky.graph.follow",
        text:
          #"{"did":"did:plc:b\#(n)","time_us":\#(base),"kind":"commit","commit":{"operation":"create","collection":"app.bsky.graph.follow","rkey":"k","record":{"subject":"did:plc:boss"}}}"#
      )
    }
    let server = try LocalServer.jetstream(burst)
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    var sum = PolledRounds()
    _ = listen(host, parameters(server), for: 5000, max: 64, into: &sum)
    #expect(Set(sum.ids).count == 5000)
    #expect(sum.records.count == 5000)
  }

  @Test("What is no event is refused with its words, and the rest goes on")
  func rejects() throws {
    let server = try LocalServer { request in
      let frames =
        ServedFrame.text("no JSON") + ServedFrame.bytes(2, [1, 2, 3])
        + ServedFrame.bytes(1, [UInt8](repeating: 0x61, count: 2000)) + ServedFrame.text(kept[0].text)
      return .bytes(request.acceptance + frames, isHeld: true)
    }
    defer { server.stop() }
    var sum = PolledRounds()
    _ = listen(PollingHost(JetstreamPlugin.plugin), parameters(server, #","message_kib":1"#), for: 1, into: &sum)
    #expect(sum.records.count == 1)
    #expect(sum.rejects.count == 3)
    #expect(sum.rejects.first?.hasPrefix("bad JSON") == true)
    #expect(
      sum.rejects.dropFirst() == [
        "a binary message of 3 bytes", "a message of 2000 bytes, more than the 1024 that are read",
      ])
  }

  @Test("However many messages are refused, the place fits into a cursor, and is gone on from")
  func manyRejects() throws {
    let count = 200
    let server = try LocalServer { request in
      let frames = (0..<count).reduce(into: request.acceptance) { bytes, n in
        bytes += ServedFrame.bytes(1, [UInt8](repeating: 0x61, count: 2000 + n))
      }
      return .bytes(frames + ServedFrame.text(kept[0].text), isHeld: true)
    }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    let text = parameters(server, #","message_kib":1"#)
    var sum = PolledRounds()
    _ = listen(host, text, for: 1, into: &sum)
    #expect(sum.rejects.count == count)
    #expect(sum.records.count == 1)
    #expect(sum.largestCursor <= Int(VDT_MAX_CURSOR))
    #expect(PollingHost(JetstreamPlugin.plugin).open(text, cursor: sum.cursor))
  }

  @Test("Of what was told the newest is in the cursor, as much as fits")
  func fits() throws {
    var position = JetstreamPosition(micros: base)
    position.told = (0..<150).map { "\($0)#" + String(repeating: "x", count: 100) }
    let cursor = position.cursor
    #expect(cursor.count <= Int(VDT_MAX_CURSOR))
    let read = try #require(cursor.withUnsafeBytes { JetstreamPosition(cursor: $0) })
    #expect(read.micros == base)
    // 4096 bytes, of which an entry takes 104 to 107 and what is around them fewer than 107.
    #expect(read.told.count >= 37)
    #expect(read.told == position.told.suffix(read.told.count))
  }

  @Test("A call ends with its time, however many events there are that it leaves out")
  func leftOutForever() throws {
    let count: UInt64 = 20_000
    let server = try LocalServer { request in
      let event = ServedFrame.text(#"{"did":"did:plc:x","time_us":\#(base),"kind":"x"}"#)
      return .bytes((0..<count).reduce(into: request.acceptance) { bytes, _ in bytes += event }, isHeld: true)
    }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server)))
    var (most, before): (UInt64, UInt64) = (0, 0)
    while before < count {
      #expect(host.next(wait: 1).records.isEmpty)
      let done = host.done
      most = max(most, done - before)
      before = done
    }
    // As many as a call takes where it is given the time.
    #expect(most < 4096)
  }

  @Test("What breaks the protocol is tried again, and at the same place three times is for a person")
  func broken() throws {
    let server = try LocalServer { .bytes($0.acceptance + [0xf1, 0x00], isHeld: true) }
    defer { server.stop() }
    var sum = PolledRounds()
    #expect(listen(PollingHost(JetstreamPlugin.plugin), parameters(server), for: 1, into: &sum) == 3)
    #expect(sum.last.error == VDT_FAILED_FORMAT)
    #expect(sum.last.words.contains("reserved bit"))
  }

  @Test(
    "Who cannot be reached tells no place, so that the host waits longer each time, and is heard from the beginning")
  func unreachable() throws {
    let asked = Mutex<[String]>([])
    let server = try LocalServer { request in
      let count = asked.withLock { asked in
        asked.append(request["cursor"] ?? "")
        return asked.count
      }
      return count < 3 ? .answer(502, [:], "") : .bytes(request.acceptance, isHeld: true)
    }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    let text = #"{"url":"\#(server.webSocket)","rewind":0}"#
    let began = host.now / 1000
    for _ in 0..<2 {
      #expect(host.open(text))
      let batch = host.next()
      #expect(batch.error == VDT_FAILED_NETWORK)
      #expect(batch.cursor == nil)
      host.now += 60_000_000_000
    }
    #expect(host.open(text))
    // Once it is there, the place is told although nothing happened, and not as one who waits for an answer tells it.
    var first = PolledBatch()
    for _ in 0..<100 where first.cursor == nil { first = host.next(wait: 10) }
    #expect(first.status == VDT_NEXT_OK)
    #expect(first.cursor == #"{"v":1,"time_us":\#(began),"told":[]}"#)
    #expect(asked.withLock { $0 } == ["\(began)", "\(began)", "\(began)"])
  }

  @Test("What is asked for beside the address is in no words")
  func secrets() throws {
    let server = try LocalServer { _ in .raw("SSH-2.0-OpenSSH_9.2\r\n\r\n") }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(#"{"url":"\#(server.webSocket)/subscribe?token=hush"}"#))
    var batch = host.next()
    for _ in 0..<100 where batch.status != VDT_NEXT_FAILED { batch = host.next() }
    #expect(batch.words == "\(server.webSocket)/subscribe: the WebSocket handshake is no answer of HTTP/1.1")
    #expect(server.requests.first?["token"] == "hush")
    #expect(!host.log.contains { $0.contains("hush") })
  }

  @Test("A server that closes says why")
  func closed() throws {
    let server = try LocalServer {
      .bytes($0.acceptance + ServedFrame.close(1001, "restarting"), isHeld: false)
    }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server)))
    let batch = host.next()
    #expect(batch.error == VDT_FAILED_NETWORK)
    #expect(batch.words.hasSuffix("closed the connection (1001): restarting"))
  }

  @Test(
    "Answers that are no WebSocket are failures of their kind",
    arguments: [
      (400, VDT_FAILED_FORMAT), (401, VDT_FAILED_AUTH), (404, VDT_FAILED_FORMAT), (500, VDT_FAILED_NETWORK),
      (503, VDT_FAILED_NETWORK),
      (200, VDT_FAILED_FORMAT), (302, VDT_FAILED_FORMAT),
    ])
  func refused(_ status: Int, _ kind: UInt32) throws {
    let server = try LocalServer { _ in .answer(status, [:], "not here") }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server)))
    let batch = host.next()
    #expect(batch.error == kind)
    #expect(batch.words.contains("answered \(status)"))
  }

  @Test("A server that asks to be left alone is left alone for as long, and then heard", arguments: [429, 503])
  func limited(_ status: Int) throws {
    let asked = Mutex(0)
    let server = try LocalServer { request in
      let isFirst = asked.withLock { count in
        count += 1
        return count == 1
      }
      if isFirst { return .answer(status, ["Retry-After": "30"], "slow down") }
      return .bytes(request.acceptance + ServedFrame.text(kept[0].text), isHeld: true)
    }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server)))
    let first = host.next()
    #expect(first.status == VDT_NEXT_LIMITED)
    #expect(first.retry == 30_000)
    var records = 0
    for _ in 0..<100 where records == 0 { records += host.next().records.count }
    #expect(records == 1)
  }

  @Test("A server that keeps less than was missed is told of")
  func hole() throws {
    let server = try LocalServer.jetstream([kept[0]])
    defer { server.stop() }
    var sum = PolledRounds()
    let text = parameters(server).replacing("2026-09-01T11:58:00Z", with: "2026-09-01T01:00:00Z")
    _ = listen(PollingHost(JetstreamPlugin.plugin), text, for: 1, into: &sum)
    #expect(sum.records.count == 1)
    #expect(sum.rejects.count == 1)
    #expect(sum.rejects.first?.hasPrefix("between 2026-09-01T00:59:59") == true)
  }

  @Test("An event that was told is not told again because the server lost what was before it")
  func holeBeforeKnown() throws {
    // 305 s apart; the second time only the later one is there, 310 s after the place that was asked for.
    let early = KeptEvent(
      micros: base - 305_000_000, collection: kept[0].collection,
      text: kept[5].text.replacing("\"time_us\":\(kept[5].micros)", with: "\"time_us\":\(base - 305_000_000)"))
    let asked = Mutex(0)
    let server = try LocalServer { request in
      let isFirst = asked.withLock { count in
        count += 1
        return count == 1
      }
      let frames = (isFirst ? [early, kept[0]] : [kept[0]]).flatMap { ServedFrame.text($0.text) }
      return .bytes(request.acceptance + frames, isHeld: !isFirst)
    }
    defer { server.stop() }
    let text =
      #"{"url":"\#(server.webSocket)","watch":["did:plc:boss"],"rewind":310,"since":"2026-09-01T11:58:20Z"}"#
    let host = PollingHost(JetstreamPlugin.plugin)
    var sum = PolledRounds()
    _ = listen(host, text, for: 2, into: &sum)
    #expect(sum.rejects.isEmpty)
    #expect(host.open(text, cursor: sum.cursor))
    for _ in 0..<100 where sum.rejects.isEmpty { sum.take(host.next(wait: 100)) }
    #expect(sum.rejects.first?.hasPrefix("between 2026-09-01T11:53:10") == true)
    for _ in 0..<10 { sum.take(host.next(wait: 10)) }
    #expect(sum.records.count == 2)
    #expect(sum.rejects.count == 1)
  }

  @Test("An event of the future does not move the place where it goes on")
  func future() throws {
    let far = kept[0].text.replacing("\"time_us\":\(base)", with: "\"time_us\":9000000000000000")
    let server = try LocalServer { .bytes($0.acceptance + ServedFrame.text(far), isHeld: true) }
    defer { server.stop() }
    var sum = PolledRounds()
    _ = listen(PollingHost(JetstreamPlugin.plugin), parameters(server), for: 1, into: &sum)
    #expect(sum.records.count == 1)
    #expect(sum.cursor.contains("\"time_us\":\(base - 20_000_000)"))
  }

  @Test("A wait ends as it is woken, and one without a server at its time")
  func waits() throws {
    let server = try LocalServer { .bytes($0.acceptance, isHeld: true) }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server)))
    for _ in 0..<1000 where host.next(wait: 1).cursor == nil {}
    host.wake()
    for _ in 0..<3 {
      host.wake()
      // Would last an hour.
      #expect(host.next(wait: 3_600_000).status == VDT_NEXT_IDLE)
    }
    host.close()
    let silent = try LocalServer { _ in .silence }
    defer { silent.stop() }
    let text = parameters(silent, #","timeout":1"#)
    #expect(host.open(text))
    var batch = host.next()
    for _ in 0..<100 where batch.status == VDT_NEXT_IDLE { batch = host.next() }
    #expect(batch.error == VDT_FAILED_NETWORK)
    #expect(batch.words.hasSuffix("no WebSocket within 1 s"))
  }

  @Test("A server that says nothing is pinged and then given up")
  func silence() throws {
    let server = try LocalServer { .bytes($0.acceptance, isHeld: true) }
    defer { server.stop() }
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(host.open(parameters(server, #","silence":1"#)))
    var batch = host.next()
    for _ in 0..<100 where batch.status == VDT_NEXT_IDLE { batch = host.next() }
    #expect(batch.error == VDT_FAILED_NETWORK)
    #expect(batch.words.hasSuffix("nothing came for 1 s"))
  }

  @Test(
    "Wrong parameters are refused with their name",
    arguments: [
      (#"{}"#, "neither a file nor a server"), (#"{"url":"https://a.example"}"#, "url"),
      (#"{"url":"wss://a.example/?cursor=1"}"#, "cursor"), (#"{"url":"wss://a.example","watch":["boss"]}"#, "watch"),
      (#"{"url":"wss://a.example","since":"today"}"#, "since"), (#"{"url":"wss://a.example","x":1}"#, "x is unknown"),
      (#"{"url":"wss://a.example","collections":["a b"]}"#, "collections"),
    ])
  func wrong(_ parameters: String, _ words: String) {
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(!host.open(parameters))
    #expect(host.words.contains(words))
  }

  @Test("A cursor of a file is refused by the live stream, and the other way round")
  func foreignCursor() throws {
    let host = PollingHost(JetstreamPlugin.plugin)
    #expect(!host.open(#"{"url":"ws://127.0.0.1:1"}"#, cursor: "lines/1 10 2"))
    #expect(!host.open("", cursor: #"{"v":1,"time_us":5}"#, descriptor: 0))
    #expect(!host.open(#"{"url":"ws://127.0.0.1:1"}"#, descriptor: 0))
  }
}
