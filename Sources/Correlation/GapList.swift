/// What could not be seen, told once: a list of gaps that a person can read to its end.

import Analytics
import Evidence

enum GapList {
  /// Reasons put together in one gap; further ones are counted.
  private static let mostReasons = 3

  /// One gap for each kind and subject, in their order; beyond `most` of them the last says how many are left out.
  static func tidy(_ gaps: Set<VisibilityGap>, most: Int) -> [VisibilityGap] {
    struct Key: Hashable {
      var kind: String
      var subject: String
    }
    let groups = Dictionary(grouping: gaps) { Key(kind: $0.kind, subject: $0.subject) }
    let keys = groups.keys.sorted { ($0.kind, $0.subject) < ($1.kind, $1.subject) }
    var list = keys.prefix(max(1, most)).compactMap { groups[$0].flatMap(one) }
    if keys.count > list.count {
      let count = keys.count - list.count
      list.append(
        VisibilityGap(
          kind: "limit_reached", subject: "gaps",
          reason: "\(count) further \(count == 1 ? "gap is" : "gaps are") not listed."))
    }
    return list
  }

  private static func one(_ gaps: [VisibilityGap]) -> VisibilityGap? {
    let sorted = gaps.sorted { a, b in
      let (x, y) = (a.from?.nanoseconds ?? .min, b.from?.nanoseconds ?? .min)
      return x != y ? x < y : a.reason < b.reason
    }
    guard var gap = sorted.first, sorted.count > 1 else { return sorted.first }
    var reasons: [String] = []
    for other in sorted where !reasons.contains(other.reason) && reasons.count < mostReasons {
      reasons.append(other.reason)
    }
    let further = Set(sorted.map(\.reason)).count - reasons.count
    if further > 0 { reasons.append("(\(further) more of this kind)") }
    gap.reason = reasons.joined(separator: " ")
    // An end that one of them leaves open is open for all.
    gap.from = sorted.contains { $0.from == nil } ? nil : gap.from
    gap.to = sorted.contains { $0.to == nil } ? nil : sorted.compactMap(\.to).max()
    return gap
  }
}

/// The gaps that were given, by what they touch.
struct GivenGaps {
  /// Those that touch every case.
  let general: Set<VisibilityGap>
  /// What sources of personas do not see: it touches every case that has a persona.
  let ofPersonas: Set<VisibilityGap>
  /// Those of a host, by its key.
  private let byHost: [String: [VisibilityGap]]

  private static let generalKinds: Set<String> = [
    "source_skipped", "capture_loss", "lossy_capture", "limit_reached", "capture_truncated",
  ]

  private static let personaKinds: Set<String> = ["platform_blind_spot", "source_interrupted"]

  init(_ all: Set<VisibilityGap>, _ names: HostNames) {
    general = all.filter { GivenGaps.generalKinds.contains($0.kind) }
    ofPersonas = all.filter { GivenGaps.personaKinds.contains($0.kind) }
    byHost = Dictionary(grouping: all.subtracting(general).subtracting(ofPersonas)) { names.key($0.subject) }
  }

  func of(_ host: String) -> [VisibilityGap] { byHost[host] ?? [] }
}
