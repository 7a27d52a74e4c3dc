// Filter expressions (pcap-filter(7)) on frames of files.

import CLibpcap
import Packets

/// A compiled filter expression. Compiled once for each link type that comes up.
final class CaptureFilter {
  private let expression: String
  private let source: String
  private var programs: [(linkType: LinkType, program: bpf_program)] = []

  /// Checks the expression against Ethernet, the usual case, so that a wrong one is refused at once.
  init(_ expression: String, source: String) throws(CaptureError) {
    self.expression = expression
    self.source = source
    guard compile(.ethernet) != nil else {
      throw CaptureError(.filter, source, "the filter '\(expression)' does not compile: \(reason)")
    }
  }

  deinit {
    for index in programs.indices { pcap_freecode(&programs[index].program) }
  }

  private var reason = ""

  /// Takes out the frames that do not match; those of a link type for which it does not compile neither.
  func apply(to batch: inout [FrameView], counters: inout CaptureCounters) {
    let before = batch.count
    batch.removeAll { !matches($0) }
    counters.filtered &+= UInt64(before &- batch.count)
  }

  private func matches(_ frame: FrameView) -> Bool {
    guard let index = programs.firstIndex(where: { $0.linkType == frame.linkType }) ?? compile(frame.linkType) else {
      return false
    }
    guard programs[index].program.bf_insns != nil else { return false }
    let length = UInt32(truncatingIfNeeded: frame.bytes.count)
    var header = pcap_pkthdr(ts: timeval(), caplen: length, len: max(length, frame.wireLength))
    guard let bytes = frame.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
    return pcap_offline_filter(&programs[index].program, &header, bytes) != 0
  }

  /// The index of the new program; nil, with an empty program kept, if it does not compile.
  private func compile(_ linkType: LinkType) -> Int? {
    var program = bpf_program()
    guard let handle = pcap_open_dead(Int32(truncatingIfNeeded: linkType.rawValue), Int32(frameLengthLimit)) else {
      return nil
    }
    defer { pcap_close(handle) }
    let isCompiled = pcap_compile(handle, &program, expression, 1, 0xFFFF_FFFF) == 0
    if !isCompiled { reason = String(cString: pcap_geterr(handle)) }
    programs.append((linkType, isCompiled ? program : bpf_program()))
    return isCompiled ? programs.count - 1 : nil
  }
}
