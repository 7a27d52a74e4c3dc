import EvidenceLines
import PersonaRecords
import PictureSupport
import Pictures
import PluginSupport
import Testing

@testable import MastodonExportSource

private let face = SmallPicture.smaller
private let digest = (try? PictureHashes(face.bytes))?.sha256 ?? ""

private let head =
  #"{"type":"persona","time":"2026-09-01T08:00:00Z","platform":"x","account_id":"1","handle":"jo","display_name":"Jo""#

private func read(
  _ text: String, parameters: String = "", beside: [String: [UInt8]] = [:]
) -> SourceRun {
  RecordingHost.run(EvidencePlugin.plugin, over: Array(text.utf8), parameters: parameters, beside: beside)
}

private func isNear(_ digits: String?, _ hash: UInt64) -> Bool {
  guard let digits, digits.utf8.count == 16, let found = UInt64(digits, radix: 16) else { return false }
  return (found ^ hash).nonzeroBitCount <= 2
}

@Suite("Pictures in evidence")
struct EvidencePictureTests {
  @Test("A picture in the line gives both hashes, and is not kept")
  func inLine() {
    let run = read(head + #","avatar":"data:image/jpeg;base64,\#(face.base64)"}"#)
    #expect(run.rejected.isEmpty)
    #expect(run.records.first?["avatar_sha256"] == digest)
    #expect(isNear(run.records.first?["avatar_phash"], face.phash))
    #expect(run.records.first?["extra"] == nil)
    #expect(run.log.isEmpty)
  }

  @Test("A picture in a file beside the input gives both hashes, in JSON Lines and in tables")
  func inFile() {
    let beside = ["faces/jo.jpg": face.bytes]
    let line = read(head + #","avatar_file":"faces/jo.jpg"}"#, beside: beside)
    let table = read(
      "type,time,platform,account_id,handle,display_name,Photo\npersona,2026-09-01T08:00:00Z,x,1,jo,Jo,faces/jo.jpg\n",
      parameters: #"{"map":"Photo=avatar_file"}"#, beside: beside)
    for run in [line, table] {
      #expect(run.rejected.isEmpty)
      #expect(run.records.first?["avatar_sha256"] == digest)
      #expect(isNear(run.records.first?["avatar_phash"], face.phash))
      #expect(run.records.first?["extra"] == #"{"avatar_file":"faces/jo.jpg"}"#)
    }
  }

  @Test("Hashes that a record gives count; where the picture is another file, that is said")
  func given() {
    let other = String(repeating: "ab", count: 32)
    let run = read(
      head + #","avatar_sha256":"\#(other)","avatar_phash":"1f","avatar":"data:;base64,\#(face.base64)"}"#)
    #expect(run.records.first?.all("avatar_sha256") == [other])
    #expect(run.records.first?.all("avatar_phash") == ["1f"])
    #expect(run.records.first?["extra"]?.contains("avatar_problem") == true)
    let same = read(head + #","avatar_sha256":"\#(digest.uppercased())","avatar":"data:;base64,\#(face.base64)"}"#)
    #expect(same.records.first?["extra"] == nil)
    #expect(isNear(same.records.first?["avatar_phash"], face.phash))
  }

  @Test("A picture that cannot be read costs the record its hashes and no more, and is counted")
  func unreadable() {
    let cut = String(face.base64.prefix(400))
    let lines = [
      #","avatar":"data:image/jpeg;base64,\#(cut)"}"#, #","avatar":"data:image/jpeg;base64,\#(cut)"}"#,
      #","avatar":"data:text/plain;base64,Zm9v"}"#, #","avatar_file":"missing.png"}"#,
    ]
    let run = read(lines.map { head + $0 }.joined(separator: "\n"), beside: ["other.png": face.bytes])
    #expect(run.rejected.isEmpty)
    #expect(run.records.count == 4)
    #expect(run.records.allSatisfy { $0["avatar_phash"] == nil && $0["extra"]?.contains("avatar_problem") == true })
    #expect(run.records[2]["avatar_sha256"] == nil)
    #expect(run.log.count == 2)
    #expect(run.log.first?.hasPrefix("line 1: a picture is left out: ") == true)
    #expect(run.log.last?.contains("2 picture: ") == true)
    #expect(run.log.last?.contains("1 picture: it is no JPEG, PNG, WebP or GIF") == true)
    #expect(run.log.last?.contains("1 picture: there is no such file beside the input") == true)
    let nowhere = read(head + #","avatar_file":"a.png"}"#)
    #expect(nowhere.records.count == 1)
    #expect(nowhere.log.last?.contains("this input has no files beside it") == true)
  }

  @Test("An avatar that is an address stays what it was: a member that nothing is made of")
  func address() {
    let run = read(head + #","avatar":"https://files.example/1.png"}"#)
    #expect(run.records.first?["extra"] == #"{"avatar":"https://files.example/1.png"}"#)
    #expect(run.log.isEmpty)
  }

  @Test("The picture of a Mastodon export lies beside actor.json")
  func mastodonExport() {
    func actor(_ icon: String) -> SourceRun {
      let text = """
        {"@context":"https://www.w3.org/ns/activitystreams","id":"https://social.example/users/jo","type":"Person",\
        "preferredUsername":"jo","name":"Jo","published":"2026-01-01T00:00:00Z",\
        "icon":{"type":"Image","mediaType":"image/jpeg","url":"\(icon)"}}
        """
      return RecordingHost.run(MastodonExportPlugin.plugin, over: Array(text.utf8), beside: ["avatar.jpg": face.bytes])
    }
    let run = actor("avatar.jpg")
    #expect(run.records.first?["avatar_sha256"] == digest)
    #expect(isNear(run.records.first?["avatar_phash"], face.phash))
    #expect(actor("avatar.png").records.first?["avatar_sha256"] == nil)
    #expect(actor("avatar.png").log.count == 2)
    #expect(actor("https://files.example/1.jpg").log.isEmpty)
  }

  @Test("Of one document only so much work is done on pictures, and it is told how much there was")
  func effort() throws {
    var pictures = AvatarPictures()
    var large = try PictureHashes(face.bytes)
    #expect((300...48 * 56).contains(large.effort))
    large.effort = 50_000_000
    func read() -> AvatarReading { pictures.read(at: .start) { () throws(PictureProblem) in large } }
    #expect(read().hashes != nil)
    #expect(read().hashes != nil)
    #expect(read().problem == "the pictures that came before it were too much work")
    #expect(pictures.takeEffort() == 100_000_000)
    #expect(pictures.takeEffort() == 0)
    pictures.beginDocument()
    #expect(read().hashes != nil)
    #expect(pictures.skipped.map(\.count) == [1])
  }
}
