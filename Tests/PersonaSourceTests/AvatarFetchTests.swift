/// Pictures over HTTP: fetched once, from where they may be fetched, and never in the way of the records.

import CCurl
import Glibc
import PictureSupport
import Pictures
import PluginSupport
import Testing
import VedettePluginABI

@testable import MastodonSource

private let secrets = ["mastodon": "token-of-the-test"]
private let face = SmallPicture.smaller

/// A server with accounts that a search for Acme finds, each with the picture that a path leads to.
private func server(_ pictures: [ServedReply]) throws -> MastodonServer {
  var state = MastodonServer.State()
  for number in 1...pictures.count {
    state.accounts.append(.init(id: number, acct: "u\(number)@far.example", name: "Acme \(number)"))
    state.pictures["/files/\(number).png"] = pictures[number - 1]
  }
  let server = try MastodonServer(state)
  server.state.withLock { state in
    for at in state.accounts.indices { state.accounts[at].avatar = "\(server.url)/files/\(at + 1).png" }
  }
  return server
}

private func parameters(_ server: MastodonServer, _ avatars: String = "fetch") -> String {
  #"{"url":"\#(server.url)","token":"mastodon","notifications":false,"search":["Acme"],"avatars":"\#(avatars)"}"#
}

private func host() -> PollingHost { PollingHost(MastodonPlugin.plugin, secrets: secrets) }

@Suite("Pictures of accounts that are asked for")
struct AvatarFetchTests {
  @Test("A picture gives both hashes; it is asked for once, without the token, and not at all unless that is wanted")
  func fetched() throws {
    let server = try server([.file(200, [:], face.bytes), .file(200, [:], SmallPicture.other.bytes)])
    let off = host().round(parameters(server, "none"))
    #expect(off.records.count == 2)
    #expect(off.records.allSatisfy { $0["avatar_sha256"] == nil })
    #expect(!server.requests.contains { $0.path.hasPrefix("/files/") })

    let host = host()
    let run = host.round(parameters(server))
    #expect(run.last.status == VDT_NEXT_END)
    for (record, picture) in zip(run.records, [face, .other]) {
      let hashes = try PictureHashes(picture.bytes)
      #expect(record["avatar_sha256"] == hashes.sha256)
      #expect(record["avatar_phash"] == hashes.perceptualDigits)
    }
    // Whether there are hashes does not make it another record.
    #expect(run.ids == off.ids)
    #expect(host.round(parameters(server)).records.count == 2)
    let asked = server.requests.filter { $0.path.hasPrefix("/files/") }
    #expect(asked.map(\.path) == ["/files/1.png", "/files/2.png"])
    #expect(asked.allSatisfy { $0.headers["authorization"] == nil })
    #expect(host.log == ["pictures: 2 fetched, 0 known from before", "pictures: 0 fetched, 2 known from before"])
  }

  @Test("What is not to be had costs a record its hashes and no more: it is said in the record, and counted")
  func failures() throws {
    let server = try server([
      .answer(404, [:], "gone"), .answer(200, [:], "<html>Sorry</html>"),
      .file(200, [:], Array(face.bytes.prefix(300))),
      .file(200, [:], [UInt8](repeating: 0, count: PictureHashes.mostBytes + 1)),
      .answer(302, ["Location": "http://files.example:1/x.png"], ""),
      .raw("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\nx"),
      .file(200, [:], face.bytes), .file(200, [:], face.bytes),
    ])
    server.state.withLock { $0.accounts[6].avatar = "ftp://files.example/7.png" }
    let off = host().round(parameters(server, "none"))
    let host = host()
    let run = host.round(parameters(server))
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.rejects.isEmpty)
    #expect(run.ids == off.ids)
    #expect(run.records.count == 8)
    for (at, words) in [
      "answered 404", "no JPEG, PNG, WebP or GIF", "end of JPEG", "answered with more than 8388608 bytes",
      "another origin", "/files/6.png",
      "no http or https address",
    ].enumerated() {
      let extra = run.records[at]["extra"] ?? ""
      #expect(extra.contains("avatar_problem") && extra.contains(words), "\(at): \(extra)")
      #expect(run.records[at]["avatar_phash"] == nil)
    }
    #expect(run.records[7]["avatar_phash"] == (try PictureHashes(face.bytes).perceptualDigits))
    #expect(host.log.count == 2)
    #expect(host.log.first?.hasPrefix("a picture is left out: ") == true)
    #expect(host.log.last?.hasPrefix("pictures: 2 fetched, 0 known from before, and left out ") == true)
    #expect(host.log.last?.contains("1: its address answered 404") == true)

