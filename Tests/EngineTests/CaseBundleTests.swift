import Evidence
import Foundation
import JSON
import Store
import Testing

@testable import Engine

@Suite("What a case's export holds")
struct CaseBundleTests {
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }

  private func gap(_ from: Int64?, _ to: Int64?) -> VisibilityGap {
    VisibilityGap(kind: "k", subject: "s", reason: "r", from: from.map(at), to: to.map(at))
  }

  @Test("Gaps that lie within its time, or reach into it, or have none")
  func gaps() {
    let one = Case(id: "c", time: at(100), end: at(200), severity: .low, score: 0.5, title: "")
    for (gap, concerns) in [
      (gap(nil, nil), true), (gap(nil, 100), true), (gap(nil, 99), false), (gap(200, nil), true),
      (gap(201, nil), false),
      (gap(120, 130), true), (gap(0, 900), true), (gap(0, 50), false), (gap(300, 900), false),
    ] { #expect(CaseBundle.concerns(gap, one) == concerns, "\(gap)") }
  }

  @Test("What is no longer kept is named, and what is there is whole")
  func missing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-bundle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store(path: folder.appendingPathComponent("v.db").path)
    let persona = PersonaObservation(
      head: ObservationHead(id: "p1", time: at(110), source: "test"), platform: "x", accountID: "7", handle: "h",
      displayName: "n")
    let account = AccountKey(platform: "x", accountID: "7")
    let signal = Signal(
      analytic: "persona.risk", time: at(120), score: 0.9, entity: .persona(account, handle: "h", displayName: "n"),
      reason: "odd", evidence: ["p1", "expired"], attack: [])
    var later = persona
    later.head.id = "p2"
    try store.write([StoredRow(.persona(persona)), StoredRow(.persona(later)), StoredRow(signal)])
    var one = Case(id: "c", time: at(100), end: at(200), severity: .low, score: 0.5, title: "t")
    one.signals = [signal.id, "signal-gone"]
    one.timeline = [TimelineEntry(time: at(120), stream: "persona", text: "t", evidence: [signal.id, "told", "p2"])]
    one.entities.personas = [CasePersona(account: account, handle: "h", displayName: "n")]
    let word = CaseWord(caseID: "c", time: at(150), by: "ann", what: .comment, text: "odd indeed")
    let bundle = CaseBundle(
      case: one, history: [word], explanations: [], gaps: [gap(nil, nil)], exported: at(300), by: "ann")
    let (signals, evidence) = try bundle.read(store)
    var w = JSONWriter(capacity: 1024)
    bundle.write(signals, evidence, to: &w)
    let json = try JSONValue(parsing: w.text)
    #expect(json["signals"]?.elements?.compactMap { $0["id"]?.string } == [signal.id])
    #expect(json["evidence"]?.elements?.compactMap { $0["id"]?.string } == ["p1", "p2"])
    #expect(
      json["missing"] == ["signals": ["signal-gone"], "evidence": ["expired", "told"], "left_out": [], "reasons": 1])
    #expect(json["history"]?.elements?.first?["text"] == "odd indeed")
    #expect(json["gaps"]?.elements?.count == 1)
    #expect(json["case"]?["title"] == "t")
    #expect(json["exported"] == "1970-01-01T00:05:00.000000000Z")
  }
}
