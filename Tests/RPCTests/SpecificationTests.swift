import JSON
import Testing

@testable import RPC

/// https://www.jsonrpc.org/specification, §7, word for word; an error's free text (`data`) is ours.
@Suite("The examples of the JSON-RPC 2.0 specification")
struct SpecificationTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let sent: String
    /// Nil: nothing is returned.
    let received: String?

    init(_ name: String, _ sent: String, _ received: String?) {
      (testDescription, self.sent, self.received) = (name, sent, received)
    }
  }

  static let examples = [
    Example(
      "positional parameters", #"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
      #"{"jsonrpc": "2.0", "result": 19, "id": 1}"#),
    Example(
      "positional parameters, the other way", #"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
      #"{"jsonrpc": "2.0", "result": -19, "id": 2}"#),
    Example(
      "named parameters",
      #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
      #"{"jsonrpc": "2.0", "result": 19, "id": 3}"#),
    Example(
      "named parameters, the other way",
      #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
      #"{"jsonrpc": "2.0", "result": 19, "id": 4}"#),
    Example("a notification", #"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, nil),
    Example("a notification of no known method", #"{"jsonrpc": "2.0", "method": "foobar"}"#, nil),
    Example(
      "a non-existent method", #"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#,
      #"{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}"#),
    Example(
      "invalid JSON", #"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
      #"{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}"#),
    Example(
      "an invalid request", #"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#,
      #"{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}"#),
    Example(
      "a batch of invalid JSON",
      """
      [
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method"
      ]
      """, #"{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}"#),
    Example(
      "an empty batch", "[]",
      #"{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}"#),
    Example(
      "an invalid batch that is not empty", "[1]",
      #"[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]"#),
    Example(
      "an invalid batch", "[1,2,3]",
      #"""
      [
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
      ]
      """#),
    Example(
      "a batch",
      #"""
      [
              {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
              {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
              {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
              {"foo": "boo"},
              {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
              {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
          ]
      """#,
      #"""
      [
              {"jsonrpc": "2.0", "result": 7, "id": "1"},
              {"jsonrpc": "2.0", "result": 19, "id": "2"},
              {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
              {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
              {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
          ]
      """#),
    Example(
      "a batch of notifications",
      #"""
      [
              {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
              {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
          ]
      """#, nil),
  ]

  @Test("Each is answered as the specification says, in either framing", arguments: examples)
  func example(_ example: Example) throws {
    let expected = try example.received.map { try JSONValue(parsing: $0) }
    let table = try exampleTable()
    #expect(try Dialogue(table).say(example.sent).map(\.bare) == (expected.map { [$0] } ?? []))

    let framed = Dialogue(table)
    framed.session.receive("Content-Length: \(example.sent.utf8.count)\r\n\r\n\(example.sent)")
    let said = String(decoding: framed.output, as: UTF8.self)
    guard let expected else { return #expect(said.isEmpty) }
    let (head, body) = try #require(
      said.firstRange(of: "\r\n\r\n").map { (said[..<$0.lowerBound], said[$0.upperBound...]) })
    #expect(head == "Content-Length: \(body.utf8.count)")
    #expect(try JSONValue(parsing: String(body)).bare == expected)
    #expect(body.hasSuffix("\n"))
  }

  @Test("The same answers come wherever the stream is cut, with or without newlines between the values")
  func cut() throws {
    let requests = Self.examples.filter {
      $0.testDescription != "invalid JSON" && !$0.testDescription.hasPrefix("a batch of invalid")
    }
    let expected = try requests.compactMap { try $0.received.map { try JSONValue(parsing: $0) } }
    let table = try exampleTable()
    for separator in ["", "\n", " \r\n\n"] {
      let stream = Array(requests.map(\.sent).joined(separator: separator).utf8)
      for at in 0...stream.count {
        let dialogue = Dialogue(table)
        stream[..<at].withUnsafeBytes { dialogue.session.receive($0) }
        stream[at...].withUnsafeBytes { dialogue.session.receive($0) }
        #expect(try dialogue.answers().map(\.bare) == expected)
      }
      let drop = Dialogue(table)
      for byte in stream { [byte].withUnsafeBytes { drop.session.receive($0) } }
      #expect(try drop.answers().map(\.bare) == expected)
    }
  }

  @Test("Headers may be cut anywhere too, stand in any case, and be accompanied by others")
  func cutHeaders() throws {
    let request = #"{"jsonrpc":"2.0","method":"get_data","id":"é"}"#
    let table = try exampleTable()
    let stream = Array(
      ("Content-Length: \(request.utf8.count)\r\n\r\n\(request)"
        + "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:\(request.utf8.count)\n\n\(request)")
        .utf8)
    let whole = Dialogue(table)
    stream.withUnsafeBytes { whole.session.receive($0) }
    #expect(String(decoding: whole.output, as: UTF8.self).split(separator: "Content-Length: ").count == 2)
    for at in 0...stream.count {
      let dialogue = Dialogue(table)
      stream[..<at].withUnsafeBytes { dialogue.session.receive($0) }
      stream[at...].withUnsafeBytes { dialogue.session.receive($0) }
      #expect(dialogue.output == whole.output)
    }
  }

  @Test(
    "An id comes back as it was sent, and one of another type is refused",
    arguments: [#""x\"é""#, "0", "-7", "18446744073709551615", "1.5", "null", #""""#])
  func ids(_ id: String) throws {
    let answer = try Dialogue(try exampleTable()).say(#"{"jsonrpc":"2.0","method":"get_data","id":\#(id)}"#)
    #expect(answer.first?["id"] == (try JSONValue(parsing: id)))
    let bad = try Dialogue(try exampleTable()).say(#"{"jsonrpc":"2.0","method":"get_data","id":[\#(id)]}"#)
    #expect(bad.map { $0["error"]?["code"]?.int64 } == [-32600])
    #expect(bad.first?["id"]?.isNull == true)
  }
}
