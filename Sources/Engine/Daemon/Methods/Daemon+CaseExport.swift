/// A case with all that it stands on, as one JSON object: case.export.

import Analytics
import EventLoop
import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerCaseExport() {
    methods.onDeferred("case.export") { [unowned self] call, reply in
      let id = call.params["id"]?.string ?? ""
      whenFree { [unowned self] in
        do {
          let one = try told(id)
          let bundle = CaseBundle(
            case: one, history: caseWords[id] ?? [], explanations: explanations(of: one),
            gaps: lastConclusion.gaps.filter { CaseBundle.concerns($0, one) }, exported: .now(), by: call.caller.name)
          // All that is known of people leaves in one piece: that somebody took it is noted.
          audit(call, id)
          let store = store
          try loop.offload {
            do throws(StoreError) {
              let (signals, evidence) = try bundle.read(store)
              reply.succeed { bundle.write(signals, evidence, to: &$0) }
            } catch {
              reply.fail(RPCError.unavailable(error.description))
            }
          } then: { (_: Void) in
          }
        } catch let error as RPCError {
          reply.fail(error)
        } catch {
          reply.fail(RPCError.unavailable("\(error)"))
        }
      }
    }
  }

  /// How the accounts of a case came to their scores, as persona.explain tells it.
  private func explanations(of one: Case) -> [PersonaExplanation] {
    one.entities.personas.prefix(CaseBundle.mostExplanations).compactMap { persona in
      let account = AccountKey(platform: persona.account.platform, accountID: persona.account.accountID)
      return investigation.explain(investigation.pseudonyms?.asked(account) ?? account)
    }
  }
}

/// What goes into the bundle beside what is read from the store.
struct CaseBundle: Sendable {
  static let mostExplanations = 64
  /// Ids of evidence that are looked for, and bytes of what is found.
  static let mostEvidence = 10_000
  static let mostBytes = 16 << 20

  let `case`: Case
  let history: [CaseWord]
  let explanations: [PersonaExplanation]
  let gaps: [VisibilityGap]
  let exported: Timestamp
  let by: String

  /// A gap that lies within the case's time, or has none.
  static func concerns(_ gap: VisibilityGap, _ one: Case) -> Bool {
    if let end = gap.to, end < one.time { return false }
    if let start = gap.from, start > one.end { return false }
    return true
  }

  /// The signals, and the evidence that they and the case name.
  func read(_ store: Store) throws(StoreError) -> (signals: FoundRecords, evidence: FoundRecords) {
    let signals = try store.records(`case`.signals, of: [.signal], mostBytes: Self.mostBytes)
    var ids: [String] = []
    var seen: Set<String> = []
    func add(_ id: String) { if seen.insert(id).inserted { ids.append(id) } }
    let reader = JSONReader()
    for body in signals.bodies {
      guard let node = try? reader.parse(Array(body.utf8)) else { continue }
      if let named = node["evidence"] { named.elements.compactMap(\.string).forEach(add) }
    }
    for flow in `case`.entities.flows { add(flow.id.description) }
    let isSignal = Set(`case`.signals)
    for id in `case`.timeline.flatMap(\.evidence) where !isSignal.contains(id) { add(id) }
    var evidence = try store.records(
      Array(ids.prefix(Self.mostEvidence)), of: RecordKind.allCases.filter { $0 != .signal && $0 != .case },
      mostBytes: Self.mostBytes)
    evidence.leftOut += ids.dropFirst(Self.mostEvidence)
    return (signals, evidence)
  }

  func write(_ signals: FoundRecords, _ evidence: FoundRecords, to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "case_export")
    w.member("version", 1)
    w.member("exported", exported)
    w.member("by", by)
    w.member("engine", engineVersion)
    w.key("case")
    `case`.write(to: &w)
    w.array("signals", signals.bodies) { body, w in w.raw(body) }
    w.array("evidence", evidence.bodies) { body, w in w.raw(body) }
    w.array("reasons", explanations) { one, w in one.write(to: &w) }
    w.array("gaps", gaps) { gap, w in gap.write(to: &w) }
    w.array("history", history) { word, w in word.write(to: &w) }
    w.key("missing")
    w.beginObject()
    w.member("signals", signals.missing + signals.leftOut)
    w.member("evidence", evidence.missing)
    w.member("left_out", evidence.leftOut)
    w.member("reasons", `case`.entities.personas.count - explanations.count)
    w.endObject()
    w.endObject()
  }
}
