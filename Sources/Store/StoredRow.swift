/// A record on its way into a table: its columns and its JSON.

import Catalog
import Evidence
import JSON

public struct StoredRow: Sendable {
  public enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case real(Double)
    case null

    static func optional(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    static func optional(_ number: (some BinaryInteger)?) -> Value {
      number.map { .integer(Int64(clamping: $0)) } ?? .null
    }
  }

  let kind: RecordKind
  let id: String
  let time: Timestamp
  let source: String
  /// In the order of `kind.columns`.
  let columns: [Value]
  let body: String

  public init(_ o: Observation) {
    id = o.id
    time = o.time
    source = o.head.source
    var w = JSONWriter(capacity: 512)
    o.write(to: &w)
    body = w.text
    switch o {
    case .persona(let p):
      kind = .persona
      columns = [.text(p.platform), .text(p.accountID), .text(p.handle)]
    case .personaChange(let p):
      kind = .personaChange
      columns = [.text(p.platform), .text(p.accountID), .text(p.field)]
    case .outreach(let o):
      kind = .outreach
      columns = [.text(o.platform), .text(o.kind.rawValue), .optional(o.from.accountID), .optional(o.to.accountID)]
    case .process(let p):
      kind = .process
      columns = [.text(p.host), .optional(p.pid), .optional(p.guid), .text(p.image)]
    case .connection(let c):
      kind = .connection
      columns = [
        .text(c.host), .optional(c.pid), .text(c.destinationIP.description), .integer(Int64(c.destinationPort)),
      ]
    case .asset(let a):
      kind = .asset
      columns = [.text(a.host), .optional(a.owner)]
    }
  }

  public init(_ f: FlowRecord) {
    kind = .flow
    id = f.id.description
    time = f.start
    source = f.sensor
    columns = [
      .text(f.sensor), .text(f.sourceIP.description), .optional(f.sourcePort), .text(f.destinationIP.description),
      .optional(f.destinationPort), .text(f.proto.name), .text(f.appProto), .text(f.communityID),
    ]
    var w = JSONWriter(capacity: 1024)
    f.write(to: &w)
    body = w.text
  }

  public init(_ t: TransactionRecord) {
    kind = .transaction
    id = t.id
    time = t.time
    source = t.sensor
    columns = [.text(t.flow.description), .text(t.appProto)]
    var w = JSONWriter(capacity: 512)
    t.write(to: &w)
    body = w.text
  }

  public init(_ a: AnomalyRecord) {
    kind = .anomaly
    id = a.id
    time = a.time
    source = a.sensor
    columns = [
      .text(a.name.id), .text(a.name.severity.name), .text(a.name.layer.name), .optional(a.flow?.description),
    ]
    var w = JSONWriter(capacity: 512)
    a.write(to: &w)
    body = w.text
  }

  public init(_ s: Signal) {
    kind = .signal
    id = s.id
    time = s.time
    source = s.analytic
    columns = [.text(s.analytic), .text(s.entity.kind), .real(s.score)]
    var w = JSONWriter(capacity: 512)
    s.write(to: &w)
    body = w.text
  }

  public init(_ c: Case) {
    kind = .case
    id = c.id
    time = c.time
    source = "correlation"
    columns = [.text(c.severity.name), .text(c.status.rawValue), .real(c.score)]
    var w = JSONWriter(capacity: 2048)
    c.write(to: &w)
    body = w.text
  }
}
