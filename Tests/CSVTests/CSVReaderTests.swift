import CSV
import Testing

/// What a reader says of a text, handed over in pieces of so many bytes.
private func read(_ text: String, pieces: Int = .max, limit: Int = 1 << 20, separator: UInt8? = nil) -> [String] {
  var reader = CSVReader(separator: separator, limit: limit)
  var out: [String] = []
  func note(_ event: CSVReader.Event) {
    switch event {
    case .record(let fields, let place):
      out.append(
        "\(place.line)@\(place.offset) " + fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|"))
    case .broken(let place, let reason): out.append("\(place.line)@\(place.offset) ! \(reason)")
    }
  }
  let bytes = Array(text.utf8)
  var at = 0
  while at < bytes.count {
    let end = min(bytes.count, pieces == .max ? bytes.count : at + pieces)
    bytes[at..<end].withUnsafeBytes { reader.take($0, note) }
    at = end
  }
  reader.end(note)
  return out
}

@Suite("Comma-separated values")
struct CSVReaderTests {
  @Test(
    "The forms of RFC 4180 are read, with the place of each record",
    arguments: [
      ("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", ["1@0 aaa|bbb|ccc", "2@13 zzz|yyy|xxx"]),
      ("aaa,bbb\nzzz,yyy", ["1@0 aaa|bbb", "2@8 zzz|yyy"]),
      ("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nz,y,x", ["1@0 aaa|b\r\nbb|ccc", "3@21 z|y|x"]),
      ("\"aaa\",\"b\"\"bb\"", ["1@0 aaa|b\"bb"]),
      ("a,,\n,,c\n", ["1@0 a||", "2@4 ||c"]),
      ("a b, c \n", ["1@0 a b| c "]),
      ("a,\"\"\n\"\",b\n", ["1@0 a|", "2@5 |b"]),
      ("a,b\"c\n", ["1@0 a|b\"c"]),
      ("a,b\n\n\r\nc,d\n", ["1@0 a|b", "4@7 c|d"]),
    ])
  func forms(_ text: String, _ expected: [String]) {
    #expect(read(text) == expected)
    for pieces in [1, 2, 3] { #expect(read(text, pieces: pieces) == expected) }
  }

  @Test("The separator is what the first line has most of, outside of quotes, or what sep= says")
  func separators() {
    #expect(read("a;b;c,d\n1;2;3\n") == ["1@0 a|b|c,d", "2@8 1|2|3"])
    #expect(read("a\tb\n\"x\ty\"\tz") == ["1@0 a|b", "2@4 x\ty|z"])
    #expect(read("\"a;b;c\",d\n") == ["1@0 a;b;c|d"])
    #expect(read("sep=|\na|b\n", separator: nil) == ["2@6 a|b"])
    #expect(read("\u{FEFF}a,b\n") == ["1@3 a|b"])
  }

  @Test("A record with broken quotes costs its first line; what follows is read")
  func broken() {
    #expect(
      read("h,i\na,\"b\" c\nd,e\n") == ["1@0 h|i", "2@4 ! text behind a closing quote", "3@12 d|e"])
    #expect(
      read("h,i\n\"a,b\nc,d\ne,f\n") == [
        "1@0 h|i", "2@4 ! a quote that is never closed", "3@9 c|d", "4@13 e|f",
      ])
    // Line 2 opens a quote that line 4 closes, with text behind it.
    #expect(
      read("h,i\n\"a,b\nc,d\ne,\"f\ng,h\n") == [
        "1@0 h|i", "2@4 ! text behind a closing quote", "3@9 c|d", "4@13 ! a quote that is never closed", "5@18 g|h",
      ])
  }

  @Test("A record beyond the limit is read over to the end of its line")
  func limit() {
    let long = String(repeating: "x", count: 200)
    #expect(read("a,b\n\(long),1\nc,d\n", limit: 64) == ["1@0 a|b", "2@4 ! longer than 64 bytes", "3@207 c|d"])
    #expect(read("a,b\n\"\(long)\nc,d\n", limit: 64) == ["1@0 a|b", "2@4 ! longer than 64 bytes", "3@206 c|d"])
  }

  @Test("Quotes that open on every line cost time in proportion to the text")
  func hostile() {
    let text = "h,i\n" + String(repeating: "\"a,\"b\n", count: 20_000)
    #expect(read(text).count == 20_001)
  }
}
