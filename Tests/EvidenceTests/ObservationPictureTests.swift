import Evidence
import JSON
import PictureSupport
import Pictures
import Testing

@Suite("Pictures within records that are submitted")
struct ObservationPictureTests {
  private func persona(_ more: String) throws -> PersonaObservation {
    let text =
      #"{"type":"persona","time":"2026-09-01T08:00:00Z","platform":"x","account_id":"1","handle":"h","display_name":"d"\#(more)}"#
    let observation = try Observation(JSONReader(maxBytes: 1 << 20).parse(text), source: "s")
    var found: PersonaObservation?
    if case .persona(let o) = observation { found = o }
    return try #require(found)
  }

  @Test("A data: URI gives both hashes, and is not kept")
  func hashes() throws {
    let o = try persona(#","avatar":"data:image/jpeg;base64,\#(SmallPicture.smaller.base64)""#)
    #expect(o.avatarSHA256 == (try PictureHashes(SmallPicture.smaller.bytes).sha256))
    #expect(o.avatarPHash == (try PictureHashes(SmallPicture.smaller.bytes).perceptual))
    #expect(o.head.extra.isEmpty)
  }

  @Test("Hashes that are given count, and what cannot be read is said")
  func problems() throws {
    let given = try persona(
      #","avatar":"data:;base64,\#(SmallPicture.smaller.base64)","avatar_phash":"1f","avatar_sha256":"\#(String(repeating: "ab", count: 32))""#
    )
    #expect(given.avatarPHash == 0x1F)
    #expect(given.avatarSHA256?.hasPrefix("abab") == true)
    #expect(given.head.extra.contains("avatar_problem"))
    let broken = try persona(#","avatar":"data:image/png;base64,Zm9v","x":1"#)
    #expect(broken.avatarSHA256 == nil)
    #expect(broken.head.extra == #"{"x":1,"avatar_problem":"it is no JPEG, PNG, WebP or GIF"}"#)
    #expect(try persona(#","avatar":"https://h.example/a.png""#).head.extra == #"{"avatar":"https://h.example/a.png"}"#)
  }

  @Test("Of one request only so much work is done on pictures")
  func budget() throws {
    var budget = PictureBudget(pixels: 1)
    func read() throws -> String {
      let text =
        #"{"type":"persona","time":"2026-09-01T08:00:00Z","platform":"x","account_id":"1","handle":"h","display_name":"d","avatar":"data:;base64,\#(SmallPicture.smaller.base64)"}"#
      return try Observation(JSONReader(maxBytes: 1 << 20).parse(text), source: "s", pictures: &budget).head.extra
    }
    #expect(try read().isEmpty)
    #expect(try read() == #"{"avatar_problem":"the pictures that came before it were too much work"}"#)
  }
}
