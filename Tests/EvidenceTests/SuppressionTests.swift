/// A suppression says who, why and of what; what says less is refused, with what to do.

import Evidence
import JSON
import Testing

@Suite struct SuppressionTests {
  @Test("What is written is read again as it was")
  func roundTrip() throws {
    let scope = SuppressionScope(
      analytic: "persona.risk", account: .id(AccountKey(platform: "linkedin", accountID: "7")), domain: "a.example",
      employee: "e1", host: "WS1", image: "backup.exe")
    let one = Suppression(
      scope: scope, reason: "a recruiter of ours", by: "ann", created: Timestamp(seconds: 5),
      until: Timestamp(seconds: 9))
    var w = JSONWriter(capacity: 256)
    one.write(to: &w)
    let again = try Suppression(JSONValue(parsing: w.text))
    #expect(again.id == one.id)
    #expect(again.scope == scope)
    #expect(again.reason == one.reason)
    #expect(again.by == "ann")
    #expect(again.created == one.created)
    #expect(again.until == one.until)
  }

  @Test("Handles compare without their @ and in lower case; a number is an account too")
  func accounts() throws {
    let handle = try SuppressionScope(["persona": ["platform": "mastodon", "handle": "@Ann@M.example"]])
    #expect(handle.account == .handle(platform: "mastodon", "ann@m.example"))
    let number = try SuppressionScope(["persona": ["platform": "x", "account_id": 42]])
    #expect(number.account == .id(AccountKey(platform: "x", accountID: "42")))
  }

  @Test("What happens at the moment when it ends is not covered any more")
  func until() {
    let one = Suppression(
      scope: SuppressionScope(host: "h"), reason: "r", by: "b", until: Timestamp(seconds: 100))
    #expect(one.covers(Timestamp(seconds: 99)))
    #expect(!one.covers(Timestamp(seconds: 100)))
  }

  @Test(
    "What says not enough, or what nothing could match, is refused",
    arguments: [
      #"{"reason":"r","by":"b"}"#, #"{"host":"h","by":"b"}"#, #"{"host":"h","reason":"r"}"#,
      #"{"host":"","reason":"r","by":"b"}"#, #"{"host":"h","reason":"r","by":"b","until":"tomorrow"}"#,
      #"{"host":"h","reason":"a\nb","by":"b"}"#, #"{"host":7,"reason":"r","by":"b"}"#,
      #"{"host":"h","reason":"r","by":"b","analytic":"risk"}"#,
      #"{"host":"h","reason":"r","by":"b","analytic":"persona.Risk"}"#,
      #"{"persona":"linkedin/7","reason":"r","by":"b"}"#, #"{"persona":{"platform":"x"},"reason":"r","by":"b"}"#,
      #"{"persona":{"account_id":"7"},"reason":"r","by":"b"}"#,
      #"{"persona":{"platform":"x","account_id":"7","handle":"h"},"reason":"r","by":"b"}"#,
      #"{"persona":{"platform":"x","id":"7"},"reason":"r","by":"b"}"#,
      #"{"domain":"example","reason":"r","by":"b"}"#, #"{"domain":"@a.example","reason":"r","by":"b"}"#,
    ])
  func refused(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(throws: SuppressionError.self) { try Suppression(value) }
  }

  @Test("A text without end is refused")
  func long() {
    #expect(throws: SuppressionError.self) {
      try Suppression(["host": .string(String(repeating: "h", count: 1_001)), "reason": "r", "by": "b"])
    }
  }
}
