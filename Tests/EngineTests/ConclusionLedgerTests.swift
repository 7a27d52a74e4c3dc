import Evidence
import Testing

@testable import Engine

private func signal(_ host: String, _ score: Double = 0.5) -> Signal {
  Signal(analytic: "process.odd_path", time: Timestamp(seconds: 1), score: score, entity: .host(host), reason: "r")
}

private func story(_ id: String, _ signals: [Signal]) -> Case {
  var one = Case(
    id: id, time: Timestamp(seconds: 1), end: Timestamp(seconds: 9), severity: .low, score: 0.5, title: id)
  one.signals = signals.map(\.id)
  return one
}

private func conclusion(_ signals: [Signal], _ cases: [Case]) -> Conclusion {
  var one = Conclusion()
  one.signals = signals
  one.cases = cases
  return one
}

@Suite struct ConclusionLedgerTests {
  @Test("What was told is told again only when it changed")
  func once() {
    var ledger = ConclusionLedger()
    let (a, b) = (signal("a"), signal("b"))
    var news = ledger.take(conclusion([a, b], [story("one", [a])]), isWhole: true)
    #expect(news.signals.count == 2)
    #expect(news.cases.map(\.id) == ["one"])
    news = ledger.take(conclusion([a, signal("b", 0.9)], [story("one", [a])]), isWhole: true)
    #expect(news.signals.map(\.id) == [b.id])
    #expect(news.cases.isEmpty)
  }

  @Test("A case that became part of another is closed with a line that names it")
  func merged() {
    var ledger = ConclusionLedger()
    let (a, b) = (signal("a"), signal("b"))
    _ = ledger.take(conclusion([a, b], [story("one", [a]), story("two", [b])]), isWhole: true)
    let news = ledger.take(conclusion([a, b], [story("one", [a, b])]), isWhole: false)
    #expect(news.cases.map(\.id) == ["one", "two"])
    #expect(news.cases.last?.status == .closed)
    #expect(news.cases.last?.timeline.last?.text.contains("one") == true)
  }

  @Test(
    "A case whose signals an analyst suppressed is closed with who and why, whatever else was let go; and comes back")
  func suppressed() {
    for isWhole in [true, false] {
      var ledger = ConclusionLedger()
      let a = signal("a")
      _ = ledger.take(conclusion([a], [story("one", [a])]), isWhole: true)
      var quiet = a
      quiet.suppression = Suppression(scope: SuppressionScope(host: "a"), reason: "a scanner of ours", by: "ann")
      var news = ledger.take(conclusion([quiet], []), isWhole: isWhole)
      #expect(news.signals.map(\.id) == [a.id])
      #expect(news.withdrawn.isEmpty)
      #expect(news.cases.map(\.status) == [.closed])
      #expect(news.cases.first?.timeline.last?.text == "Suppressed by ann: a scanner of ours")
      news = ledger.take(conclusion([a], [story("one", [a])]), isWhole: isWhole)
      #expect(news.cases.map(\.status) == [.new])
    }
  }

  @Test("What is not concluded any more is withdrawn, unless evidence was let go: then it may still hold")
  func withdrawn() {
    let a = signal("a")
    for isWhole in [true, false] {
      var ledger = ConclusionLedger()
      _ = ledger.take(conclusion([a], [story("one", [a])]), isWhole: true)
      let news = ledger.take(conclusion([], []), isWhole: isWhole)
      #expect(news.withdrawn == (isWhole ? [a.id] : []))
      #expect(news.cases.map(\.status) == (isWhole ? [.closed] : []))
    }
  }
}

@Suite struct ReasoningPaceTests {
  @Test("Evidence is reasoned over once it pauses")
  func pause() {
    var pace = ReasoningPace()
    #expect(!pace.isDue(at: 10_000))
    pace.evidenceCame(at: 10_000)
    #expect(!pace.isDue(at: 10_000 + ReasoningPace.pause - 1))
    #expect(pace.isDue(at: 10_000 + ReasoningPace.pause))
  }

  @Test("Evidence that never pauses waits no longer than patience lasts")
  func patience() {
    var pace = ReasoningPace()
    for now in stride(from: UInt64(0), through: ReasoningPace.patience, by: 100) { pace.evidenceCame(at: now) }
    #expect(pace.isDue(at: ReasoningPace.patience))
  }

  @Test("A conclusion that took long is followed by a rest of four times that")
  func rest() {
    var pace = ReasoningPace()
    pace.concluded(from: 0, to: 3_000)
    pace.evidenceCame(at: 3_000)
    #expect(!pace.isDue(at: 14_999))
    #expect(pace.isDue(at: 15_000))
  }
}
