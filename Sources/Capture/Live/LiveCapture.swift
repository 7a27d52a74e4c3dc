// An interface as a reader of frames, which goes on when the interface was away.

import Glibc
import Packets

/// Captures from an interface, or from all with `any`. Needs CAP_NET_RAW when it is opened.
///
/// Ethernet interfaces are read through the kernel's packet ring, all others through libpcap. An interface that goes down or
/// disappears is waited for; the times are in `absences`.
///
///     let members = try LiveCapture.group("eth1", members: 2)   // each for a thread of its own
public final class LiveCapture: CaptureReader {
  public let name: String
  public private(set) var linkType: LinkType
  public var keepsFrames: Bool { false }
  public private(set) var counters = CaptureCounters()
  /// The last hundred times that the interface was away; the last is open as long as it is.
  public private(set) var absences: [InterfaceAbsence] = []
  /// Whether the interface is there and up, as far as is known.
  public private(set) var isPresent = true

  private var options: LiveOptions
  private let group: FanoutGroup?
  private var source: (any LiveSource)?
  private var state = LiveState()
  /// What sources lost that are closed by now.
  private var earlierLosses: (kernel: UInt64, interface: UInt64) = (0, 0)

  /// Opens one interface for one reader.
  public convenience init(_ interface: String, options: LiveOptions = LiveOptions()) throws(CaptureError) {
    try self.init(interface, options: options, group: nil)
  }

  private init(_ interface: String, options: LiveOptions, group: FanoutGroup?) throws(CaptureError) {
    name = interface
    self.options = options
    self.group = group
    let source = try Self.open(interface, options, group)
    linkType = source.linkType
    self.source = source
  }

  /// Opens an interface for several readers, among which the kernel spreads frames by the unordered pair of their outer
  /// addresses. An interface that cannot be spread so, which is one that is not Ethernet, gives a single reader.
  public static func group(
    _ interface: String, options: LiveOptions = LiveOptions(), members: Int
  ) throws(CaptureError) -> [LiveCapture] {
    guard members > 1, let now = NetworkInterface(interface), PacketRing.canRead(now) else {
      return [try LiveCapture(interface, options: options)]
    }
    let group = FanoutGroup()
    var all: [LiveCapture] = []
    for _ in 0..<min(members, 256) { all.append(try LiveCapture(interface, options: options, group: group)) }
    return all
  }

  /// Checks a filter expression, so that a wrong one can be refused before it is handed to the capture's thread.
  public static func checkFilter(_ expression: String, of interface: String) throws(CaptureError) {
    _ = try CaptureFilter(expression, source: interface)
  }

  private static func open(
    _ interface: String, _ options: LiveOptions, _ group: FanoutGroup?
  ) throws(CaptureError) -> any LiveSource {
    if let now = NetworkInterface(interface), PacketRing.canRead(now) {
      return try PacketRing(interface, now, options: options, group: group)
    }
    return try LibpcapSource(interface, options: options)
  }

  public func setFilter(_ expression: String?) throws(CaptureError) {
    if let source {
      try source.setFilter(expression)
    } else if let expression {
      _ = try CaptureFilter(expression, source: name)
    }
    options.filter = expression
  }

  public func nextBatch(_ batch: inout [FrameView], frameLimit: Int) throws(CaptureError) -> CaptureProgress {
    batch.removeAll(keepingCapacity: true)
    if !isPresent { comeBack() }
    guard let source, isPresent else {
      poll(nil, 0, 100)
      return .idle
    }
    do {
      try source.read(into: &batch, limit: max(1, frameLimit), state: &state)
    } catch {
      guard error.kind == .interface else { throw error }
      goAway(error)
      return .idle
    }
    guard !batch.isEmpty else { return .idle }
    counters.frames &+= UInt64(batch.count)
    var bytes: UInt64 = 0
    for frame in batch { bytes &+= UInt64(frame.bytes.count) }
    counters.bytes &+= bytes
    return .frames
  }

  // MARK: going away and coming back

  private func goAway(_ error: CaptureError) {
    isPresent = false
    if absences.count == 100 { absences.removeFirst() }
    absences.append(InterfaceAbsence(from: Self.now(), to: nil, reason: error.text))
    // A ring stays bound to an interface that is only down. One that is gone, and libpcap's handle, is of no more use.
    let isStillThere = NetworkInterface(name)?.index == source?.interfaceIndex && source is PacketRing
    if !isStillThere { closeSource() }
  }

  private func comeBack() {
    let now = NetworkInterface(name)
    if let source, source.interfaceIndex != now?.index { closeSource() }
    guard name == "any" || now?.isUp == true else { return }
    if source == nil {
      // Members of a group whose others have not yet noticed that the interface is a new one try again.
      guard let opened = try? Self.open(name, options, group) else { return }
      source = opened
      linkType = opened.linkType
    }
    isPresent = true
    if !absences.isEmpty { absences[absences.count - 1].to = Self.now() }
  }

  private func closeSource() {
    if let losses = source?.losses() {
      earlierLosses.kernel &+= losses.kernel
      earlierLosses.interface &+= losses.interface
    }
    source = nil
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  public func updateDrops() {
    let losses = source?.losses() ?? (kernel: 0, interface: 0)
    counters.dropped = earlierLosses.kernel &+ losses.kernel
    counters.interfaceDropped = earlierLosses.interface &+ losses.interface
  }
}
