import Catalog
import Packets
import TestSupport
import Testing

@Suite("Every id of the link, network and transport layers")
struct CatalogTests {
  static let definitions: [Definition] =
    LinkDefinitions.frames + LinkDefinitions.captures + LinkDefinitions.neighbours + NetworkDefinitions.ipv4
    + NetworkDefinitions.ipv6 + ControlDefinitions.icmp + ControlDefinitions.icmpv6 + ControlDefinitions.others
    + TunnelDefinitions.gre + TunnelDefinitions.datagrams + TunnelDefinitions.depth + TransportDefinitions.datagrams
    + TransportDefinitions.segments

  /// What takes more than one packet to see is Flows' to say.
  static let ofFlows: Set<String> = [
    "arp.unsolicited_reply", "arp.address_conflict", "arp.flood", "tunnel.missing_outer_flow", "fragment.overlap",
    "fragment.inconsistent_data", "fragment.too_large", "fragment.too_small", "fragment.invalid_length",
    "fragment.protocol_mismatch", "fragment.with_dont_fragment", "fragment.incomplete", "fragment.flood",
    "icmp.unsolicited_error", "icmp.unsolicited_echo_reply", "icmpv6.unsolicited_advertisement",
    "udp.unsolicited_response",
  ]

  @Test("An id is raised where its definition is met", arguments: definitions)
  func raised(definition: Definition) {
    for (index, sample) in definition.raising.enumerated() {
      let ids = sample.findings().map(\.id)
      #expect(ids.contains(definition.id), "case \(index) gave \(ids)")
    }
    #expect(!definition.raising.isEmpty)
  }

  @Test("It is not raised where the definition is just not met", arguments: definitions)
  func innocent(definition: Definition) {
    for (index, sample) in definition.innocent.enumerated() {
      let ids = sample.findings().map(\.id)
      #expect(!ids.contains(definition.id), "case \(index) gave \(ids)")
    }
    #expect(!definition.innocent.isEmpty)
  }

  @Test("No id of these layers is without a definition here, and none twice")
  func complete() {
    let ids = Self.definitions.map(\.id)
    #expect(Set(ids).count == ids.count)
    let catalog = AnomalyKind.all.filter { [.link, .network, .transport].contains($0.layer) }.map(\.id)
    #expect(Set(catalog).subtracting(Self.ofFlows) == Set(ids))
  }

  @Test("A whole packet that the capture cut anywhere is not called malformed: all that follows is marked as captured")
  func cutAnywhere() {
    for definition in Self.definitions {
      for sample in definition.innocent where sample.wireLength == nil && sample.findings().isEmpty {
        for length in 0..<sample.bytes.count {
          let findings = sample.cut(to: length).findings()
          #expect(findings.first?.id == "capture.truncated_packet")
          #expect(
            findings.allSatisfy { $0.captured },
            "\(definition.id), the first \(length) of \(sample.bytes.count) bytes: \(findings)")
        }
      }
    }
  }
}
