import PictureSupport
import Pictures
import PluginSupport
import Testing

@testable import MISPSource

private func read(_ text: String) -> SourceRun { RecordingHost.run(MISPPlugin.plugin, over: Array(text.utf8)) }

private func attribute(_ relation: String, _ value: String, _ more: String = "") -> String {
  #"{"type":"text","object_relation":"\#(relation)","value":"\#(value)"\#(more)}"#
}

private func object(_ name: String, _ uuid: String, _ attributes: [String], _ more: String = "") -> String {
  #"{"name":"\#(name)","uuid":"\#(uuid)","timestamp":"1788224858","deleted":false,"Attribute":[\#(attributes.joined(separator: ","))]\#(more)}"#
}

private func event(_ objects: String...) -> String {
  #"{"Event":{"uuid":"e-1","info":"Fake recruiters","date":"2026-09-02","timestamp":"1788300000","Orgc":{"name":"CERT"},"Tag":[{"name":"tlp:amber"}],"Attribute":[],"Object":["#
    + objects.joined(separator: ",") + "]}}"
}

private let twitter = object(
  "twitter-account", "o-1",
  [
    attribute("id", "79563902"), attribute("name", "@jdoe"), attribute("displayed-name", "Jane Doe"),
    attribute("bio", "Recruiter"), attribute("followers", "12"), attribute("joined-date", "2016-01-20T12:31:12+00:00"),
    attribute("link", "https://twitter.com/jdoe"), attribute("embedded-link", "https://example.net/"),
    attribute("likes", "7"), attribute("location", "old", #","deleted":true"#),
    #"{"type":"attachment","object_relation":"attachment","value":"screen.png","data":"\#(SmallPicture.other.base64)"}"#,
    #"{"type":"attachment","object_relation":"profile-image","value":"a.png","data":"\#(SmallPicture.smaller.base64)"}"#,
  ])
private let person = object(
  "person", "o-2",
  [attribute("first-name", "Jane"), attribute("last-name", "Doe"), attribute("occupation", "Head of Talent")],
  #","ObjectReference":[{"referenced_uuid":"o-1","relationship_type":"owner-of"}]"#)

@Suite("The MISP source")
struct MISPTests {
  @Test("An account object is a persona; a person who refers to it goes with it")
  func account() throws {
    let run = read(event(twitter, person))
    #expect(run.rejected.isEmpty)
    #expect(run.records.count == 1)
    let record = run.records[0]
    #expect(record["platform"] == "x")
    #expect(record["account_id"] == "79563902")
    #expect(record["handle"] == "jdoe")
    #expect(record["display_name"] == "Jane Doe")
    #expect(record["title"] == "Head of Talent")
    #expect(record["followers"] == "12")
    #expect(record["location"] == nil)
    #expect(record["created_at"] == "1453293072000000000")
    let face = try PictureHashes(SmallPicture.smaller.bytes)
    #expect(record["avatar_sha256"] == face.sha256)
    #expect(record["avatar_phash"] == face.perceptualDigits)
    #expect(record.time == 1_788_224_858_000_000_000)
    for part in [
      #""likes":"7""#, #""misp_event":"e-1""#, #""misp_organisation":"CERT""#, #""misp_tags":["tlp:amber"]"#,
    ] {
      #expect(record["extra"]?.contains(part) == true)
    }
  }

  @Test("A person without an account is a persona under MISP's own id")
  func person_() {
    let run = read(event(person))
    #expect(run.records.map { $0["platform"] } == ["misp"])
    #expect(run.records[0]["account_id"] == "o-2")
    #expect(run.records[0]["display_name"] == "Jane Doe")
  }

  @Test("A post is its author's persona, and a mention of each account that it quotes")
  func post() {
    let run = read(
      event(
        object(
          "microblog", "o-3",
          [
            attribute("post", "Join us https://example.net/job"), attribute("type", "Twitter"),
            attribute("username", "jdoe"), attribute("username-quoted", "@sam"), attribute("username-quoted", "@ann"),
            attribute("creation-date", "2026-09-01T01:07:38Z"),
          ]), object("microblog", "o-4", [attribute("post", "x")])))
    #expect(run.records.map(\.type) == ["persona", "outreach", "outreach"])
    #expect(run.records[1]["kind"] == "mention")
    #expect(run.records.map { $0["to_handle"] } == [nil, "sam", "ann"])
    #expect(run.records[2].all("links") == ["https://example.net/job"])
    #expect(run.rejected.map(\.text) == ["object o-4: a microblog without `username`"])
  }

  @Test("An e-mail is an approach to each recipient")
  func mail() {
    let run = read(
      event(
        object(
          "email", "o-5",
          [
            attribute("from", "j@example.net"), attribute("to", "a@example.org"), attribute("to", "b@example.org"),
            attribute("subject", "A role"), attribute("send-date", "Tue, 1 Sep 2026 01:07:38 +0000"),
          ]), object("email", "o-6", [attribute("subject", "x")])))
    #expect(run.records.map { $0["to_email"] } == ["a@example.org", "b@example.org"])
    #expect(run.records[0].time == 1_788_224_858_000_000_000)
    #expect(run.rejected.count == 1)
  }

  @Test(
    "Events come alone, in a response, in a list, and one after another",
    arguments: [
      ("", ""), (#"{"response":["#, "]}"), ("[", "]"), ("", "\n" + #"{"Event":{"uuid":"e-2","Object":[]}}"#),
    ])
  func wrappings(_ before: String, _ after: String) {
    #expect(read(before + event(twitter) + after).records.map { $0["handle"] } == ["jdoe"])
  }

  @Test("Other objects are counted, those that cannot be used refused, and broken JSON costs its event")
  func others() {
    let run = read(
      event(object("file", "o-7", []), object("twitter-account", "o-8", []), object("bank-account", "o-9", []))
        + "\n{\"Event\":{\"a\":tru}}\n" + event(twitter))
    #expect(run.records.count == 1)
    #expect(run.rejected.map(\.line) == [1, 2])
    #expect(run.log == ["left out: 1 bank-account object, 1 file object"])
    #expect(read(#"{"x":1}"#).rejected.map(\.text) == ["no MISP event: expected an object with `Event`"])
  }

  @Test("A restart after any record misses and doubles nothing")
  func restarts() {
    let text =
      #"{"response":["# + event(twitter, object("email", "o-6", [])) + "," + event(person) + "]}\n" + event(twitter)
    RecordingHost.expectRestarts(MISPPlugin.plugin, over: Array(text.utf8))
  }

  @Test("An event is recognised")
  func sniff() {
    #expect(RecordingHost.sniff(MISPPlugin.source, event(twitter)) == 90)
    #expect(RecordingHost.sniff(MISPPlugin.source, #"{"EventID":1}"#) == 0)
  }

  @Test("A poster and a person have their pictures; what is none is said, and costs nothing else")
  func pictures() throws {
    func picture(_ relation: String, _ data: String) -> String {
      #"{"type":"attachment","object_relation":"\#(relation)","value":"a.jpg","data":"\#(data)"}"#
    }
    let post = object(
      "microblog", "o-1",
      [attribute("username", "jo"), attribute("post", "Hi"), picture("user-avatar", SmallPicture.smaller.base64)])
    let person = object(
      "person", "o-2", [attribute("full-name", "Jo Finch"), picture("portrait", SmallPicture.baseline.base64)])
    let broken = object(
      "person", "o-3", [attribute("full-name", "Ann Vale"), picture("portrait", "YWJj")])
    let run = read(event(post, person, broken))
    #expect(run.rejected.isEmpty)
    let records = run.records.filter { $0.type == "persona" }
    #expect(
      records.map { $0["avatar_phash"] } == [
        try PictureHashes(SmallPicture.smaller.bytes).perceptualDigits,
        try PictureHashes(SmallPicture.baseline.bytes).perceptualDigits, nil,
      ])
    #expect(records.last?["avatar_sha256"] == nil)
    #expect(records.last?["extra"]?.contains(#""avatar_problem":"it is no JPEG, PNG, WebP or GIF""#) == true)
    #expect(run.log.last?.contains("1 picture: it is no JPEG, PNG, WebP or GIF") == true)
  }
}
