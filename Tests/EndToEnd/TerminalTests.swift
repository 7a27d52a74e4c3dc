/// What a person reads: nothing from the evidence acts on the terminal, and lines fit it.

import Catalog
import Evidence
import Testing

@testable import vedette

@Suite("What a person reads")
struct TerminalTests {
  private let moment = Timestamp(nanoseconds: 1_788_220_800_000_000_000)

  @Test(
    "Controls, escapes and what turns or hides letters are shown, not sent",
    arguments: [
      "\u{1B}[31m", "\u{7}", "\u{9B}0m", "\u{202E}", "\u{2066}", "\u{200B}", "\u{FEFF}", "\u{61C}", "\u{2028}",
      "\u{E0041}",
      "\r", "\n", "\u{AD}",
    ])
  func hostile(_ text: String) {
    let shown = printable("a" + text + "b")
    #expect(shown.hasPrefix("a\\u{"))
    #expect(shown.hasSuffix("b"))
    #expect(shown.unicodeScalars.allSatisfy { (32..<127).contains($0.value) })
  }

  @Test(
    "Names in any script stay as they are", arguments: ["Håkon", "赵晓明", "سامي الشريف", "अंजलि नायर", "می\u{200C}خواهم"])
  func names(_ name: String) { #expect(printable(name) == name) }

  @Test("Lines fit the width, wide characters count as two, and long words break")
  func wrapping() {
    let text = "words " + String(repeating: "x", count: 50) + " 赵晓明赵晓明赵晓明 and so on to the end of it"
    let rows = wrapped(text, width: 20)
    #expect(rows.allSatisfy { columns($0) <= 20 })
    #expect(rows.joined().filter { $0 != " " } == text.filter { $0 != " " })
    #expect(columns("赵晓明") == 6)
    #expect(columns("e\u{301}") == 1)
    #expect(wrapped("", width: 20) == [""])
  }

  @Test(
    "One of a thing, many of it, and thousands set apart",
    arguments: [(0, "0 flows"), (1, "1 flow"), (24172, "24,172 flows")])
  func counts(_ n: Int, _ text: String) { #expect(counted(n, "flow") == text) }

  private func made(lines: Int, title: String = "t") -> Case {
    var c = Case(id: "case-1", time: moment, end: moment, severity: .high, score: 0.9, title: title)
    c.timeline = (0..<lines).map { n in
      TimelineEntry(
        time: moment.advanced(by: Int64(n) * 1_000_000_000), stream: n == lines - 1 ? "process" : "network",
        text: "line number \(n)", evidence: [n == lines - 1 ? "signal-1" : "flow-\(n)"])
    }
    return c
  }

  @Test("A long story shows its most telling lines and says how many it leaves out")
  func longStory() {
    let text = CaseStory(style: Style(isColoured: false), width: 80).text(made(lines: 100))
    // The judged line comes last and is shown all the same; 40 lines are.
    #expect(text.contains("line number 99"))
    #expect(text.split(separator: "\n").filter { $0.contains("line number") }.count == 40)
    #expect(text.contains("60 lines left out"))
  }

  @Test("A case without colour holds no escapes, whatever its evidence says, and keeps to the width")
  func plain() {
    var c = made(lines: 3, title: "a \u{1B}[2J title " + String(repeating: "long ", count: 40))
    let account = AccountKey(platform: "x\u{1B}]0;p\u{7}", accountID: "1")
    c.entities.personas = [CasePersona(account: account, handle: "h\u{202E}", displayName: "d\r")]
    c.entities.hosts = [CaseHost(host: "h\u{1B}[A", ips: [])]
    c.entities.processes = [ProcessEntity(host: "h", image: "/bin/\u{8}x", commandLine: "x \u{9B}1m")]
    c.gaps = [VisibilityGap(kind: "k", subject: "s", reason: "r \u{1B}c")]
    c.links = [
      CaseLink(
        from: .persona(account, handle: nil, displayName: "d\u{1B}[0m"), to: .employee(id: "e\n", name: nil),
        reason: "\u{1B}", confidence: 0.5)
    ]
    let text = CaseStory(style: Style(isColoured: false), width: 80).text(c)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 32 && !(127..<160).contains($0.value) || $0 == "\n" })
    #expect(text.split(separator: "\n").allSatisfy { columns(String($0)) <= 80 })
  }

  @Test("Colour is there when it is wanted")
  func coloured() {
    #expect(CaseStory(style: Style(isColoured: true), width: 80).text(made(lines: 1)).contains("\u{1B}["))
  }

  @Test("Many flows of one process are one reason why the case belongs together")
  func links() {
    var c = made(lines: 1)
    let process = Entity.process(ProcessEntity(host: "h", pid: 1, image: "/bin/x"))
    c.links = (0..<30).map { n in
      CaseLink(
        from: process, to: .flow(FlowID(rawValue: UInt64(n)), communityID: "1:\(n)"),
        reason: "x on h opened it: five-tuple, host and time agree", confidence: n == 0 ? 0.7 : 0.99)
    }
    let text = CaseStory(style: Style(isColoured: false), width: 100).text(c)
    #expect(text.contains("x on h → 30 flows: five-tuple, host and time agree (70\u{A0}% to 99\u{A0}%)"))
  }
}
