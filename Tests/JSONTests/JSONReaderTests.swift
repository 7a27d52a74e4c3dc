import JSON
import Testing

@Suite("Reading")
struct JSONReaderTests {
  let reader = JSONReader()

  @Test("Every kind of value is what it is, and nothing else")
  func kinds() throws {
    let node = try reader.parse(
      #"{"n":null,"t":true,"i":-7,"u":18446744073709551615,"d":0.5,"s":"é\n","a":[1,[]],"o":{}}"#)
    #expect(node.count == 8)
    #expect(node["n"]?.kind == .null)
    #expect(node["t"]?.bool == true)
    #expect(node["i"]?.int64 == -7)
    #expect(node["i"]?.uint64 == nil)
    #expect(node["u"]?.uint64 == UInt64.max)
    #expect(node["u"]?.int64 == nil)
    #expect(node["d"]?.double == 0.5)
    #expect(node["s"]?.string == "é\n")
    #expect(node["s"]?.int64 == nil)
    #expect(node["a"]?.count == 2)
    #expect(node["a"]?[1]?.kind == .array)
    #expect(node["a"]?[2] == nil)
    #expect(node["o"]?.kind == .object)
    #expect(node["missing"] == nil)
    #expect(node["t"]?["x"] == nil)
    #expect(node.members.map(\.key) == ["n", "t", "i", "u", "d", "s", "a", "o"])
  }

  @Test("A view sees what its node sees")
  func views() throws {
    let node = try reader.parse(#"{"type":"outreach","to":{"handle":"é"},"links":["a","b"],"n":7}"#)
    let view = node.view
    #expect(view["type"]?.isString("outreach") == true)
    #expect(view["type"]?.isString("outreac") == false)
    #expect(view["to"]?["handle"]?.string == "é")
    #expect(view["links"]?.elements.map(\.string) == ["a", "b"])
    #expect(view.members.map(\.key) == node.members.map(\.key))
    #expect(view["n"]?.uint64 == 7)
    #expect(view["missing"] == nil)
    withExtendedLifetime(node) {}
  }

  @Test("A whole number is one however it is written")
  func wholeNumbers() throws {
    #expect(try reader.parse("1e3").int64 == 1000)
    #expect(try reader.parse("10.0").uint64 == 10)
    #expect(try reader.parse("10.5").int64 == nil)
    #expect(try reader.parse("9223372036854775808").uint64 == 1 << 63)
  }

  @Test("Look-up gives the first of members with the same name, iteration all")
  func duplicates() throws {
    let node = try reader.parse(#"{"a":1,"a":2}"#)
    #expect(node["a"]?.int64 == 1)
    #expect(node.members.map { $0.value.int64 } == [1, 2])
  }

  @Test("A byte order mark is skipped, and offsets count it")
  func byteOrderMark() throws {
    #expect(try reader.parse("\u{FEFF}[1]").count == 1)
    #expect(throws: JSONError(.syntax, at: 4, "expected a value, found 'x'")) { try reader.parse("\u{FEFF}[x]") }
  }

  struct Bad: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let kind: JSONError.Kind
    let offset: Int
    var testDescription: String { String(decoding: bytes, as: UTF8.self) }
    init(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
      (bytes, self.kind, self.offset) = (Array(text.utf8), kind, offset)
    }
    init(_ bytes: [UInt8], _ kind: JSONError.Kind, _ offset: Int) {
      (self.bytes, self.kind, self.offset) = (bytes, kind, offset)
    }
  }

  @Test(
    "What is not JSON is refused with the byte at which it stops being so",
    arguments: [
      Bad("", .empty, 0), Bad("  \n", .empty, 3), Bad("{", .truncated, 1), Bad("[1,", .truncated, 3),
      Bad("[1,]", .syntax, 3), Bad("{\"a\" 1}", .syntax, 5), Bad("{a:1}", .syntax, 1), Bad("{\"a\":1,}", .syntax, 7),
      Bad("[1 2]", .syntax, 3), Bad("1 2", .syntax, 2), Bad("[1}", .syntax, 2), Bad("nul", .truncated, 0),
      Bad("nulx", .syntax, 0), Bad("[01]", .syntax, 1), Bad("[1.]", .syntax, 1), Bad("[.5]", .syntax, 1),
      Bad("[-]", .syntax, 1), Bad("[1e]", .syntax, 1), Bad("\"abc", .truncated, 0), Bad("[\"a\nb\"]", .syntax, 3),
      Bad("\"\\x\"", .syntax, 1), Bad("\"\\u12g4\"", .syntax, 1), Bad("\"\\ud800\"", .badUTF8, 1),
      Bad("\"\\udc00\"", .badUTF8, 1), Bad("\"\\ud800\\u0041\"", .badUTF8, 1), Bad([0x22, 0xFF, 0x22], .badUTF8, 1),
      Bad([0x22, 0xC0, 0x80, 0x22], .badUTF8, 1), Bad([0x22, 0xED, 0xA0, 0x80, 0x22], .badUTF8, 1),
      Bad([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .badUTF8, 1), Bad("123456789012345678901", .numberRange, 0),
      Bad("[-9223372036854775809]", .numberRange, 1), Bad("1e999", .numberRange, 0), Bad("'a'", .syntax, 0),
      Bad("// c", .syntax, 0), Bad("[NaN]", .syntax, 1), Bad([0x5B, 0x00, 0x5D], .syntax, 1),
    ])
  func refused(_ bad: Bad) throws {
    let error = #expect(throws: JSONError.self) { try reader.parse(bad.bytes) }
    #expect(error?.kind == bad.kind)
    #expect(error?.offset == bad.offset)
  }

  @Test("Depth is taken up to the limit and refused one beyond it")
  func depth() throws {
    let reader = JSONReader(maxDepth: 128)
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(try reader.parse(nested(128)).kind == .array)
    let error = #expect(throws: JSONError.self) { try reader.parse(nested(129)) }
    #expect(error?.kind == .tooDeep)
    #expect(error?.offset == 128)
    #expect(throws: JSONError.self) { try reader.parse(String(repeating: "{\"a\":[", count: 100_000)) }
    #expect(try reader.parse("[1]").count == 1)
  }

  @Test("A node keeps what it points to, also when its reader was but a temporary")
  func lifetime() throws {
    let text = String(repeating: "x", count: 10_000)
    #expect(try JSONReader().parse("[\"\(text)\"]")[0]?.string == text)
  }

  @Test("A document over the size limit is refused before it is looked at")
  func size() throws {
    let reader = JSONReader(maxBytes: 10)
    #expect(try reader.parse("[12345678]").count == 1)
    #expect(throws: JSONError.self) { try reader.parse("[123456789]") }
  }

  @Test("The room of a large document is given back after many small ones")
  func memory() throws {
    let large = "[" + String(repeating: "1,", count: 2 << 20) + "1]"
    #expect(try reader.parse(large).count == (2 << 20) + 1)
    #expect(reader.capacity >= large.utf8.count)
    for _ in 0..<300 { _ = try reader.parse("[]") }
    #expect(reader.capacity <= 1 << 20)
  }

  @Test("Counting goes on where simdjson's counter ends")
  func manyElements() throws {
    let count = (1 << 24) + 5
    let text = [UInt8](unsafeUninitializedCapacity: 2 * count + 1) { bytes, used in
      for at in 0..<count { (bytes[2 * at], bytes[2 * at + 1]) = (UInt8(ascii: ","), UInt8(ascii: "1")) }
      bytes[0] = UInt8(ascii: "[")
      bytes[2 * count] = UInt8(ascii: "]")
      used = 2 * count + 1
    }
    #expect(try reader.parse(text).count == count)
  }

  @Test("A document mutated at every byte is read or refused with a place in it, never anything else")
  func mutated() throws {
    let good = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null}],"é":[true,false]}"#.utf8)
    for at in good.indices {
      for byte in UInt8.min...UInt8.max {
        var bytes = good
        bytes[at] = byte
        do throws(JSONError) {
          _ = JSONValue(try reader.parse(bytes))
        } catch {
          #expect((0...good.count).contains(error.offset))
          #expect(!error.reason.contains("refuses"), "\(String(decoding: bytes, as: UTF8.self))")
        }
      }
      #expect(throws: JSONError.self) { try reader.parse(Array(good[..<at])) }
    }
  }
}
