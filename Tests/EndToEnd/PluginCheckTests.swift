// `vedette plugin check` on a dissector with one fault at a time, and on the plugins of this house.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Checking plugins")
struct PluginCheckTests {
  /// A capture of the example's protocol, as `plugin new` makes it.
  static func capture(_ folder: URL) throws -> String {
    _ = try run("vedette", ["plugin", "new", "--kind", "dissector", "--language", "c", "sample"], in: folder)
    return folder.appendingPathComponent("sample/test/sample.pcap").path
  }

  static func check(_ defines: [String: String], _ arguments: [String] = []) throws -> (
    status: Int32, report: JSONValue
  ) {
    try withFolder { folder in
      let plugin = try FixturePlugins.build("ident-fault", defines)
      let made = try run(
        "vedette",
        ["plugin", "check", plugin, "--json", "--seconds", "1", "--patience", "2", "--pcap", try capture(folder)]
          + arguments)
      return (made.status, try JSONValue(parsing: made.output))
    }
  }

  /// The texts of the faults, by check.
  static func faults(_ report: JSONValue) -> [(check: String, text: String)] {
    (report["checks"]?.elements ?? []).flatMap { check in
      (check["findings"]?.elements ?? []).filter { $0["severity"]?.string == "fault" }.map {
        (check["name"]?.string ?? "", $0["text"]?.string ?? "")
      }
    }
  }

  @Test("A plugin without fault passes every check")
  func sound() throws {
    let (status, report) = try Self.check([:])
    #expect(Self.faults(report).map(\.text) == [])
    #expect(status == 0)
    #expect(report["passes"]?.bool == true)
    let names = (report["checks"]?.elements ?? []).compactMap { $0["name"]?.string }
    #expect(
      names == [
        "library", "description", "instances", "selftest", "records", "cuts", "gaps", "mutations", "leaks", "manners",
        "speed",
      ])
  }

  static let faulty: [(define: String, check: String, words: String)] = [
    ("CRASHES", "cuts", "crashed: Segmentation fault (tcp "),
    ("READS_BEYOND", "records", "crashed: Segmentation fault"),
    ("HANGS", "cuts", "hangs: nothing came for 2 s (tcp "),
    ("EXITS", "records", "ended the process"),
    ("PRINTS", "manners", "bytes to standard output: data"),
    ("LEAKS", "leaks", "bytes or more are not given back in each round"),
    ("TAKES_SIGNAL", "manners", "installed a handler of signal 10"),
    ("LEAVES_THREAD", "manners", "left 1 threads running behind its instance"),
    ("OPENS", "manners", "left 1 descriptors open"),
    ("DEPENDS_ON_CUTS", "cuts", "one byte at a time"),
    ("SHARES", "cuts", "keep all mutable data in the instance"),
    ("UNKNOWN_FIELD", "records", "with an id that was not declared"),
    ("CONSUMES_TOO_MUCH", "records", "more consumed than was offered"),
    ("CHANGES_ITS_MIND", "description", "describes itself otherwise when asked again"),
    ("ANY_MAJOR", "description", "the entry gives a host of ABI 2 a descriptor"),
  ]

  @Test("A fault is found, by the check that looks for it, and ends with status 1", arguments: faulty)
  func finds(_ fault: (define: String, check: String, words: String)) throws {
    let (status, report) = try Self.check([fault.define: ""], ["--only", "description,\(fault.check)"])
    let found = Self.faults(report)
    #expect(found.contains { $0.check == fault.check && $0.text.contains(fault.words) }, "\(found)")
    #expect(status == 1)
    #expect(report["passes"]?.bool == false)
  }

  @Test("A version that is not semantic is a fault")
  func version() throws {
    let (_, report) = try Self.check(["VERSION": "\"1.0\""], ["--only", "description"])
    #expect(Self.faults(report).map(\.text) == ["its version '1.0' is not semantic (1.0.0)"])
  }

  @Test("A library that is found only by RUNPATH is a fault")
  func libraries() throws {
    try withFolder { folder in
      let made = TestSupport.run(
        """
        cd '\(folder.path)' && echo 'int helper(void) { return 1; }' > helper.c && cc -shared -fPIC -o libhelper.so helper.c \
        && echo 'int helper(void); const void *vedette_plugin_entry(unsigned a) { return helper() && a ? 0 : 0; }' > p.c \
        && cc -shared -fPIC -o libdissector_p.so p.c -L. -lhelper '-Wl,-rpath,$ORIGIN'
        """)
      #expect(made == 0)
      let report = try run(
        "vedette",
        ["plugin", "check", folder.appendingPathComponent("libdissector_p.so").path, "--only", "library", "--json"])
      #expect(report.status == 1)
      #expect(
        Self.faults(try JSONValue(parsing: report.output)).map(\.text)
          == ["needs libhelper.so, which the loader does not find"])
    }
  }

  @Test("What is no plugin is told once, and the checks that would run it are not made")
  func noPlugin() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("libdissector_text.so")
      try Data("text".utf8).write(to: file)
      let made = try run("vedette", ["plugin", "check", file.path, "--json"])
      #expect(made.status == 1)
      let report = try JSONValue(parsing: made.output)
      #expect(Self.faults(report).map(\.check) == ["library", "description"])
    }
  }

  @Test("Wrong use ends with 2")
  func wrongUse() throws {
    #expect(try run("vedette", ["plugin", "check", "/nowhere.so"]).status == 2)
    #expect(try run("vedette", ["plugin", "check", "/etc/passwd", "--only", "everything"]).status == 2)
  }

  // MARK: The plugins of this house

  /// Each with inputs of a lab's day.
  static let ours: [(library: String, arguments: [String])] = [
    ("libdissector_http.so", ["--pcap", "capture"]), ("libdissector_dns.so", ["--pcap", "capture"]),
    ("libdissector_tls.so", ["--pcap", "capture"]), ("libprocess_winevent.so", ["--data", "winevent"]),
    ("libprocess_linux_audit.so", ["--data", "audit"]), ("libsource_evidence.so", ["--data", "personas"]),
    ("libsource_lab.so", ["--parameters", "{\"people\":12,\"days\":30}"]),
  ]

  @Test("Every plugin of this house passes", arguments: ours)
  func firstParty(_ one: (library: String, arguments: [String])) throws {
    let library = productFolder.appendingPathComponent(one.library).path
    guard FileManager.default.fileExists(atPath: library) else { return }
    try withFolder { folder in
      #expect(try run("vedette-lab", ["make", "--seed", "7", folder.path]).status == 0)
      let files = [
        "capture": "capture.pcap", "winevent": "windows-events.jsonl", "audit": "linux-audit.log",
        "personas": "personas.jsonl",
      ]
      let arguments = one.arguments.map { word in files[word].map { folder.appendingPathComponent($0).path } ?? word }
      let made = try run("vedette", ["plugin", "check", library, "--json", "--seconds", "1"] + arguments)
      let report = try JSONValue(parsing: made.output)
      #expect(Self.faults(report).map(\.text) == [])
      #expect(made.status == 0)
    }
  }
}
