import JSON
import Testing

@testable import RPC

@Suite("What a client should not send")
struct HostileInputTests {
  static let good = #"{"jsonrpc":"2.0","method":"subtract","params":{"minuend":42,"subtrahend":23},"id":"é\n"}"#

  func codes(_ answers: [JSONValue]) -> [Int64?] { answers.map { $0["error"]?["code"]?.int64 } }

  @Test("Whatever stands on a line, a request on the next one is answered")
  func nextLine() throws {
    let table = try exampleTable()
    let bytes = Array(Self.good.utf8)
    let last = Array("\n\(#"{"jsonrpc":"2.0","method":"get_data","id":77}"#)\n".utf8)
    for at in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        // A capital letter at the very start is another framing, or HTTP.
        if at == 0, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "c") { continue }
        var mutated = bytes
        mutated[at] = byte
        let dialogue = Dialogue(table)
        (mutated + last).withUnsafeBytes { dialogue.session.receive($0) }
        let answers = try dialogue.answers()
        #expect(answers.last?["id"] == 77, "byte \(byte) at \(at)")
        #expect(!dialogue.hasEnded)
      }
    }
  }

  @Test("Of a bad batch nothing is carried out, and it is one error")
  func badBatch() throws {
    let dialogue = Dialogue(try exampleTable())
    let answers = try dialogue.say(
      """
      [
        {"jsonrpc":"2.0" "method":"sum","id":1},
        {"jsonrpc":"2.0","method":"sum","params":[1,2,3],"id":2},
        {"jsonrpc":"2.0","method":"sum","params":[1,2,"]"],"id":3}
      ]
      {"jsonrpc":"2.0","method":"sum","params":[1,2,4],"id":4}
      """)
    #expect(codes(answers) == [-32700, nil])
    #expect(answers.last?["result"] == 7)
  }

  @Test(
    "Text that is no JSON is a parse error, and the connection lives",
    arguments: [
      "hello world, how are you?", "{\"a\":}", "\"\\ud800\"", "nul", "{]", "[1,2", "{\"jsonrpc\":\"2.0\",\"method",
      "}}}}", "[\"\u{1}\"]",
    ])
  func noJSON(_ text: String) throws {
    let dialogue = Dialogue(try exampleTable())
    let answers = try dialogue.say("\(text)\n\(Self.good)\n")
    #expect(codes(answers) == [-32700, nil])
    #expect(answers.last?["result"] == 19)
  }

  @Test("Bytes that are not UTF-8 are a parse error that says where")
  func badUTF8() throws {
    let dialogue = Dialogue(try exampleTable())
    let bytes: [UInt8] = Array(#"{"jsonrpc":"2.0","method":""#.utf8) + [0xFF, 0x22, 0x7D]
    bytes.withUnsafeBytes { dialogue.session.receive($0) }
    let answer = try #require(try dialogue.answers().first)
    #expect(answer["error"]?["code"] == -32700)
    #expect(answer["error"]?["data"]?["offset"] == 27)
    #expect(try dialogue.say(Self.good).first?["result"] == 19)
  }

  @Test(
    "A request over the limit is said to be so at once, skipped, and the next one answered", arguments: [true, false])
  func tooLarge(hasNewline: Bool) throws {
    var limits = RPCLimits()
    limits.requestBytes = 1000
    let dialogue = Dialogue(try exampleTable(), limits: limits)
    let start = #"{"jsonrpc":"2.0","method":"get_data","id":1,"x":""#
    #expect(codes(try dialogue.say(start + String(repeating: "x", count: 1000))) == [-32600])
    for _ in 0..<1000 { #expect(try dialogue.say(String(repeating: "}{\\\"", count: 1000)).isEmpty) }
    #expect(try dialogue.say("\"}" + (hasNewline ? "\n" : "")).isEmpty)
    #expect(try dialogue.say(Self.good).first?["result"] == 19)

    let framed = Dialogue(try exampleTable(), limits: limits)
    framed.session.receive("Content-Length: 5000\r\n\r\n" + String(repeating: "x", count: 5000))
    framed.session.receive("Content-Length: \(Self.good.utf8.count)\r\n\r\n\(Self.good)")
    let said = String(decoding: framed.output, as: UTF8.self)
    #expect(said.contains("-32600") && said.contains(#""result":19"#))
  }

  @Test("A request as large as the limit is taken, one byte more is not")
  func limit() throws {
    var limits = RPCLimits()
    limits.requestBytes = Self.good.utf8.count
    #expect(try Dialogue(try exampleTable(), limits: limits).say(Self.good).first?["result"] == 19)
    limits.requestBytes -= 1
    #expect(codes(try Dialogue(try exampleTable(), limits: limits).say(Self.good)) == [-32600])
  }

  @Test("Deep nesting is a parse error, however deep, and the connection lives")
  func deep() throws {
    let dialogue = Dialogue(try exampleTable())
    for depth in [65, 100_000] {
      let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(codes(try dialogue.say(nested)) == [-32700])
      #expect(try dialogue.say(Self.good).first?["result"] == 19)
    }
    #expect(codes(try dialogue.say(String(repeating: "{\"a\":[", count: 100_000))) == [-32700])
    #expect(try dialogue.say("\n" + Self.good).first?["result"] == 19)
  }

  @Test("HTTP ends the connection: its body must never be a request")
  func http() throws {
    let dialogue = Dialogue(try exampleTable())
    let answers = try dialogue.say("POST /rpc HTTP/1.1\r\nHost: x\r\n\r\n\(Self.good)\n")
    #expect(codes(answers) == [-32700])
    #expect(dialogue.hasEnded)
    #expect(try dialogue.say(Self.good).isEmpty)
  }

  @Test(
    "Headers that say no length end the connection",
    arguments: [
      "Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Type: text/plain\r\n\r\n",
      "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "Connection\r\n\r\n",
      "Content-Length: 99999999999999999999\r\n\r\n",
      "Content-Length: 1\r\nContent-Type: x; charset=utf-16\r\n\r\n", "C" + String(repeating: "x", count: 5000),
    ])
  func badHeaders(_ headers: String) throws {
    let dialogue = Dialogue(try exampleTable())
    dialogue.session.receive(headers + Self.good)
    #expect(String(decoding: dialogue.output, as: UTF8.self).contains("-32600"))
    #expect(dialogue.hasEnded)
  }

  @Test("Who sends nothing but errors is not answered for ever")
  func faults() throws {
    var limits = RPCLimits()
    limits.faults = 10
    let dialogue = Dialogue(try exampleTable(), limits: limits)
    #expect(try dialogue.say(String(repeating: "?\n", count: 50)).count == 10)
    #expect(dialogue.hasEnded)
  }

  @Test("A stream that ends within a request is a parse error; one that ends after it is not")
  func end() throws {
    let dialogue = Dialogue(try exampleTable())
    _ = try dialogue.say(Self.good + "  " + Self.good.dropLast())
    dialogue.session.receiveEnd()
    #expect(codes(try dialogue.answers()) == [nil, -32700])
    let quiet = Dialogue(try exampleTable())
    _ = try quiet.say(Self.good + "\n")
    quiet.session.receiveEnd()
    #expect(try quiet.answers().count == 1)
  }

  @Test("Random splices of requests never break a rule: every answer is JSON-RPC", arguments: [1, 2, 3, 4] as [UInt64])
  func splices(seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let parts = SpecificationTests.examples.map { Array($0.sent.utf8) } + [Array("\n".utf8), [0xFF], Array("\"".utf8)]
    let table = try exampleTable()
    for _ in 0..<500 {
      let dialogue = Dialogue(table)
      // A splice might begin with the c of a header.
      dialogue.session.receive("[]")
      for _ in 0..<20 {
        let part = parts[random(parts.count)]
        let from = random(part.count)
        part[from..<(from + random(part.count - from + 1))].withUnsafeBytes { dialogue.session.receive($0) }
      }
      dialogue.session.receiveEnd()
      for answer in try dialogue.answers() {
        for single in answer.elements ?? [answer] {
          #expect(single["jsonrpc"] == "2.0")
          #expect((single["result"] == nil) != (single["error"] == nil))
        }
      }
    }
  }

  @Test("A batch whose answers would fill the memory gets the first of them, and errors for the rest")
  func hugeAnswers() throws {
    let table = try exampleTable()
    table.on("get_data") { _, result in result.string(String(repeating: "x", count: 1000)) }
    var limits = RPCLimits()
    limits.answerBytes = 5000
    let call = #"{"jsonrpc":"2.0","method":"get_data","id":1}"#
    let batch = "[" + Array(repeating: call, count: 20).joined(separator: ",") + "]"
    let answers = try #require(try Dialogue(table, limits: limits).say(batch).first?.elements)
    #expect(answers.count == 20)
    #expect(answers.filter { $0["result"] != nil }.count == 4)
    #expect(answers.filter { $0["error"]?["code"] == -32005 }.count == 16)
    // One alone may be larger than that.
    limits.answerBytes = 10
    #expect(try Dialogue(table, limits: limits).say(call).first?["result"] != nil)
  }
}
