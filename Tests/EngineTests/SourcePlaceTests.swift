import Evidence
import Testing

@testable import Engine
@testable import PluginHost

@Suite("Where sources go on")
struct SourcePlaceTests {
  private func place(
    _ name: String = "feed", _ plugin: String = "p", _ interface: PluginInterface? = .personaSource,
    _ file: String? = "f", _ parameters: String = ""
  ) -> SourcePlace {
    SourcePlace(name: name, plugin: plugin, interface: interface, file: file, parameters: parameters)
  }

  @Test("Sources that differ in name, plugin, kind, file or parameters have places of their own")
  func different() {
    let all = [
      place(), place("other"), place("feed", "q"), place("feed", "p", .processSource),
      place("feed", "p", .personaSource, "g"), place("feed", "p", .personaSource, nil),
      place("feed", "p", .personaSource, "f", #"{"seed":1}"#), place("feed", "p", .personaSource, "f", #"{"seed":2}"#),
    ]
    #expect(Set(all.map(\.key)).count == all.count)
  }

  @Test("Parameters count by what they say, not by how they are written, and none are as an empty object")
  func same() {
    #expect(
      place("a", "p", nil, nil, #"{"x":1,"y":[2]}"#) == place("a", "p", nil, nil, #"{ "y": [2], "x": 1.0 }"#))
    #expect(place("a", "p", nil, nil, "") == place("a", "p", nil, nil, "{}"))
  }

  @Test("Places that differ in parameters only have a beginning in common, others have none")
  func beginnings() {
    let one = place("feed", "p", nil, "f", #"{"seed":1}"#)
    #expect(one.beginning == place("feed", "p", nil, "f").beginning)
    #expect(one.key.hasPrefix(one.beginning))
    #expect(one.beginning != place("feed", "p", nil, "g").beginning)
  }

  @Test("What was not seen stays a gap with an end, unless the source makes up for it")
  func absences() {
    let gap = VisibilityGap(kind: "source_interrupted", subject: "a", reason: "r", from: Timestamp(nanoseconds: 1))
    #expect(SourceAbsence(gap: gap, isMadeUpFor: true).rest(at: Timestamp(nanoseconds: 5)) == nil)
    let rest = SourceAbsence(gap: gap, isMadeUpFor: false).rest(at: Timestamp(nanoseconds: 5))
    #expect(rest?.from == Timestamp(nanoseconds: 1))
    #expect(rest?.to == Timestamp(nanoseconds: 5))
  }

  @Test("Who waits or fails tells with a place alone that nobody answers, with a record that somebody does")
  func there() {
    let reject = [SourceReject(line: 1, text: "no")]
    let place = Array("7".utf8)
    for (status, isRemote, isThere): (SourceStatus, Bool, Bool) in [
      (.more, true, true), (.end, true, true), (.limited(retryMilliseconds: 5), true, true),
      (.idle(retryMilliseconds: 5), true, false), (.idle(retryMilliseconds: 5), false, true),
      (.failed(.network, "no route"), true, false), (.failed(.network, "no route"), false, false),
    ] {
      let alone = SourceBatch(observations: [], cursor: place, rejects: [], status: status)
      #expect(SourceThread.isThere(alone, isRemote: isRemote) == isThere, "\(status)")
      let refused = SourceBatch(observations: [], cursor: place, rejects: reject, status: status)
      #expect(SourceThread.isThere(refused, isRemote: isRemote))
    }
  }

  @Test("On trial a source is refused that fails, or whose first records are all refused")
  func trial() {
    func batch(_ rejects: Int, _ status: SourceStatus) -> SourceBatch {
      SourceBatch(
        observations: [], cursor: nil, rejects: (0..<rejects).map { SourceReject(line: UInt64($0) + 1, text: "no") },
        status: status)
    }
    #expect(SourceThread.fault(of: batch(0, .failed(.network, "no route"))) == "no route")
    #expect(SourceThread.fault(of: batch(2, .more)) == "none of its first 2 records was taken: line 1: no")
    #expect(SourceThread.fault(of: batch(0, .end)) == nil)
    #expect(SourceThread.fault(of: batch(0, .limited(retryMilliseconds: 5))) == nil)
  }
}
