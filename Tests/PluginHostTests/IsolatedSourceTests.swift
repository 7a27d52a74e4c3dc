// Sources in processes of their own: the same observations, and what becomes of the process is an interruption.

import Evidence
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import PluginHost

@Suite("A source in a process of its own")
struct IsolatedSourceTests {
  private func shelf(_ defines: [String: String] = [:], _ mode: PluginIsolation.Mode = .process) throws -> PluginShelf {
    var shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", defines))])
    shelf.isolation = PluginIsolation(mode)
    return shelf
  }

  /// All that a source tells, a batch a line.
  private func told(_ source: SourceInstance, max: Int) throws -> [String] {
    var told: [String] = []
    while true {
      let batch = try source.next(max: max)
      told.append("\(batch)")
      guard batch.status == .more else { return told }
    }
  }

  @Test("What it reads gives the same observations, rejects and cursors, batch for batch", arguments: [1, 2, 1000])
  func same(_ max: Int) throws {
    let path = try FixturePlugins.write(SourceTests.text, to: "isolated-\(max).txt")
    let here = try told(try shelf([:], .none).openSource(path), max: max)
    let there = try told(try shelf().openSource(path), max: max)
    #expect(here == there)
  }

  @Test("One that is decompressed on the way comes through, too")
  func compressed() throws {
    let path = try FixturePlugins.write(SourceTests.text, to: "isolated-packed.txt")
    try #require(TestSupport.run("gzip -kf '\(path)'") == 0)
    let source = try shelf().openSource(path + ".gz")
    var count = 0
    while true {
      let batch = try source.next(max: 10)
      count += batch.observations.count
      if batch.status == .end { break }
    }
    #expect(count == 3)
  }

  @Test("Parameters that it refuses are refused with its words")
  func refused() throws {
    let path = try FixturePlugins.write(SourceTests.text, to: "isolated-refused.txt")
    let error = #expect(throws: PluginError.self) { _ = try shelf().openSource("lines,a=1:" + path) }
    #expect(error?.description == "\(path): lines cannot read it: lines takes no parameters")
  }

  @Test("A crash fails the stream as one that may be tried again, and from the last cursor it goes on")
  func crash() throws {
    let shelf = try shelf(["IN_NEXT": "if(!s->past&&!strncmp(line,\"crash\",5))abort()"])
    let path = try FixturePlugins.write("process alpha 1 /a\ncrash\nprocess beta 2 /b\n", to: "isolated-crash.txt")
    let first = try shelf.openSource(path)
    let batch = try first.next(max: 1)
    #expect(batch.observations.count == 1)
    #expect(batch.cursor == Array("1".utf8))
    #expect(try first.next(max: 1).status == .failed(.network, "its process crashed (signal 6)"))
    first.close()
    let second = try shelf.openSource(path, cursor: batch.cursor ?? [])
    let rest = try second.next(max: 10)
    #expect(rest.observations.count == 1)
    #expect(rest.rejects.map(\.description) == ["line 2: is no process"])
    #expect(rest.status == .end)
  }

  @Test("A hang fails the stream in the same way, after as long as a call may take")
  func hang() throws {
    var shelf = try shelf(["NEVER": ""])
    shelf.isolation.callMilliseconds = 400
    let source = try shelf.openSource(try FixturePlugins.write(SourceTests.text, to: "isolated-hang.txt"))
    #expect(try source.next(max: 1, wait: 100).status == .failed(.network, "its process hung: no answer within 500 ms"))
  }

  @Test("A crash where it is shown the beginning of a file says that it could not look")
  func sniff() throws {
    var shelf = try shelf(["IN_SNIFF": "abort()"])
    shelf.isolation.callMilliseconds = 5000
    let path = try FixturePlugins.write(SourceTests.text, to: "isolated-sniff.txt")
    let error = #expect(throws: PluginError.self) { _ = try shelf.openSource(path) }
    #expect(error?.words.hasSuffix("lines could not look: its process crashed (signal 6)") == true)
  }

  @Test("A cursor over the limit is an error of the plugin, and says how large it was")
  func cursor() throws {
    let shelf = try shelf(["CURSOR": "4097"])
    let source = try shelf.openSource(try FixturePlugins.write(SourceTests.text, to: "isolated-cursor.txt"))
    let error = #expect(throws: PluginError.self) { _ = try source.next(max: 10) }
    #expect(error?.words == "gave a cursor of 4097 bytes, the limit is 4096")
  }

