import JSON
import Testing

@Suite("Writing")
struct JSONWriterTests {
  @Test("Commas and colons stand where they must")
  func structure() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("a", 1)
    writer.member("none", nil as String?)
    writer.key("b")
    writer.beginArray()
    writer.string("x")
    writer.null()
    writer.bool(true)
    writer.beginObject()
    writer.endObject()
    writer.endArray()
    writer.member("c", ["p", "q"])
    writer.member("d", 0.25)
    writer.endObject()
    writer.newline()
    writer.int(Int64.min)
    writer.newline()
    #expect(
      writer.text == "{\"a\":1,\"b\":[\"x\",null,true,{}],\"c\":[\"p\",\"q\"],\"d\":0.25}\n-9223372036854775808\n")
    writer.removeAll()
    writer.int(UInt64.max)
    #expect(writer.text == "18446744073709551615")
  }

  @Test("Strings are escaped where RFC 8259 asks for it and nowhere else")
  func escapes() throws {
    var writer = JSONWriter()
    writer.string("\u{20AC}$\u{F}\u{A}A'\u{42}\u{22}\u{5C}\\\"/\u{7F}😀")
    #expect(writer.text == #""€$\u000f\nA'B\"\\\\\"/"# + "\u{7F}😀\"")
    let every = String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar(UInt32($0)) }))
    writer.removeAll()
    writer.string(every)
    #expect(try JSONReader().parse(writer.text).string == every)
  }

  @Test("Bytes that are not UTF-8 become U+FFFD, so that the output always is")
  func repair() {
    var writer = JSONWriter()
    let bytes: [UInt8] = [0x61, 0xFF, 0x62]
    bytes.withUnsafeBytes { writer.string(utf8: $0) }
    #expect(writer.text == "\"a\u{FFFD}b\"")
  }

  // RFC 8785, appendix B, and ECMA-262's own forms.
  @Test(
    "Doubles are written as ECMAScript writes them (RFC 8785, appendix B)",
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x7fff_ffff_ffff_ffff, "null"), (0x7ff0_0000_0000_0000, "null"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
      (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
      (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"), (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
      (0x444b_1ae4_d6e2_ef50, "1e+21"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
      (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x41b3_de43_5555_5553, "333333333.3333332"),
      (0x41b3_de43_5555_5554, "333333333.33333325"), (0x41b3_de43_5555_5555, "333333333.3333333"),
      (0x41b3_de43_5555_5556, "333333333.3333334"), (0x41b3_de43_5555_5557, "333333333.33333343"),
      (0xbecb_f647_612f_3696, "-0.0000033333333333333333"), (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func doubles(_ bits: UInt64, _ text: String) {
    var writer = JSONWriter()
    writer.double(Double(bitPattern: bits))
    #expect(writer.text == text)
  }

  @Test("A double reads back as itself, and no decimal of fewer digits does", arguments: [1, 2, 3] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var state = seed
    var writer = JSONWriter()
    for round in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let any = Double(bitPattern: state)
      // Every second one has few digits, as people write them.
      let value = round % 2 == 0 ? any : Double(state >> 44) / [10, 100, 1000, 1e6, 1e7][Int(state >> 33) % 5]
      guard value.isFinite else { continue }
      writer.removeAll()
      writer.double(value)
      #expect(Double(writer.text) == value)
      // The standard library's text has the shortest digits; ours may only lay them out differently.
      func digits(_ text: String) -> String {
        let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
        return String(String(digits.reversed().drop { $0 == "0" }).reversed())
      }
      #expect(digits(writer.text) == digits(value.description))
    }
  }

  @Test("A parsed value is written as it was read")
  func copy() throws {
    let text = #"{"a":[1,-2,0.5,"é\n",null,true,false,{}],"b":18446744073709551615}"#
    let reader = JSONReader()
    var writer = JSONWriter()
    writer.value(try reader.parse(text))
    #expect(writer.text == text)
    #expect(try JSONValue(parsing: text).description == text)
  }

  @Test("What was written since a mark can be taken back")
  func rollBack() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.int(1)
    let mark = writer.mark
    writer.string("no")
    writer.rollBack(to: mark)
    writer.int(2)
    writer.endArray()
    #expect(writer.text == "[1,2]")
  }
}
