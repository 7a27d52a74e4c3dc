/// What is kept of an account. Texts are numbers in the `StringTable`; −1 is "the platform does not show it".

struct Snapshot {
  var time: Int64
  var id: RecordID
  var handle: Int32
  var name: Int32
  var bio: Int32
  var employer: Int32
  var title: Int32
  var url: Int32
  var avatar: Int32
  var posts: Int32
  var followers: Int32
  var verified: Bool
  var created: Int64?
  var changed: Int64?
  var pHash: UInt64?
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
  enum Outcome: UInt8 { case unknown, pending, accepted, ignored, declined, reported }
  var time: Int64
  var id: RecordID
  /// A number in `Parties`.
  var party: Int32
  var kind: UInt8
  var outcome: Outcome
  var links: [Int32]
}

struct AccountState {
  var platform: Int32
  /// The account's id, or `@handle` for one that is known by its handle only.
  var accountID: Int32
  var byHandleOnly: Bool
  var snapshots: [Snapshot] = []
  var changes: [ToldChange] = []
  var approaches: [Approach] = []
  /// Numbers of the handles it was seen with.
  var handles: [Int32] = []
  var isDirty = false
  /// The score given out last, for `refresh`.
  var lastScore = 0.0
}
