/// How entities are recognised as the same across records.

import Analytics
import Evidence

/// One process of one host. Attribution gives every record of a process the same names.
struct ProcessKey: Hashable, Comparable {
  let host: String
  let name: String

  init(_ host: String, pid: Int64?, guid: String?, image: String?) {
    self.host = host
    name = guid ?? "\(pid.map(String.init) ?? "-") \(ImageName.base(image ?? ""))"
  }

  static func < (a: ProcessKey, b: ProcessKey) -> Bool { a.host != b.host ? a.host < b.host : a.name < b.name }
}

/// What the correlator keeps of an approach.
struct Approach {
  var id: String
  var time: Timestamp
  var platform: String
  var kind: OutreachObservation.Kind
  var outcome: OutreachObservation.Outcome?
  var accountID: String?
  var handle: String?
  var to: Party
}

/// What the correlator keeps of a flow.
struct HeldFlow {
  var flow: CaseFlow
  var end: Timestamp
  /// Where it was seen.
  var sensor: String
  var processes: [FlowProcess]
}
