import Testing

@testable import PluginSupport

@Suite("Times as they are written")
struct WrittenTimeTests {
  // 2026-09-01T01:07:38Z is 1788224858 s, 2026-09-01T00:00:00Z 1788220800 s (date -u -d … +%s).
  @Test(
    "Mail programs, exports and tables are read",
    arguments: [
      ("Tue, 1 Sep 2026 03:07:38 +0200 (CEST)", 1_788_224_858),
      ("1 Sep 2026 01:07:38 GMT", 1_788_224_858),
      ("Mon, 31 Aug 26 21:07:38 EDT", 1_788_224_858),
      ("Tue Sep 01 01:07:38 +0000 2026", 1_788_224_858),
      ("Tue Sep  1 01:07:38 2026", 1_788_224_858),
      ("2026-09-01 01:07:38 UTC", 1_788_224_858),
      ("2026-09-01T03:07:38+02:00", 1_788_224_858),
      ("2026-09-01", 1_788_220_800),
      ("2026/09/01 01:07:38", 1_788_224_858),
      ("01.09.2026 01:07:38", 1_788_224_858),
      ("1 Sep 2026", 1_788_220_800),
      ("Sep 1, 2026, 1:07 AM", 1_788_224_820),
      ("September 1, 2026 1:07\u{202F}PM", 1_788_268_020),
      ("1788224858", 1_788_224_858),
      ("1788224858000", 1_788_224_858),
      ("9/21/26, 1:07 PM", 1_789_996_020),
      ("21/9/2026 13:07", 1_789_996_020),
    ] as [(String, Int64)])
  func forms(_ text: String, _ seconds: Int64) {
    #expect(WrittenTime.read(text)?.nanoseconds == seconds * 1_000_000_000, "\(text)")
  }

  @Test("A date that can be read in two ways is read only where the order is told")
  func order() {
    #expect(WrittenTime.read("1/9/2026") == nil)
    #expect(WrittenTime.read("1/9/2026", order: .dayFirst)?.nanoseconds == 1_788_220_800_000_000_000)
    #expect(WrittenTime.read("9/1/2026", order: .monthFirst)?.nanoseconds == 1_788_220_800_000_000_000)
  }

  @Test("A time without a zone is in the one that is told, and says so")
  func zone() {
    let time = WrittenTime.read("2026-09-01 03:07:38", zone: 7200)
    #expect(time?.nanoseconds == 1_788_224_858_000_000_000)
    #expect(time?.hasZone == false)
  }

  @Test(
    "What is no time is none",
    arguments: [
      "", " ", "31 Feb 2026", "2026-13-01", "25:00", "yesterday", "1 Sep", "((((((((", "1 Sep 2026 25:00", "12345",
      "1 Sep 2026 01:07 +9999", "99999999999999999999", "13:00 PM 1 Sep 2026", "1 2 3 4 5 6", "Sep Sep 1 2026",
    ])
  func refused(_ text: String) { #expect(WrittenTime.read(text) == nil) }

  @Test(
    "A moment is written as RFC 3339 and read back",
    arguments: [Int64(0), -1, 1_788_224_858_000_000_001, -9_000_000_000_000_000_000, 9_000_000_000_000_000_000])
  func roundTrip(_ nanoseconds: Int64) {
    let text = EventTime(nanoseconds: nanoseconds, hasZone: true).rfc3339
    #expect(EventTime(text)?.nanoseconds == nanoseconds)
    #expect(text.utf8.count == 30)
  }

  @Test("Character sets other than UTF-8 become it, and what is none of them is marked")
  func charsets() {
    #expect(Charset.decode([0x4d, 0xfc, 0x6c, 0x6c, 0x80], "ISO-8859-1")?.text == "Müll€")
    #expect(Charset.decode([0xcf, 0xf0, 0xe8], "windows-1251")?.text == "При")
    #expect(Charset.decode([0x1b, 0x24, 0x42, 0x25, 0x46, 0x1b, 0x28, 0x42], "ISO-2022-JP")?.text == "テ")
    let broken = Charset.decode([0x41, 0xff, 0x42], "utf-8")
    #expect(broken?.text == "A\u{FFFD}B")
    #expect(broken?.isWhole == false)
    #expect(Charset.decode([0x41], "no-such-set") == nil)
    // No letter of windows-1252 (WHATWG Encoding and iconv differ), and half a character of Shift_JIS.
    #expect(Charset.decode([0x41, 0x9d, 0x42], "windows-1252")?.text == "A\u{FFFD}B")
    #expect(Charset.decode([0x83, 0x65, 0x83], "shift_jis")?.text == "テ\u{FFFD}")
    #expect(Charset.guess([0xff, 0x81]).hasPrefix("ÿ"))
    #expect(Charset.decode([UInt8](repeating: 0xfc, count: 10_000), "iso-8859-1")?.text.count == 10_000)
  }
}
