// How an interface is captured from, and what its frames come through.

import Packets

/// How an interface is captured from.
public struct LiveOptions: Sendable {
  /// Bytes kept of each frame, 1...262144.
  public var snapLength: Int = 262_144
  /// Whether frames for others are taken too.
  public var promiscuous = true
  /// The kernel's buffer in bytes, for each member of a group; at least 2 MiB are used.
  public var bufferSize = 16 << 20
  /// Whether each frame is handed over as it comes, for low traffic and tests, not in blocks.
  public var immediate = false
  /// A filter expression (pcap-filter(7)), which the kernel applies.
  public var filter: String?

  public init() {}
}

/// A time in which an interface was not there, or was down.
public struct InterfaceAbsence: Sendable, Equatable {
  /// Nanoseconds since 1970 UTC.
  public var from: Int64
  /// When it was back; nil as long as it is not.
  public var to: Int64?
  /// The system's words for it.
  public var reason: String
}

/// Where live frames come from. Used by one thread.
protocol LiveSource: AnyObject {
  var linkType: LinkType { get }
  /// The interface's number when it was opened: an interface of the same name that was made anew has another.
  var interfaceIndex: UInt32 { get }
  /// Appends frames, at most `limit`, whose bytes stay until the next call; waits some 100 ms if there is none.
  /// - Throws: when the interface is gone or down and what it had given before has been taken.
  func read(into batch: inout [FrameView], limit: Int, state: inout LiveState) throws(CaptureError)
  func setFilter(_ expression: String?) throws(CaptureError)
  /// What was lost since it was opened: for want of room in the kernel, and by the interface.
  func losses() -> (kernel: UInt64, interface: UInt64)
}

/// What goes on when a source is opened anew.
struct LiveState {
  var number: UInt64 = 0
  var clock = FrameClock()
}