  @Test("One that reads a file opens no socket and no other file")
  func trespass() throws {
    let shelf = try shelf([
      "IN_NEXT":
        "if(socket(AF_INET,SOCK_STREAM,0)<0&&errno==EPERM&&!fopen(\"/etc/passwd\",\"r\")&&errno==EPERM){"
        + "sink->reject(sink,s->line,VDT_NO_OFFSET,VDT_STR(\"may not\"));continue;}"
    ])
    let source = try shelf.openSource(try FixturePlugins.write("process a 1 /a\n", to: "isolated-trespass.txt"))
    #expect(try source.next(max: 10).rejects.map(\.text) == ["may not"])
  }

  @Test("Secrets and the small store are those of the host")
  func services() throws {
    let kept = Mutex<[String: [UInt8]]>(["old": Array("12".utf8)])
    let services = HostServices(
      secret: { $0 == "token" ? Array("hush".utf8) : nil },
      state: HostServices.State(
        get: { key in kept.withLock { $0[key] } },
        put: { key, value in
          kept.withLock { $0[key] = value }
          return true
        },
        remove: { key in kept.withLock { _ = $0.removeValue(forKey: key) } }))
    let lines = ["secret token", "secret other", "get old", "put new 34", "get new", "remove old", "get old"]
    let path = try FixturePlugins.write(lines.joined(separator: "\n") + "\n", to: "isolated-services.txt")
    let source = try shelf(["ASKS": ""]).openSource("lines:" + path, services: services)
    let said = try source.next(max: 100).observations.map { observation in
      if case .process(let record) = observation { record.image } else { "" }
    }
    // VDT_OK is 0, VDT_E_UNKNOWN −2.
    #expect(said == ["0hush", "-2", "012", "0", "034", "0", "-2"])
    #expect(kept.withLock { $0 } == ["new": Array("34".utf8)])
  }

  @Test("Without a store there is none to be asked")
  func noState() throws {
    let path = try FixturePlugins.write("get old\n", to: "isolated-stateless.txt")
    let source = try shelf(["ASKS": ""]).openSource("lines:" + path)
    guard case .process(let record) = try source.next(max: 1).observations.first else {
      Issue.record("no record")
      return
    }
    #expect(record.image == "-10")  // VDT_E_UNSUPPORTED
  }

  @Test("Wake and progress reach it while a call is under way")
  func wake() throws {
    let path = try FixturePlugins.write(SourceTests.text, to: "isolated-wake.txt")
    let source = try shelf(["WAITS": ""]).openSource(path)
    #expect(source.progress()?.total == 1000)
    // Another thread's call, as the owner of a source makes it.
    nonisolated(unsafe) let shared = source
    let waker = Waker { shared.wake() }
    waker.start()
    #expect(try source.next(max: 100).observations.count == 3)
    waker.join()
    #expect(source.progress()?.done == 5)
  }
}

/// A thread that does one thing.
private final class Waker: @unchecked Sendable {
  private let body: @Sendable () -> Void
  private var thread = pthread_t()
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  func start() {
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Waker>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }
  func join() { pthread_join(thread, nil) }
}

@Suite("What a plugin's process gives up")
struct ConfinementTests {
  @Test("Of all that there is, what could be applied is told, and the rest as lacking", arguments: [false, true])
  func told(_ hasNetwork: Bool) {
    let none = Confinement(0, hasNetwork: hasNetwork)
    let all = Confinement(.max, hasNetwork: hasNetwork)
    #expect(none.applied.isEmpty && all.lacking.isEmpty)
    #expect(none.lacking == all.applied)
    #expect(all.applied.contains("no network") == !hasNetwork)
  }

  @Test("A process has no new privileges, limits and a filter of system calls, wherever it runs")
  func applied() throws {
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    let confinement = try PluginIsolation(.process).confinement(of: plugin, .dissector)
    for words in ["no new privileges", "limits on memory and files", "filtered system calls"] {
      #expect(confinement.applied.contains(words))
    }
  }

  static let standings: [(PluginStanding?, Bool)] = [
    (nil, true), (PluginStanding(), true), (PluginStanding(isFirstParty: true), false),
    (PluginStanding(isPinned: true), false), (PluginStanding(signer: "abc"), false),
  ]

  @Test("auto gives dissectors of others a process of their own, and not those that are trusted", arguments: standings)
  func auto(_ standing: PluginStanding?, _ isIsolated: Bool) throws {
    let plugin = try Plugin(SealedFile(path: FixturePlugins.build("frames")), standing: standing)
    #expect(PluginIsolation(.auto).isolates(plugin, .dissector) == isIsolated)
    #expect(PluginIsolation(.auto).isolates(plugin, .processSource))
    #expect(!PluginIsolation(.none).isolates(plugin, .processSource))
    #expect(PluginIsolation(.process).isolates(plugin, .dissector))
  }
}
