// A data export as the platform hands it over: one archive, read without unpacking it by hand.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite struct ArchivesEndToEnd {
  /// By Python's zipfile: Connections.csv with Jane Doe, Invitations.csv with hers to Sam Poe, Profile.csv, a picture.
  private static let export = """
    UEsDBBQAAAAIAABII13bo2w2ywAAAAoBAAAPAAAAQ29ubmVjdGlvbnMuY3N2NY/NTsNADITveQqrZzdpc+DQG4IihKqA+BFnkzXEkLWjXaOQt2dTxM0zms8e\
    d+acD9XmdWAF/pksuegHLPadoDdV7l1MIZATri5EWkDNpWfwgRyyRQZ7L4KBI8kIFELinDkDJYYoOZeN9aaqbiRlh44i44n+p5fHEx7P3OUfh1cWJ9IFHyzL\
    erwY5x4c4F6rO1LGa2Mc3Kd8aJp5nutR9IuDaN1bbESbzxLaBuPtnto3xK58NcyiAW+Zwtr2mUZWx90enniCdtdeVL9QSwMEFAAAAAgAAEgjXQeOup2TAAAA\
    xQAAAA8AAABJbnZpdGF0aW9ucy5jc3Z9jEEOgjAQRfecoul6oMJCIzsiUTEBSdADVBh1lE5N28j1ZWHiztVL3vv5W2cNnCx0yEEUAWr0Xt8QSnLYB7IMxG8K\
    6FpnrzTi2Y1fgz8THTSjKC1Cp41oZ8q1SlW2BJHmi5UoaglyT2KuEqpmc6yrZgf3EF4+V2qapmQkfuJAnPTWKGL1mA/jwWKc6uzyd+m1iT5QSwMEFAAAAAgA\
    AEgjXeoufckZAAAAHQAAAAsAAABQcm9maWxlLmNzdnPLLCouUfBLzE3V8UmEsriCE3N1AvJTuQBQSwMEFAAAAAgAAEgjXVZUmsMHAAAAFAAAAA4AAABtZWRp\
    YS9mYWNlLmpwZzu8/zAGBABQSwECFAMUAAAACAAASCNd26NsNssAAAAKAQAADwAAAAAAAAAAAAAAgAEAAAAAQ29ubmVjdGlvbnMuY3N2UEsBAhQDFAAAAAgA\
    AEgjXQeOup2TAAAAxQAAAA8AAAAAAAAAAAAAAIAB+AAAAEludml0YXRpb25zLmNzdlBLAQIUAxQAAAAIAABII13qLn3JGQAAAB0AAAALAAAAAAAAAAAAAACA\
    AbgBAABQcm9maWxlLmNzdlBLAQIUAxQAAAAIAABII11WVJrDBwAAABQAAAAOAAAAAAAAAAAAAACAAfoBAABtZWRpYS9mYWNlLmpwZ1BLBQYAAAAABAAEAO8A\
    AAAtAgAAAAA=
    """

  @Test(
    "Each table of an export that the plugin knows is read, and the rest is not",
    arguments: ["linkedin-export,owner=e1:export.zip", "export.zip"])
  func linkedIn(spec: String) throws {
    try withFolder { folder in
      let zip = try #require(Data(base64Encoded: Self.export))
      try zip.write(to: folder.appendingPathComponent("export.zip"))
      let run = try run(
        "vedette", ["analyze", "--output", "json", "--records", "persona,outreach", "--personas", spec], in: folder)
      let records = try run.records
      let personas = records.filter { $0["type"]?.string == "persona" }
      #expect(personas.contains { $0["display_name"] == "Jane Doe" && $0["employer"] == "Northwind" })
      let sources = personas.map { $0["source"]?.string ?? "" }
      #expect(sources.contains("linkedin-export:export.zip!Connections.csv"))
      if spec.contains("owner") {
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains(#""type":"outreach""#) && run.output.contains(#""kind":"connection_request""#))
      }
    }
  }

  @Test("An archive of which nothing is known is one line, and the rest goes on")
  func unknown() throws {
    try withFolder { folder in
      let zip = try #require(Data(base64Encoded: Self.export))
      try zip.write(to: folder.appendingPathComponent("export.zip"))
      let run = try run("vedette", ["analyze", "--output", "json", "--personas", "x-export:export.zip"], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("none of its 4 members is known to the plugin x-export"))
      #expect(try run.records.last?["type"] == "stats")
    }
  }

  private func processes(_ host: String, _ count: Int) -> String {
    (0..<count).map {
      #"{"type":"process","id":"\#(host)-\#($0)","time":"2026-01-01T00:00:00Z","host":"\#(host)","pid":\#($0 + 1),"image":"/bin/true"}"#
        + "\n"
    }.joined()
  }

  @Test(
    "The daemon reads every member; killed in the middle of the second, it goes on there and misses and doubles nothing"
  )
  func daemon() throws {
    try withFolder { (folder: URL) throws in
      let count = 6000
      let hosts = ["alpha", "beta", "gamma"]
      let entries = hosts.map { TarEntry("host/\($0).jsonl", processes($0, count)) } + [TarEntry("readme.md", "# me")]
      let file = folder.appendingPathComponent("hosts.tar")
      try Data(TarBuilder.archive(entries)).write(to: file)
      let yaml = "sources: [{name: feed, plugin: evidence, kind: processes, path: \(file.path)}]\n"
      try Data(yaml.utf8).write(to: folder.appendingPathComponent("v.yaml"))
      let arguments = ["--config", folder.appendingPathComponent("v.yaml").path]
      var daemon = try RunningDaemon(in: folder, arguments)
      var client = try daemon.client()
      try client.call("subscribe", ["topics": ["process"], "filter": ["host": "beta"], "from": 0])
      while try client.nextNotification().params["record"]?["host"]?.string != "beta" {}
      #expect(daemon.end(SIGKILL) == -SIGKILL)

      daemon = try RunningDaemon(in: folder, arguments)
      client = try daemon.client()
      try client.call("subscribe", ["topics": ["source"], "from": 0])
      try client.wait(for: 1, states: ["finished", "failed"])
      let source = try client.all("source.list").first
      #expect(source?["state"] == "finished")
      // What the first member has was read before, and is not read again.
      #expect((source?["records"]?.int64 ?? .max) <= 2 * count)
      let stored = try client.all("process.list", [("limit", 1000)]).compactMap { $0["id"]?.string }
      #expect(stored.count == 3 * count)
      #expect(Set(stored) == Set(hosts.flatMap { host in (0..<count).map { "\(host)-\($0)" } }))
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  /// The source of a daemon that has read an archive, and the ids of what it stored.
  private func read(_ archive: [UInt8]) throws -> (source: JSONValue?, stored: Set<String>) {
    try withFolder { (folder: URL) throws in
      let file = folder.appendingPathComponent("hosts")
      try Data(archive).write(to: file)
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["source"], "from": 0])
      try client.call(
        "source.add", ["name": "feed", "plugin": "evidence", "kind": "processes", "file": .string(file.path)])
      try client.wait(for: 1, states: ["finished", "failed"])
      let stored = try client.all("process.list", [("limit", 1000)]).compactMap { $0["id"]?.string }
      let source = try client.all("source.list").first
      #expect(daemon.end(SIGTERM) == 0)
      return (source, Set(stored))
    }
  }

  private let around = Set((0..<3).flatMap { ["alpha-\($0)", "gamma-\($0)"] })

  @Test("A member that turns out to be broken as it is read ends the source as failed, once those behind it are read")
  func brokenMember() throws {
    let count = 2000
    let beta = Array(processes("beta", count).utf8)
    var zip = ZipBuilder([
      ZipEntry("a.jsonl", processes("alpha", 3)), ZipEntry("b.jsonl", beta),
      ZipEntry("c.jsonl", processes("gamma", 3)),
    ]).bytes
    // A digit of the last line, stored as it is: beyond the 64 KiB that are looked into.
    try #require(beta.count > 2 * 65_536)
    let last = Array("beta-\(count - 1)".utf8)
    let place = try #require(zip.indices.last { zip[$0...].starts(with: last) })
    zip[place + last.count - 1] = UInt8(ascii: "x")
    let (source, stored) = try read(zip)
    #expect(source?["state"] == "failed")
    #expect(source?["error"]?.string?.contains("b.jsonl: ") == true)
    #expect(stored.isSuperset(of: around))
    #expect(!stored.contains("beta-\(count - 1)"))
  }

  @Test("A tar archive that is cut short is refused")
  func cutTar() throws {
    let tar = TarBuilder.archive([
      TarEntry("a.jsonl", processes("alpha", 3)), TarEntry("b.jsonl", processes("beta", 1000)),
    ])
    let refusal = #expect(throws: RPCClientError.self) { try read(Array(tar.dropLast(50_000))) }
    #expect(refusal.map { "\($0)" }?.contains("the tar archive is cut short") == true)
  }

  @Test("A member that is seen to be broken as it is looked into is left out and told as refused")
  func brokenStart() throws {
    var broken = ZipEntry("b.jsonl", processes("beta", 3))
    broken.claimedSize = 10
    let (source, stored) = try read(
      ZipBuilder([ZipEntry("a.jsonl", processes("alpha", 3)), broken, ZipEntry("c.jsonl", processes("gamma", 3))]).bytes
    )
    #expect(source?["state"] == "finished")
    #expect((source?["last_rejects"]?.elements ?? []).contains { $0.string?.hasPrefix("b.jsonl: ") == true })
    #expect(stored == around)
  }
}
