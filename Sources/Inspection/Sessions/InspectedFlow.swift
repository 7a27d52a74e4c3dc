/// What is remembered of a flow while it lives: two cache lines, with what few flows need elsewhere.

import Evidence
import Flows
import PluginHost

typealias Slot = UnsafeMutablePointer<InspectedFlow>
typealias Stream = UnsafeMutablePointer<StreamState>

/// One slot of the flow table. Trivial, 128 bytes at most: it owns its notes by an unmanaged reference, released when the slot
/// is freed, and what its stream points to, freed when nothing more is wanted.
struct InspectedFlow: BitwiseCopyable {
  enum Phase: UInt8 {
    case free
    /// Opened, nothing seen yet.
    case fresh
    /// Its bytes are looked at: `stream` is in use.
    case active
    /// Nothing more is wanted of it.
    case stopped
  }

  // First, so that it is found from the slot's own address.
  fileprivate var streamState = StreamState()
  let flow: FlowReference
  /// Retained; nil where there is nothing to note.
  var keptNotes: Unmanaged<FlowNotes>?
  /// Its number in the slab plus one: what the flow engine knows it by.
  let token: UInt32
  /// Its first anomaly tally, or `.none`.
  var tallies = UInt32.none
  var transactions: UInt32 = 0
  /// Index in the protocol table of the first protocol recognised, 0 none.
  var appProto: UInt16 = 0
  /// Index in the protocol table of what it was said to be: by `expect`, or by the parent of an inner flow.
  var expected: UInt16 = 0
  var phase = Phase.free
  /// All dissectors of its transport were asked, and none knew it.
  var wasAsked = false
  /// How many flows it is within.
  var depth: UInt8 = 0
  var isDecrypted = false
  var wasExpected = false

  init(_ flow: FlowReference, token: UInt32) {
    self.flow = flow
    self.token = token
  }

  var notes: FlowNotes? { keptNotes?.takeUnretainedValue() }
  /// Its bytes come in order: a TCP flow, or one within another, whatever carries that one.
  var isStream: Bool { depth > 0 || flow.proto == 6 }
  /// IP protocol number of what dissectors are shown.
  var proto: UInt8 { isStream ? 6 : flow.proto }
}

extension Slot {
  /// The flow's stream, meaningful while the flow is active.
  @inline(__always) var stream: Stream {
    // `streamState` is the first field.
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: StreamState.self)
  }
  /// The stream, if the flow's bytes are looked at.
  @inline(__always) var activeStream: Stream? { pointee.phase == .active ? stream : nil }
}
