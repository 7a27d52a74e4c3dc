// A portrait of the organisation's own directory, worn by an account under another name.

import Foundation
import JSON
import PictureSupport
import TestSupport
import Testing

@Suite("Pictures from the roster to the signal")
struct AvatarTests {
  private static let organisation = """
    organisation: {names: [Aurora Textiles], domains: [aurora.example]}
    people:
      - {id: e1, name: Ann Vale}
      - {id: e2, name: Bob Reed}
      - {id: e3, name: Cleo Marsh}
      - {id: e4, name: Dan Holt}
      - {id: e5, name: Eve Lind}
    """
  private static let cards = """
    BEGIN:VCARD
    VERSION:4.0
    X-EMPLOYEE-ID:e0
    FN:Guilherme Barroso
    PHOTO:data:image/jpeg;base64,\(SmallPicture.baseline.base64)
    END:VCARD
    """

  /// A new account that names the organisation and writes to five of its people within the hour.
  private static let evidence: String = {
    var lines = [
      #"{"type":"persona","time":"2026-09-02T08:00:00Z","platform":"linkedin","account_id":"8","handle":"qb","display_name":"Quentin Blythe","employer":"Aurora Textiles","created_at":"2026-09-01T00:00:00Z","avatar_file":"faces/8.jpg"}"#
    ]
    for number in 1...5 {
      lines.append(
        #"{"type":"outreach","time":"2026-09-02T09:0\#(number):00Z","platform":"linkedin","kind":"direct_message","from":{"account_id":"8"},"to":{"employee":"e\#(number)"},"text":"Hello","links":["https://files.example/a.zip"]}"#
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  private func signals(_ picture: SmallPicture, isolation: String) throws -> (reasons: [String], errors: String) {
    try withFolder { folder in
      func write(_ bytes: some Sequence<UInt8>, _ name: String) throws {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
      }
      try write(Self.organisation.utf8, "org.yaml")
      try write(Self.cards.utf8, "people.vcf")
      try write(Self.evidence.utf8, "evidence.jsonl")
      try write(picture.bytes, "faces/8.jpg")
      try write("plugins: {isolation: \(isolation)}".utf8, "config.yaml")
      let run = try run(
        "vedette",
        [
          "analyze", "--config", "config.yaml", "--output", "json", "--roster", "org.yaml", "--roster", "people.vcf",
          "--personas", "evidence:evidence.jsonl",
        ], in: folder)
      let signals = try run.records.filter {
        $0["type"] == "signal" && $0["analytic"]?.string?.hasPrefix("persona.") == true
      }
      return (signals.compactMap { $0["reason"]?.string }, run.errors)
    }
  }

  @Test(
    "An account that wears a person's portrait, smaller and encoded anew, is told of so",
    arguments: ["none", "process"])
  func worn(isolation: String) throws {
    let (reasons, errors) = try signals(.smaller, isolation: isolation)
    #expect(reasons.contains { $0.contains("shows the picture of Guilherme Barroso") }, "\(reasons) \(errors)")
  }

  @Test("The same account with another picture is not", arguments: ["none", "process"])
  func another(isolation: String) throws {
    let (reasons, errors) = try signals(.other, isolation: isolation)
    #expect(reasons.count > 1, "\(errors)")
    #expect(!reasons.contains { $0.contains("shows the picture") })
  }

  @Test("The picture of a Mastodon export is read out of its archive", arguments: ["none", "process"])
  func archive(isolation: String) throws {
    try withFolder { folder in
      let actor = """
        {"@context":"https://www.w3.org/ns/activitystreams","id":"https://social.example/users/jo","type":"Person",\
        "preferredUsername":"jo","name":"Jo","published":"2026-01-01T00:00:00Z",\
        "icon":{"type":"Image","mediaType":"image/jpeg","url":"avatar.jpg"}}
        """
      try Data(actor.utf8).write(to: folder.appendingPathComponent("actor.json"))
      try Data(SmallPicture.smaller.bytes).write(to: folder.appendingPathComponent("avatar.jpg"))
      let pack = "cd '\(folder.path)' && tar -czf export.tar.gz actor.json avatar.jpg && rm actor.json avatar.jpg"
      try #require(TestSupport.run(pack) == 0)
      let run = try run(
        "vedette",
        [
          "analyze", "--set", "plugins.isolation=\(isolation)", "--output", "json", "--records", "persona",
          "--personas",
          "mastodon-export:export.tar.gz",
        ], in: folder)
      let persona = try #require(try run.records.first { $0["type"] == "persona" }, "\(run.errors)")
      #expect(persona["avatar_sha256"]?.string?.utf8.count == 64)
      let hash = try #require(persona["avatar_phash"]?.string.flatMap { UInt64($0, radix: 16) })
      #expect((hash ^ SmallPicture.smaller.phash).nonzeroBitCount <= 2)
    }
  }

  /// A picture of one pixel with 61 compressed texts, each 8 MiB when unpacked: half a mebibyte for half a gibibyte.
  private static let bomb = """
    import base64, json, struct, zlib
    def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    text = chunk(b'zTXt', b'k\\0\\0' + zlib.compress(b'a' * ((8 << 20) - 64), 9))
    png = (b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0)) + 61 * text
           + chunk(b'IDAT', zlib.compress(b'\\0\\x80')) + chunk(b'IEND', b''))
    print(json.dumps({'type': 'persona', 'time': '2026-09-02T08:00:00Z', 'platform': 'linkedin', 'account_id': '8',
      'handle': 'qb', 'display_name': 'Quentin Blythe', 'avatar': 'data:image/png;base64,' + base64.b64encode(png).decode()}))
    """

  @Test("Texts in a picture are not unpacked, however large they would be")
  func packedTexts() throws {
    try withFolder { folder in
      try Data(Self.bomb.utf8).write(to: folder.appendingPathComponent("bomb.py"))
      let file = folder.appendingPathComponent("evidence.jsonl")
      try Data().write(to: file)
      let python = Process()
      python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      python.arguments = ["python3", "bomb.py"]
      python.currentDirectoryURL = folder
      python.standardOutput = try FileHandle(forWritingTo: file)
      try python.run()
      python.waitUntilExit()
      try #require(python.terminationStatus == 0)
      let run = try run(
        "vedette", ["analyze", "--output", "json", "--personas", "evidence:evidence.jsonl"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let records = try run.records
      #expect(records.last?["observations"]?.int64 == 1)
      // It is a picture all the same.
      #expect(!run.errors.contains("picture"))
      let peak = try #require(records.last?["run"]?["peak_memory"]?.int64)
      // Unpacked they are 488 MiB.
      #expect(peak < 244 << 20)
    }
  }
}
