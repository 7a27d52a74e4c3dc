// Frames of a network interface, through libpcap.

import CLibpcap
import Glibc
import Packets

/// How an interface is captured from.
public struct LiveOptions: Sendable {
  /// Bytes kept of each frame, 1...262144.
  public var snapLength: Int = 262_144
  /// Whether frames for others are taken too.
  public var promiscuous = true
  /// The kernel's buffer in bytes; 0 leaves it to libpcap.
  public var bufferSize = 16 << 20
  /// Whether each frame is handed over as it comes, for low traffic and tests, not in blocks.
  public var immediate = false
  /// A filter expression (pcap-filter(7)), which the kernel applies.
  public var filter: String?

  public init() {}
}

/// Captures from an interface, or from all with `any`. Needs CAP_NET_RAW when it is opened.
public final class LiveCapture: CaptureReader {
  public let name: String
  public let linkType: LinkType
  public var keepsFrames: Bool { false }
  public private(set) var counters = CaptureCounters()

  private let handle: OpaquePointer
  private let snapLength: Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 64)
  private var used = 0
  private var number: UInt64 = 0
  private var clock = FrameClock()

  public init(_ interface: String, options: LiveOptions = LiveOptions()) throws(CaptureError) {
    name = interface
    snapLength = max(1, min(options.snapLength, frameLengthLimit))
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let handle = pcap_create(interface, &message) else {
      throw CaptureError(.interface, interface, cText(message))
    }
    self.handle = handle
    pcap_set_snaplen(handle, Int32(snapLength))
    pcap_set_promisc(handle, options.promiscuous ? 1 : 0)
    // So that a silent interface gives `idle`, and whoever wants to stop need not wait for traffic.
    pcap_set_timeout(handle, 100)
    pcap_set_immediate_mode(handle, options.immediate ? 1 : 0)
    if options.bufferSize > 0 { pcap_set_buffer_size(handle, Int32(clamping: options.bufferSize)) }
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    let status = pcap_activate(handle)
    linkType = LinkType(rawValue: UInt32(bitPattern: status < 0 ? 0 : pcap_datalink(handle)))
    // Positive values are warnings: the capture works.
    guard status >= 0 else {
      let words = String(cString: pcap_geterr(handle))
      throw CaptureError(
        .interface, interface, words.isEmpty ? String(cString: pcap_statustostr(status)) : words)
    }
    guard linkType.isSupported else {
      throw CaptureError(.unsupportedLinkType, interface, unsupportedText(linkType))
    }
    pcap_setnonblock(handle, 1, &message)
    try setFilter(options.filter)
  }

  deinit {
    pcap_close(handle)
    buffer.deallocate()
  }

  public func setFilter(_ expression: String?) throws(CaptureError) {
    var program = bpf_program()
    guard pcap_compile(handle, &program, expression ?? "", 1, 0xFFFF_FFFF) == 0 else {
      throw CaptureError(
        .filter, name, "the filter '\(expression ?? "")' does not compile: \(String(cString: pcap_geterr(handle)))")
    }
    defer { pcap_freecode(&program) }
    guard pcap_setfilter(handle, &program) == 0 else {
      throw CaptureError(.filter, name, "the filter cannot be set: \(String(cString: pcap_geterr(handle)))")
    }
  }

  public func nextBatch(_ batch: inout [FrameView], frameLimit: Int) throws(CaptureError) -> CaptureProgress {
    batch.removeAll(keepingCapacity: true)
    used = 0
    while batch.count < max(1, frameLimit), buffer.count &- used >= snapLength, let frame = try nextFrame() {
      batch.append(frame)
    }
    if batch.isEmpty {
      var waiting = pollfd(fd: pcap_get_selectable_fd(handle), events: Int16(POLLIN), revents: 0)
      if waiting.fd >= 0 { poll(&waiting, 1, 100) } else { usleep(10_000) }
      guard let frame = try nextFrame() else { return .idle }
      batch.append(frame)
    }
    counters.frames &+= UInt64(batch.count)
    return .frames
  }

  /// The next frame that is there, copied: libpcap's own bytes last only until its next call.
  private func nextFrame() throws(CaptureError) -> FrameView? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    let status = pcap_next_ex(handle, &header, &bytes)
    if status == 0 { return nil }
    guard status > 0, let header, let bytes, let base = buffer.baseAddress else {
      throw CaptureError(.interface, name, String(cString: pcap_geterr(handle)))
    }
    let length = min(Int(header.pointee.caplen), snapLength)
    memcpy(base + used, bytes, length)
    number &+= 1
    counters.bytes &+= UInt64(length)
    // tv_usec has nanoseconds, as asked for.
    let time = Int64(header.pointee.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.pointee.ts.tv_usec)
    defer { used &+= length }
    return FrameView(
      bytes: UnsafeRawBufferPointer(start: base + used, count: length), time: time, number: number,
      wireLength: header.pointee.len, linkType: linkType, interface: 0, hasInvalidTime: clock.runsBack(to: time))
  }

  /// Asks the kernel what it has lost, and puts it into `counters`.
  public func updateDrops() {
    var statistics = pcap_stat()
    guard pcap_stats(handle, &statistics) == 0 else { return }
    counters.dropped = UInt64(statistics.ps_drop)
    counters.interfaceDropped = UInt64(statistics.ps_ifdrop)
  }
}

/// The text of a C buffer up to its end mark.
func cText(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
