import Evidence
import Testing

@testable import Engine

@Suite("What could not be seen")
struct CoverageTests {
  private func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

  @Test("Gaps are gathered by what they concern, from the first beginning to the last end that is known")
  func subjects() {
    let gaps = [
      VisibilityGap(kind: "capture_loss", subject: "eth1", reason: "a", from: time(20), to: time(30)),
      VisibilityGap(kind: "bound_reached", subject: "engine", reason: "b"),
      VisibilityGap(kind: "capture_loss", subject: "eth1", reason: "c", from: time(10), to: time(15)),
      VisibilityGap(kind: "clock_offset", subject: "eth1", reason: "d", to: time(40)),
    ]
    let subjects = CoverageSubject.of(gaps)
    #expect(subjects.map(\.subject) == ["engine", "eth1"])
    #expect(subjects[0].from == nil && subjects[0].to == nil)
    #expect(subjects[1].kinds == ["capture_loss", "clock_offset"])
    #expect(subjects[1].from == time(10) && subjects[1].to == time(40))
    #expect(subjects[1].gaps.map(\.reason) == ["a", "c", "d"])
    #expect(CoverageSubject.of([]).isEmpty)
  }
}
