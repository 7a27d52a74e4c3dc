import PictureSupport
import Pictures
import Testing

@Suite("Pictures in texts")
struct PictureTextTests {
  @Test(
    "Base64 is read with its padding, without it, and over line ends",
    arguments: [
      // RFC 4648 §10.
      ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9v\r\n YmE=\n", "fooba"),
      ("Zm9vYmFy", "foobar"),
    ])
  func base64(text: String, expected: String) {
    #expect(PictureText.base64(text.utf8).map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test(
    "What is not in base64 is refused", arguments: ["", "=", "Z", "Zm9vY", "Zm9v-", "Zg==Zg==", "Zg===", "Zm\u{0}9v"])
  func noBase64(text: String) { #expect(PictureText.base64(text.utf8) == nil) }

  @Test(
    "A data: URI gives the picture's hashes, whatever kind it names",
    arguments: ["data:image/jpeg;base64,", "DATA:image/png;charset=x;BASE64,", "data:;base64,"])
  func dataURI(head: String) throws {
    let expected = try PictureHashes(SmallPicture.smaller.bytes)
    #expect(try PictureHashes(dataURI: head + SmallPicture.smaller.base64) == expected)
    let escaped = SmallPicture.smaller.base64.split(separator: "+", omittingEmptySubsequences: false)
      .joined(separator: "%2B")
    #expect(try PictureHashes(dataURI: head + escaped) == expected)
  }

  @Test(
    "A data: URI that holds no picture says why",
    arguments: [
      ("data:image/svg+xml,<svg/>", PictureProblem(.broken, "its data: URI is not in base64")),
      ("data:image/png;base64,!", PictureProblem(.broken, "its data: URI is not in base64")),
      ("data:image/png;base64", PictureProblem(.unknown, "it is no data: URI")),
      ("data:image/png;base64,Zm9v", PictureProblem(.unknown, "it is no JPEG, PNG, WebP or GIF")),
    ])
  func noPicture(text: String, problem: PictureProblem) {
    #expect(throws: problem) { try PictureHashes(dataURI: text) }
  }
}
