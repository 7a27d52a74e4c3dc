/// What is kept of an account. Texts are numbers in the `StringTable`; −1 is "the platform does not show it".

import Evidence

struct Snapshot {
  /// Stands for a time or a number that is not shown.
  static let unknown = Int64.min

  var time: Int64
  var id: RecordID
  var created: Int64
  var changed: Int64
  /// With `hasPHash` only.
  var pHash: UInt64
  var handle: Int32
  var name: Int32
  var bio: Int32
  var employer: Int32
  var title: Int32
  var url: Int32
  var avatar: Int32
  var posts: Int32
  var hasPHash: Bool
  var verified: Bool
}

/// A change that the platform told, as one field's former and later text.
struct ToldChange {
  enum Field: UInt8 { case name, employer, bio, title, avatar, handle, other }
  var time: Int64
  var id: RecordID
  var field: Field
  var from: Int32
  var to: Int32
}

struct Approach {
  enum Outcome: UInt8 {
    case unknown, pending, accepted, ignored, declined, reported

    /// As a source tells it; nil where it does not.
    var told: OutreachObservation.Outcome? {
      switch self {
      case .unknown: nil
      case .pending: .pending
      case .accepted: .accepted
      case .ignored: .ignored
      case .declined: .declined
      case .reported: .reported
      }
    }
  }
  var time: Int64
  var id: RecordID
  /// A number in `Parties`.
  var party: Int32
  /// A list of links in `PersonaWorld.links(of:)`; −1 for none.
  var links: Int32
  var kind: UInt8
  var outcome: Outcome
  /// One of its links leads to something that runs, or hides where it leads.
  var isBaited: Bool

  var hasLink: Bool { links >= 0 }
  /// Words for one reader: a direct message, an invitation, an e-mail or a call.
  var isMessage: Bool { kind == 2 || kind >= 5 }
}

struct AccountState {
  var platform: Int32
  /// The account's id, or `@handle` for one that is known by its handle only.
  var accountID: Int32
  var byHandleOnly: Bool
  /// Erased on request: only the number of its approaches is left, in `PersonaWorld.forgotten`.
  var isForgotten = false
  var isDirty = false
  /// Another account was seen with one of its handles.
  var sharesHandle = false
  /// The score given out last, for `refresh`.
  var lastScore: Float = 0
  /// Log-odds of what it shows by itself, without the bias and what it shares; found by the last examination.
  var alone: Float = 0
  var snapshots: [Snapshot] = []
  var changes: [ToldChange] = []
  var approaches: [Approach] = []
  /// How its messages are worded, each template once, at most `PersonaWorld.maximumWordings`: those that sort first, so
  /// that the order in which they came does not matter.
  var wordings: [Wording] = []
  /// Numbers of the handles it was seen with.
  var handles = FewNumbers()

  /// When the account was opened, by the earliest that any snapshot says.
  var created: Int64? {
    var least: Int64?
    for s in snapshots where s.created != Snapshot.unknown { least = min(least ?? .max, s.created) }
    return least
  }
}
