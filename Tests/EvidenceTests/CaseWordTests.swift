import Catalog
import Evidence
import JSON
import Testing

@Suite("What is said about a case")
struct CaseWordTests {
  private func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

  private func made(_ signals: [String]) -> Case {
    var one = Case(id: "c1", time: time(0), end: time(9), severity: .medium, score: 0.8, title: "A case")
    one.signals = signals
    return one
  }

  private func word(_ what: CaseWord.What, _ text: String = "because", at second: Int64 = 20) -> CaseWord {
    CaseWord(caseID: "c1", time: time(second), by: "ann", what: what, text: text)
  }

  @Test(
    "Each word comes back from its JSON",
    arguments: [
      CaseWord.What.assign(to: "bob"), .comment, .escalate, .close(.truePositive, until: nil, signals: ["s1", "s2"]),
      .close(.benign, until: Timestamp(nanoseconds: 1_800_000_000_000_000_000), signals: []),
    ])
  func json(what: CaseWord.What) throws {
    var w = JSONWriter()
    word(what).write(to: &w)
    #expect(CaseWord(try JSONValue(parsing: w.text)) == word(what))
  }

  @Test("A case is triaged with the first comment, then assigned, escalated and closed, each with a line that says who")
  func life() {
    var one = made(["s1"])
    var seen: [CaseStatus] = []
    for what in [
      CaseWord.What.comment, .assign(to: "bob"), .comment, .escalate,
      .close(.truePositive, until: nil, signals: ["s1"]),
    ] {
      one.apply([word(what)])
      seen.append(one.status)
    }
    #expect(seen == [.triaged, .assigned, .assigned, .escalated, .closed])
    #expect(one.assignee == "bob")
    #expect(one.closure?.verdict == .truePositive && one.closure?.by == "ann" && one.closure?.reason == "because")
    #expect(
      one.timeline.map(\.text) == [
        "ann: because", "Assigned to bob by ann: because", "ann: because", "Escalated by ann: because",
        "Closed as a true positive by ann: because",
      ])
  }

  @Test("A case that was closed stays closed on the signals that it had, and opens again with another")
  func again() {
    let words = [word(.assign(to: "bob")), word(.close(.truePositive, until: nil, signals: ["s1", "s2"]))]
    var fewer = made(["s1"])
    fewer.apply(words)
    #expect(fewer.status == .closed)
    var more = made(["s1", "s2", "s3"])
    more.apply(words)
    #expect(more.status == .assigned && more.closure == nil)
    #expect(more.timeline.last?.text == "Open again: a signal came after it was closed.")
    #expect(more.timeline.last?.evidence == ["s3"])
    // Closed again on what it has now.
    more.apply([word(.close(.truePositive, until: nil, signals: ["s1", "s2", "s3"]), at: 30)])
    #expect(more.status == .closed)
  }

  @Test("A case comes back from its JSON with whose it is and how it was closed")
  func stored() throws {
    var one = made(["s1"])
    one.apply([
      word(.assign(to: "bob")), word(.close(.benign, until: time(1_800_000_000), signals: ["s1"]), "our recruiter"),
    ])
    var w = JSONWriter()
    one.write(to: &w)
    let back = try #require(Case(try JSONValue(parsing: w.text)))
    #expect(back.assignee == "bob")
    #expect(back.closure == one.closure)
    #expect(back.status == .closed)
  }

  @Test("Words about another case change nothing")
  func other() {
    var one = made([])
    one.apply([CaseWord(caseID: "c2", time: time(1), by: "ann", what: .escalate, text: "")])
    #expect(one.status == .new && one.timeline.isEmpty)
  }
}
