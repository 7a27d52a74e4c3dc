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
      throw CaptureError(.filter, source, reason)
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
    do {
      programs.append(
        (linkType, try Self.compile(expression, linkType, snapLength: frameLengthLimit, source: source)))
      return programs.count - 1
    } catch {
      reason = error.text
      programs.append((linkType, bpf_program()))
      return nil
    }
  }

  /// The program of an expression, for the caller to free.
  static func compile(
    _ expression: String, _ linkType: LinkType, snapLength: Int, source: String
  ) throws(CaptureError) -> bpf_program {
    // libpcap's numbers are those of files but for raw IP.
    let number = linkType == .raw ? LinkType.rawDLT12.rawValue : linkType.rawValue
    guard let handle = pcap_open_dead(Int32(truncatingIfNeeded: number), Int32(snapLength)) else {
      throw CaptureError(.filter, source, "libpcap cannot be set up")
    }
    defer { pcap_close(handle) }
    var program = bpf_program()
    guard pcap_compile(handle, &program, expression, 1, 0xFFFF_FFFF) == 0 else {
      throw CaptureError(
        .filter, source, "the filter '\(expression)' does not compile: \(String(cString: pcap_geterr(handle)))")
    }
    return program
  }

  /// Whether an expression looks at what a VLAN tag changes: the kernel takes tags out of live frames, so that such an
  /// expression is applied to them when the tags are back.
  static func looksAtTags(_ expression: String) -> Bool {
    let words = expression.split { !$0.isLetter }
    return words.contains("vlan") || words.contains("ether") && expression.contains("[") || words.contains("link")
  }
}