    // What failed is not asked for again on the same day.
    let before = server.requests.count
    #expect(host.round(parameters(server)).ids == off.ids)
    #expect(!server.requests[before...].contains { $0.path.hasPrefix("/files/") })
  }

  @Test("A kill between any two records neither misses nor doubles one, whether the pictures are there or not")
  func killed() throws {
    let all = (0..<50).map { n -> ServedReply in
      n % 3 == 0 ? .answer(500, [:], "") : .file(200, [:], face.bytes)
    }
    let server = try server(all)
    let whole = host().round(parameters(server))
    #expect(whole.records.count == 50)
    let run = PollingHost.killed(
      after: 7, losing: 3, MastodonPlugin.plugin, parameters(server), secrets: secrets)
    #expect(run.last.status == VDT_NEXT_END)
    #expect(Set(run.ids) == Set(whole.ids))
    #expect(run.ids.count == 50)
  }

  @Test("A host that asks to wait a little is waited for; one that asks for long is left alone")
  func limited() throws {
    let server = try server([.answer(429, ["Retry-After": "17"], ""), .file(200, [:], face.bytes)])
    let host = host()
    try #require(host.open(parameters(server)))
    var sum = PolledRounds()
    var waits: [UInt64] = []
    for _ in 0..<1000 {
      let batch = host.next()
      sum.take(batch)
      if batch.status == VDT_NEXT_LIMITED {
        waits.append(batch.retry)
        server.state.withLock { $0.pictures["/files/1.png"] = .file(200, [:], face.bytes) }
      }
      if batch.status < 0 || batch.status >= VDT_NEXT_END { break }
    }
    #expect(waits == [17_000])
    #expect(sum.records.count == 2)
    #expect(sum.records.allSatisfy { $0["avatar_phash"] != nil })

    server.state.withLock { $0.pictures["/files/1.png"] = .answer(429, ["Retry-After": "3600"], "") }
    let patient = PollingHost(MastodonPlugin.plugin, secrets: secrets)
    let run = patient.round(parameters(server))
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.records.count == 2)
    #expect(run.records.allSatisfy { $0["extra"]?.contains("asked to be left alone") == true })
  }

  @Test("A host that is not reached three times is left alone")
  func unreachable() throws {
    let replies = [ServedReply](repeating: .file(200, [:], face.bytes), count: 6)
    let server = try server(replies)
    // Nothing listens there.
    server.state.withLock { state in
      for at in state.accounts.indices { state.accounts[at].avatar = "http://127.0.0.1:1/\(at).png" }
    }
    let host = host()
    let run = host.round(parameters(server))
    #expect(run.last.status == VDT_NEXT_END)
    #expect(run.records.count == 6)
    #expect(host.log.last?.contains("3: its address could not be reached") == true)
    #expect(host.log.last?.contains("3: its host was not reached 3 times") == true)
  }

  @Test("Another host's picture is asked for on the public Internet only")
  func inside() throws {
    let server = try server([.file(200, [:], face.bytes)])
    // The same machine under another name.
    server.state.withLock { state in
      state.accounts[0].avatar = server.url.replacing("127.0.0.1", with: "localhost") + "/files/1.png"
    }
    let run = host().round(parameters(server))
    #expect(run.records.count == 1)
    #expect(run.records[0]["extra"]?.contains("not on the public Internet") == true)
    #expect(!server.requests.contains { $0.path.hasPrefix("/files/") })
  }

  @Test(
    "Addresses of machines, networks and groups are told from public ones",
    arguments: [
      ("8.8.8.8", true), ("1.1.1.1", true), ("172.15.255.255", true), ("172.32.0.1", true), ("100.63.0.1", true),
      ("127.0.0.1", false), ("0.0.0.0", false), ("10.1.2.3", false), ("172.16.0.1", false), ("172.31.255.255", false),
      ("192.168.1.1", false), ("169.254.169.254", false), ("100.64.0.1", false), ("198.18.0.1", false),
      ("192.0.2.1", false), ("224.0.0.1", false), ("255.255.255.255", false), ("2606:4700::1111", true),
      ("2001:4860:4860::8888", true), ("::1", false), ("::", false), ("fe80::1", false), ("fd00::1", false),
      ("ff02::1", false), ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", false), ("64:ff9b::a00:1", false),
      ("2002:a00:1::", false), ("2001:db8::1", false), ("2001::1", false),
    ])
  func isPublic(text: String, expected: Bool) {
    var four = sockaddr_in()
    var six = sockaddr_in6()
    let found: Int32
    if inet_pton(AF_INET, text, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      found = withUnsafePointer(to: &four) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { vedette_is_public($0) }
      }
    } else {
      #expect(inet_pton(AF_INET6, text, &six.sin6_addr) == 1)
      six.sin6_family = sa_family_t(AF_INET6)
      found = withUnsafePointer(to: &six) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { vedette_is_public($0) }
      }
    }
    #expect((found != 0) == expected)
  }
}
