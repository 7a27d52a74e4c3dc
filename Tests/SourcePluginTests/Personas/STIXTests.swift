import PictureSupport
import Pictures
import PluginSupport
import STIXObjects
import Testing

@testable import STIXSource

private func read(_ text: String, parameters: String = "") -> SourceRun {
  RecordingHost.run(STIXPlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

private func bundle(_ objects: String...) -> String {
  #"{"type":"bundle","id":"bundle--1","objects":["# + objects.joined(separator: ",\n") + "]}"
}

private let account = """
  {"type":"user-account","spec_version":"2.1","id":"user-account--1","user_id":"79563902","account_login":"jdoe",
   "account_type":"twitter","display_name":"Jane Doe","account_created":"2016-01-20T12:31:12Z","is_disabled":false,
   "x_followers":12,"x_acme_bio":"Recruiter at Northwind","x_shoe":"42"}
  """
private let observed = """
  {"type":"observed-data","spec_version":"2.1","id":"observed-data--1","created":"2026-09-02T00:00:00Z",
   "modified":"2026-09-02T00:00:00Z","first_observed":"2026-08-31T10:00:00Z","last_observed":"2026-09-01T01:07:38Z",
   "number_observed":2,"object_refs":["user-account--1","url--1"]}
  """

private func relation(_ id: Int, _ from: String, _ type: String, _ to: String) -> String {
  """
  {"type":"relationship","id":"relationship--\(id)","created":"2026-09-03T00:00:00Z","modified":"2026-09-03T00:00:00Z",
   "relationship_type":"\(type)","source_ref":"\(from)","target_ref":"\(to)"}
  """
}

@Suite("The STIX source")
struct STIXTests {
  @Test("A user account is a persona at the moment of the data that observed it, wherever in the bundle that stands")
  func account_() {
    for text in [bundle(account, observed), bundle(observed, account)] {
      let run = read(text)
      #expect(run.rejected.isEmpty)
      let record = run.records[0]
      // date -u -d 2026-09-01T01:07:38Z +%s; date -u -d 2016-01-20T12:31:12Z +%s
      #expect(record.time == 1_788_224_858_000_000_000)
      #expect(record["created_at"] == "1453293072000000000")
      #expect(record["platform"] == "x")
      #expect(record["account_id"] == "79563902")
      #expect(record["handle"] == "jdoe")
      #expect(record["display_name"] == "Jane Doe")
      #expect(record["followers"] == "12")
      #expect(record["bio"] == "Recruiter at Northwind")
      #expect(record["extra"]?.contains(#""x_shoe":"42""#) == true)
      #expect(run.records.count == 1)
    }
  }

  @Test("An artifact that is related to an account, or to the identity behind it, is its picture")
  func picture() throws {
    func artifact(_ mime: String, _ data: String) -> String {
      #"{"type":"artifact","id":"artifact--1","mime_type":"\#(mime)","payload_bin":"\#(data)"}"#
    }
    let face = try PictureHashes(SmallPicture.smaller.bytes)
    let own = relation(1, "user-account--1", "related-to", "artifact--1")
    let run = read(bundle(artifact("image/jpeg", SmallPicture.smaller.base64), account, observed, own))
    #expect(run.rejected.isEmpty)
    #expect(run.records.map { $0["avatar_sha256"] } == [face.sha256])
    #expect(run.records.map { $0["avatar_phash"] } == [face.perceptualDigits])
    let identity = #"{"type":"identity","id":"identity--1","name":"J. Doe","identity_class":"individual"}"#
    let behind = read(
      bundle(
        account, observed, identity, relation(1, "user-account--1", "related-to", "identity--1"),
        relation(2, "identity--1", "related-to", "artifact--1"), artifact("image/jpeg", SmallPicture.smaller.base64)))
    #expect(behind.records.map { $0["avatar_sha256"] } == [face.sha256])
    let other = read(bundle(artifact("application/zip", "UEsDBA=="), account, observed, own))
    #expect(other.records.map { $0["avatar_sha256"] } == [nil])
    #expect(other.log.last?.contains("1 artifact that holds no picture") == true)
    let broken = read(bundle(artifact("image/png", "UEsDBA=="), account, observed, own))
    #expect(broken.records.first?["extra"]?.contains("avatar_problem") == true)
    #expect(broken.log.last?.contains("1 picture: it is no JPEG, PNG, WebP or GIF") == true)
  }

  @Test("Identity, threat actor, link and e-mail address that are related to an account go with it")
  func related() {
    let run = read(
      bundle(
        account, observed,
        #"{"type":"identity","id":"identity--1","name":"J. Doe","identity_class":"individual","roles":["Head of Talent"],"description":"d","contact_information":"https://www.linkedin.com/in/jdoe"}"#,
        #"{"type":"identity","id":"identity--2","name":"Northwind","identity_class":"organization"}"#,
        #"{"type":"threat-actor","id":"threat-actor--1","name":"Gilded Lynx","aliases":["GL-7"],"created":"2026-09-01T00:00:00Z"}"#,
        #"{"type":"url","id":"url--1","value":"https://x.com/jdoe"}"#,
        #"{"type":"email-addr","id":"email-addr--1","value":"j@example.net","belongs_to_ref":"user-account--1"}"#,
        relation(1, "user-account--1", "related-to", "identity--1"),
        relation(2, "threat-actor--1", "uses", "user-account--1"),
        relation(3, "threat-actor--1", "impersonates", "identity--2"),
        relation(4, "user-account--1", "related-to", "url--1")))
    #expect(run.rejected.isEmpty)
    #expect(run.records.count == 1)
    let record = run.records[0]
    #expect(record["display_name"] == "Jane Doe")
    #expect(record["title"] == "Head of Talent")
    #expect(record["bio"] == "Recruiter at Northwind")
    #expect(record["url"] == "https://x.com/jdoe")
    #expect(record.all("links") == ["https://www.linkedin.com/in/jdoe", "https://x.com/jdoe"])
    let extra = record["extra"] ?? ""
    for part in [
      #""threat_actors":["Gilded Lynx"]"#, #""threat_actor_aliases":["GL-7"]"#, #""impersonates":["Northwind"]"#,
      #""emails":["j@example.net"]"#,
    ] { #expect(extra.contains(part)) }
  }

  @Test("Each observation of an account is a snapshot of its own, in the order of time")
  func snapshots() {
    let later = observed.replacing("observed-data--1", with: "observed-data--2").replacing(
      "2026-09-01T01:07:38Z", with: "2026-09-01T01:07:39Z")
    let run = read(bundle(later, observed, account))
    #expect(run.records.map(\.time) == [1_788_224_858_000_000_000, 1_788_224_859_000_000_000])
  }

  @Test("An account that nothing dates is refused with its place, unless the parameter says when it was seen")
  func undated() {
    let run = read(bundle(account))
    #expect(run.records.isEmpty)
    #expect(run.rejected.map(\.line) == [1])
    #expect(run.rejected[0].text.hasPrefix("user-account--1: no observed-data"))
    let dated = read(bundle(account), parameters: #"{"observed_at":"2026-09-01T01:07:38Z"}"#)
    #expect(dated.records.map(\.time) == [1_788_224_858_000_000_000])
  }

  @Test("Accounts of machines, organisations and actors that pretend nothing are no personas, and are counted")
  func others() {
    let run = read(
      bundle(
        account.replacing("twitter", with: "unix"),
        #"{"type":"identity","id":"identity--2","name":"Northwind","identity_class":"organization"}"#,
        #"{"type":"threat-actor","id":"threat-actor--1","name":"Gilded Lynx"}"#,
        #"{"type":"malware","id":"malware--1","name":"m"}"#))
    #expect(run.records.isEmpty && run.rejected.isEmpty)
    #expect(run.log.count == 1)
    #expect(run.log[0].contains("1 user-account of type unix"))
    #expect(run.log[0].contains("1 malware"))
  }

  @Test("A sighted identity without an account is a persona on the platform of its profile's link")
  func identity() {
    let run = read(
      bundle(
        #"{"type":"identity","id":"identity--1","name":"Jane Doe","identity_class":"individual","contact_information":"see https://www.linkedin.com/in/jane-doe-1a2b."}"#,
        #"{"type":"sighting","id":"sighting--1","created":"2026-09-02T00:00:00Z","last_seen":"2026-09-01T01:07:38Z","sighting_of_ref":"identity--1"}"#
      ))
    #expect(run.records.count == 1)
    #expect(run.records[0]["platform"] == "linkedin")
    #expect(run.records[0]["account_id"] == "jane-doe-1a2b")
    #expect(run.records[0]["url"] == "https://www.linkedin.com/in/jane-doe-1a2b")
    #expect(run.records[0].time == 1_788_224_858_000_000_000)
  }

  @Test("An e-mail message is an approach to each recipient, with the links of its body")
  func mail() {
    let run = read(
      bundle(
        #"{"type":"email-message","id":"email-message--1","date":"2026-09-01T01:07:38Z","from_ref":"email-addr--1","to_refs":["email-addr--2","email-addr--3"],"subject":"A role","body":"See https://example.net/x?y=1."}"#,
        #"{"type":"email-addr","id":"email-addr--1","value":"a@example.net","display_name":"A"}"#,
        #"{"type":"email-addr","id":"email-addr--2","value":"b@example.org"}"#,
        #"{"type":"email-addr","id":"email-addr--3","value":"c@example.org"}"#,
        #"{"type":"email-message","id":"email-message--2","from_ref":"email-addr--9"}"#))
    #expect(run.records.map { $0["to_email"] } == ["b@example.org", "c@example.org"])
    #expect(run.records[0]["from_handle"] == "a@example.net")
    #expect(run.records[0]["kind"] == "email")
    #expect(run.records[0]["text"] == "A role\n\nSee https://example.net/x?y=1.")
    #expect(run.records[0].all("links") == ["https://example.net/x?y=1"])
    #expect(run.rejected.map(\.text) == ["email-message--2: from_ref leads to no e-mail address"])
  }

  @Test("Observables within observed data, as STIX 2.0 wrote them, are read too")
  func embedded() {
    let run = read(
      bundle(
        #"{"type":"observed-data","id":"observed-data--1","last_observed":"2026-09-01T01:07:38Z","objects":{"0":{"type":"user-account","account_login":"jdoe","account_type":"facebook"},"1":{"type":"email-addr","value":"j@example.net","belongs_to_ref":"0"}}}"#
      ))
    #expect(run.records.map { $0["handle"] } == ["jdoe"])
    #expect(run.records[0]["extra"]?.contains(#""emails":["j@example.net"]"#) == true)
  }

  @Test("Objects one a line, and one bundle after another, are read as one bundle is")
  func lines() {
    let one = account.replacing("\n", with: "")
    let other = observed.replacing("\n", with: "")
    #expect(read(one + "\n" + other + "\n").records.count == 1)
    #expect(read(bundle(account, observed) + "\n" + bundle(account, observed)).records.count == 2)
  }

  @Test("A broken object costs itself, broken brackets the rest of their text only")
  func broken() {
    let run = read(
      bundle(account, #"{"type":"identity","id":"identity--1","name":tru}"#, observed, "5", #"{"id":"x"}"#))
    #expect(run.records.count == 1)
    #expect(run.rejected.count == 3)
    #expect(run.rejected[0].line == 4)
    let cut = read(#"{"type":"bundle","objects":[}"# + "\n  ]\n" + bundle(account, observed))
    #expect(cut.records.count == 1)
    #expect(cut.rejected.map(\.line) == [1])
  }

  @Test("Nesting without end, names without end and texts that never end are refused in bounded memory")
  func hostile() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(read(deep).rejected.count == 1)
    #expect(read(#"{"objects":[{"a":"#).rejected.count == 1)
    #expect(read(#"{""# + String(repeating: "n", count: 100_000) + "\":1}").records.isEmpty)
    let nested =
      #"{"type":"identity","id":"identity--1","x":"# + String(repeating: "[", count: 60)
      + String(repeating: "]", count: 60) + "}"
    #expect(read(bundle(account, nested, observed)).records.count == 1)
    #expect(read("\u{FEFF}" + bundle(account, observed)).records.count == 1)
  }

  @Test("A restart after any record misses and doubles nothing")
  func restarts() {
    let bad = #"{"type":"identity","id":"x"}"#
    let second = account.replacing("user-account--1", with: "user-account--2")
    let text = bundle(account, bad, observed) + "\n" + bundle(account, observed, bad, second) + "\n" + bundle(bad)
    RecordingHost.expectRestarts(STIXPlugin.plugin, over: Array(text.utf8))
    RecordingHost.expectRestarts(
      STIXPlugin.plugin, over: Array("\(account)\n\(second)\n\(observed)\n\(bad)".utf8),
      parameters: #"{"observed_at":"2026-09-01T01:07:38Z"}"#)
  }

  @Test("How the bytes are cut into pieces changes nothing")
  func pieces() {
    let text = Array((bundle(account, observed) + "\n[1]\n{\"a\":\"\\\"}\"}").utf8)
    func cut(_ size: Int) -> [String] {
      var cutter = JSONCutter(paths: [[.member("objects"), .element]], limit: 1 << 16)
      var events: [String] = []
      func note(_ event: JSONCutter.Event) {
        switch event {
        case .value(let bytes, let place, let path):
          events.append("\(place.line):\(place.offset) \(path) \(String(decoding: bytes, as: UTF8.self))")
        default: events.append("\(event)")
        }
      }
      var at = 0
      var line: UInt64 = 1
      while at < text.count {
        let piece = text[at..<min(at + size, text.count)]
        piece.withUnsafeBytes { cutter.take($0, at: Place(line: line, offset: UInt64(at)), note) }
        line += UInt64(piece.count { $0 == 10 })
        at += size
      }
      cutter.end(note)
      return events
    }
    let whole = cut(text.count)
    #expect(whole.count == 7)
    for size in [1, 2, 3, 7, 64] { #expect(cut(size) == whole) }
  }

  @Test("A bundle is recognised, evidence is not")
  func sniff() {
    #expect(RecordingHost.sniff(STIXPlugin.source, bundle(account)) == 95)
    #expect(RecordingHost.sniff(STIXPlugin.source, #"{"type":"persona","time":"2026-09-01T01:07:38Z"}"#) == 0)
    #expect(RecordingHost.sniff(STIXPlugin.source, "") == 0)
  }

  @Test("What STIX does not show is said, and a parameter that nobody knows is refused")
  func description() {
    let host = RecordingHost()
    #expect(host.describe(STIXPlugin.plugin) == 0)
    #expect(host.blindSpots.count == 3)
    #expect(read(bundle(), parameters: #"{"observd_at":"x"}"#).status < 0)
  }
}

extension String {
  func replacing(_ part: String, with other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
