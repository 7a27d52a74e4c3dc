import Catalog
import Evidence
import Testing

@testable import Engine

@Suite("What a benign case teaches")
struct CaseLessonTests {
  private let time = Timestamp(nanoseconds: 0)

  private func signal(_ analytic: String, _ entity: Entity) -> Signal {
    Signal(analytic: analytic, time: time, score: 0.9, entity: entity, reason: "", evidence: [], attack: [])
  }

  @Test("Its accounts, and the same finding of the same program or on the same machine; nothing of other cases")
  func scopes() {
    let program = ProcessEntity(
      host: "BUILD7", pid: 4, guid: nil, image: "C:\\deploy.exe", commandLine: nil, user: nil)
    let mine = [
      signal("process.unusual_protocol", .process(program)), signal("process.unusual_protocol", .process(program)),
      signal("network.no_session", .host("scanner1")),
    ]
    let other = signal("network.no_session", .host("mail"))
    var one = Case(id: "c", time: time, end: time, severity: .low, score: 0.5, title: "")
    one.signals = mine.map(\.id)
    one.entities.personas = [
      CasePersona(account: AccountKey(platform: "x", accountID: "7"), handle: "h", displayName: "n")
    ]
    #expect(
      CaseLesson.scopes(one, mine + [other]) == [
        SuppressionScope(account: .id(AccountKey(platform: "x", accountID: "7"))),
        SuppressionScope(analytic: "process.unusual_protocol", host: "BUILD7", image: "C:\\deploy.exe"),
        SuppressionScope(analytic: "network.no_session", host: "scanner1"),
      ])
  }
}
