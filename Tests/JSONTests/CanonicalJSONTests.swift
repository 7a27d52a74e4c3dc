import JSON
import Testing

@Suite("Canonical JSON and digests")
struct CanonicalJSONTests {
  func canonical(_ text: String, leavingOut omitted: String? = nil) throws -> String {
    let reader = JSONReader()
    return String(decoding: try CanonicalJSON.bytes(of: try reader.parse(text), leavingOut: omitted), as: UTF8.self)
  }

  @Test("The example of RFC 8785 §3.2.2 comes out as §3.2.3 has it")
  func sample() throws {
    let input = #"""
      {
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }
      """#
    let expected =
      #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
      + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    #expect(try canonical(input) == expected)
  }

  @Test("Names are ordered by UTF-16 code units (RFC 8785 §3.2.3)")
  func order() throws {
    let input = #"""
      {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
       "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
      """#
    let names = try JSONValue(parsing: try canonical(input)).members?.map { $0.1.string }
    #expect(
      names == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
      ])
  }

  @Test("Names are in order however many there are", arguments: [2, 31, 32, 33, 200])
  func many(count: Int) throws {
    let names = (0..<count).map { String($0 * 7919 % 1000, radix: 36) + "-\($0)" }
    let text = try canonical("{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}")
    #expect(try JSONValue(parsing: text).members?.map(\.0) == names.sorted())
  }

  @Test(
    "What must be escaped is, wherever it stands among what need not", arguments: [#"\""#, #"\\"#, #"\n"#, #"\u0001"#])
  func escapes(sign: String) throws {
    for length in 0..<18 {
      for before in 0...length {
        let text =
          "\"" + String(repeating: "é", count: before / 2) + String(repeating: "x", count: before % 2) + sign
          + String(repeating: "y", count: length - before) + "\""
        #expect(try canonical(text) == text)
      }
    }
  }

  @Test("One member of the outermost object can be left out, and only there")
  func omission() throws {
    #expect(try canonical(#"{"id":"x","b":{"id":1},"a":[]}"#, leavingOut: "id") == #"{"a":[],"b":{"id":1}}"#)
  }

  @Test("Two members of one name have no canonical form")
  func duplicates() throws {
    let error = #expect(throws: JSONError.self) { try canonical(#"[{"a":1,"\u0061":2}]"#) }
    #expect(error?.kind == .duplicateKey)
  }

  @Test("Canonical form of canonical form is itself, for owned values too")
  func idempotent() throws {
    let value: JSONValue = ["b": [1, 2.5, "x"], "a": ["z": nil, "y": true]]
    let once = String(decoding: try CanonicalJSON.bytes(of: value), as: UTF8.self)
    #expect(once == #"{"a":{"y":true,"z":null},"b":[1,2.5,"x"]}"#)
    #expect(try canonical(once) == once)
  }

  // FIPS 180-4, examples of NIST: the empty message, one block, two blocks.
  @Test(
    "SHA-256 gives NIST's example digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func digest(_ text: String, _ hex: String) {
    #expect(SHA256.hex(Array(text.utf8)) == hex)
  }
}
