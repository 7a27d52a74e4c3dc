import Foundation
import PluginSupport
import Synchronization
import Testing
import VedettePluginABI

@testable import TAXIISource

/// A TAXII 2.1 server: discovery, one API root, two collections that can be read and one that cannot.
private final class TAXIIServer: Sendable {
  /// Accounts of a collection, in the order in which they were added.
  let accounts: Mutex<[String: Int]>
  let givesNext: Bool
  private let link = Mutex<LocalServer?>(nil)
  var url: String { link.withLock { $0?.url ?? "" } }
  var requests: [ServedRequest] { link.withLock { $0?.requests ?? [] } }

  init(_ accounts: [String: Int], givesNext: Bool = true) throws {
    self.accounts = Mutex(accounts)
    self.givesNext = givesNext
    let server = try LocalServer { [self] request in answer(request) }
    link.withLock { $0 = server }
  }

  private static func added(_ n: Int) -> String {
    String(format: "2026-08-01T%02d:%02d:00.000000Z", n / 60, n % 60)
  }

  private func answer(_ request: ServedRequest) -> ServedReply {
    // Basic of user:pass (RFC 7617), by printf user:pass | base64.
    guard request.headers["authorization"] == "Basic dXNlcjpwYXNz" else {
      return .answer(401, [:], #"{"title":"Unauthorized"}"#)
    }
    guard request.headers["accept"] == "application/taxii+json;version=2.1" else { return .answer(406, [:], "{}") }
    let type = ["Content-Type": "application/taxii+json;version=2.1"]
    switch request.path {
    case "/taxii2/":
      return .json(#"{"title":"t","default":"\#(url)/root/","api_roots":["\#(url)/root/","\#(url)/other/"]}"#, type)
    case "/root/collections/":
      return .json(
        #"{"collections":[{"id":"one","title":"First","can_read":true,"can_write":false},{"id":"two","title":"Second","can_read":true,"can_write":false},{"id":"three","title":"Third","can_read":false,"can_write":true}]}"#,
        type)
    case "/root/collections/one/objects/", "/root/collections/two/objects/":
      let id = String(request.path.split(separator: "/")[2])
      let count = accounts.withLock { $0[id] ?? 0 }
      let after = request["added_after"] ?? ""
      let all = (0..<count).filter { Self.added($0) > after }
      let start = request["next"].flatMap { Int($0) } ?? 0
      let most = min(request["limit"].flatMap { Int($0) } ?? 100, 7)
      let rest = all.dropFirst(start)
      let page = rest.prefix(most)
      let more = rest.count > most
      var text = #"{"more":\#(more)"#
      if more, givesNext { text += #","next":"\#(start + most)""# }
      if !page.isEmpty { text += #","objects":[\#(page.map { object($0, id) }.joined(separator: ","))]"# }
      var headers = type
      if let first = page.first, let last = page.last {
        headers["X-TAXII-Date-Added-First"] = Self.added(first)
        headers["X-TAXII-Date-Added-Last"] = Self.added(last)
      }
      return .json(text + "}", headers)
    default: return .answer(404, [:], #"{"title":"Not found"}"#)
    }
  }

  /// `user-account` of STIX 2.1 (§6.16).
  private func object(_ n: Int, _ collection: String) -> String {
    let id = String(format: "%08d-0000-4000-8000-%012d", n, collection == "one" ? 1 : 2)
    return
      #"{"type":"user-account","spec_version":"2.1","id":"user-account--\#(id)","user_id":"\#(collection)\#(n)","account_login":"login\#(n)","account_type":"twitter","display_name":"Name \#(n)"}"#
  }
}

private let secrets = ["pass": "pass"]
private func parameters(_ server: TAXIIServer, _ more: String = "") -> String {
  #"{"url":"\#(server.url)/taxii2","user":"user","password":"pass"\#(more)}"#
}

@Suite("The TAXII source")
struct TAXIITests {
  @Test("Discovery, collections and pages are walked, and the next round begins behind them", arguments: [true, false])
  func rounds(_ givesNext: Bool) throws {
    let server = try TAXIIServer(["one": 23, "two": 3], givesNext: givesNext)
    let first = PollingHost.round(TAXIIPlugin.plugin, parameters(server), secrets: secrets)
    #expect(first.last.status == VDT_NEXT_END, "\(first.last.words)")
    #expect(first.rejects == [])
    #expect(Set(first.records.compactMap { $0["account_id"] }).count == 26)
    #expect(first.records.allSatisfy { $0["platform"] == "x" })
    let second = PollingHost.round(TAXIIPlugin.plugin, parameters(server), secrets: secrets, cursor: first.cursor)
    #expect(second.records == [])
    server.accounts.withLock { $0["two"] = 4 }
    let third = PollingHost.round(TAXIIPlugin.plugin, parameters(server), secrets: secrets, cursor: second.cursor)
    #expect(third.records.map { $0["account_id"] } == ["two3"])
  }

  @Test("A process that is killed after any number of records misses nothing and doubles nothing", arguments: 1...8)
  func killed(_ size: UInt64) throws {
    let server = try TAXIIServer(["one": 23, "two": 9])
    let whole = PollingHost.round(TAXIIPlugin.plugin, parameters(server), secrets: secrets)
    let parts = PollingHost.killed(after: size, TAXIIPlugin.plugin, parameters(server), secrets: secrets)
    #expect(parts.last.status == VDT_NEXT_END)
    #expect(parts.ids == whole.ids)
    #expect(parts.records.count == whole.records.count)
    #expect(parts.largestCursor <= 4096)
  }

  @Test("Collections are named by id or title; one that is not there, or may not be read, is said")
  func collections() throws {
    let server = try TAXIIServer(["one": 2, "two": 2])
    func run(_ names: String) -> PolledRounds {
      PollingHost.round(TAXIIPlugin.plugin, parameters(server, #","collections":[\#(names)]"#), secrets: secrets)
    }
    #expect(run(#""Second""#).records.count == 2)
    #expect(run(#""nine""#).last.words.contains("no collection 'nine'"))
    #expect(run(#""three""#).last.error == VDT_FAILED_AUTH)
  }

  @Test("A wrong password is a failure for a person; one over plain http to elsewhere is never sent")
  func credentials() throws {
    let server = try TAXIIServer([:])
    let run = PollingHost.round(TAXIIPlugin.plugin, parameters(server), secrets: ["pass": "other"])
    #expect(run.last.error == VDT_FAILED_AUTH)
    let host = PollingHost(TAXIIPlugin.plugin, secrets: secrets)
    #expect(!host.open(#"{"url":"http://t.example/taxii2/","user":"user","password":"pass"}"#))
  }
}
