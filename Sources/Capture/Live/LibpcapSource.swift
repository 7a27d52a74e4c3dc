// Frames of an interface through libpcap: all kinds that are not Ethernet, and `any`.

import CLibpcap
import Glibc
import Packets

final class LibpcapSource: LiveSource {
  let linkType: LinkType
  let interfaceIndex: UInt32
  private let name: String
  private let handle: OpaquePointer
  private let snapLength: Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 64)
  private var used = 0

  init(_ interface: String, options: LiveOptions) throws(CaptureError) {
    name = interface
    interfaceIndex = NetworkInterface(interface)?.index ?? 0
    snapLength = max(1, min(options.snapLength, frameLengthLimit))
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let handle = pcap_create(interface, &message) else {
      buffer.deallocate()
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

  func setFilter(_ expression: String?) throws(CaptureError) {
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

  func read(into batch: inout [FrameView], limit: Int, state: inout LiveState) throws(CaptureError) {
    used = 0
    try take(into: &batch, limit, &state)
    guard batch.isEmpty else { return }
    var waiting = pollfd(fd: pcap_get_selectable_fd(handle), events: Int16(POLLIN), revents: 0)
    if waiting.fd >= 0 { poll(&waiting, 1, 100) } else { poll(nil, 0, 10) }
    try take(into: &batch, limit, &state)
  }

  /// The frames that are there, copied: libpcap's own bytes last only until its next call.
  private func take(into batch: inout [FrameView], _ limit: Int, _ state: inout LiveState) throws(CaptureError) {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    while batch.count < limit, buffer.count &- used >= snapLength {
      let status = pcap_next_ex(handle, &header, &bytes)
      if status == 0 { return }
      guard status > 0, let header, let bytes, let base = buffer.baseAddress else {
        // What came before is handed out first; libpcap says the same again.
        guard batch.isEmpty else { return }
        throw CaptureError(.interface, name, String(cString: pcap_geterr(handle)))
      }
      let length = min(Int(header.pointee.caplen), snapLength)
      memcpy(base + used, bytes, length)
      state.number &+= 1
      // tv_usec has nanoseconds, as asked for.
      let time = Int64(header.pointee.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.pointee.ts.tv_usec)
      batch.append(
        FrameView(
          bytes: UnsafeRawBufferPointer(start: base + used, count: length), time: time, number: state.number,
          wireLength: header.pointee.len, linkType: linkType, interface: 0,
          hasInvalidTime: state.clock.runsBack(to: time)))
      used &+= length
    }
  }

  func losses() -> (kernel: UInt64, interface: UInt64) {
    var statistics = pcap_stat()
    guard pcap_stats(handle, &statistics) == 0 else { return (0, 0) }
    return (UInt64(statistics.ps_drop), UInt64(statistics.ps_ifdrop))
  }
}

/// The text of a C buffer up to its end mark.
func cText(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
