// Which copy of overlapping bytes stands, and for which host.

import Catalog
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("Overlap policies")
struct OverlapPolicyTests {
  /// How two copies may lie, the earlier one at 10..<20, and the policies by which the later one wins.
  struct Row: Sendable, CustomTestStringConvertible {
    var later: Range<Int>
    var fragments: Set<OverlapPolicy>
    var segments: Set<OverlapPolicy>
    var testDescription: String { "later at \(later)" }
  }

  // Novak (2005), table 2, for fragments; Novak and Sturges (2007), table 3, for segments.
  static let rows: [Row] = [
    Row(later: 5..<15, fragments: [.last, .bsd, .linux], segments: [.last, .bsd, .bsdRight, .linux, .windows]),
    Row(
      later: 5..<20, fragments: [.last, .bsd, .linux, .solaris],
      segments: [.last, .bsd, .bsdRight, .linux, .windows, .solaris]),
    Row(
      later: 5..<25, fragments: [.last, .bsd, .linux, .solaris, .windows],
      segments: [.last, .bsd, .bsdRight, .linux, .windows, .solaris]),
    Row(later: 10..<15, fragments: [.last, .bsdRight, .linux], segments: [.last]),
    Row(later: 10..<20, fragments: [.last, .bsdRight, .linux], segments: [.last, .solaris]),
    Row(later: 10..<25, fragments: [.last, .bsdRight, .linux], segments: [.last, .linux, .solaris]),
    Row(later: 15..<18, fragments: [.last, .bsdRight], segments: [.last]),
    Row(later: 15..<20, fragments: [.last, .bsdRight], segments: [.last]),
    Row(later: 15..<25, fragments: [.last, .bsdRight], segments: [.last, .solaris]),
  ]

  @Test("Each policy keeps the copy that its systems keep", arguments: rows)
  func keeps(_ row: Row) {
    for policy in OverlapPolicy.allCases {
      #expect(
        policy.laterFragmentWins(earlier: 10..<20, later: row.later) == row.fragments.contains(policy), "\(policy)")
      #expect(policy.laterSegmentWins(earlier: 10..<20, later: row.later) == row.segments.contains(policy), "\(policy)")
    }
  }

  static func target(_ network: String, _ policy: OverlapPolicy) throws -> OverlapTarget {
    try #require(OverlapTarget(network, policy: policy))
  }

  @Test("The most specific network that has the host says how it decides, else the default does")
  func targets() throws {
    let targets = OverlapTargets(
      [
        try Self.target("192.0.2.0/24", .linux), try Self.target("192.0.2.128/25", .windows),
        try Self.target("192.0.2.200", .last), try Self.target("2001:db8::/32", .bsd),
        try Self.target("::/0", .solaris),
      ], fallback: .first)
    func policy(_ text: String) -> OverlapPolicy {
      let bytes = addressBytes(text)
      func word(_ from: Int) -> UInt64 { bytes[from..<from + 8].reduce(0) { $0 << 8 | UInt64($1) } }
      return targets.policy(
        of: bytes.count == 4
          ? NetworkAddress(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) }) : NetworkAddress(high: word(0), low: word(8))
      )
    }
    #expect(policy("192.0.2.1") == .linux)
    #expect(policy("192.0.2.129") == .windows)
    #expect(policy("192.0.2.200") == .last)
    #expect(policy("192.0.3.1") == .first)
    #expect(policy("2001:db8::1") == .bsd)
    #expect(policy("2001:db9::1") == .solaris)
  }

  @Test(
    "What is no network is refused",
    arguments: ["", "192.0.2.0/33", "192.0.2/24", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/24/1"])
  func refused(_ text: String) { #expect(OverlapTarget(text, policy: .first) == nil) }

  @Test("Segments and fragments are judged as the host judges that receives them")
  func receiver() throws {
    let server = try Self.target(Conversation.server, .last)
    var t = Conversation { $0.overlapTargets = [server] }
    t.handshake()
    for fromClient in [true, false] {
      for (at, text) in [(5, "BBBB"), (3, "AAAAAA"), (1, "xx")] {
        if fromClient { t.c(.psh, at: at, ack: 1, text) } else { t.s(.psh, at: at, ack: 1, text) }
      }
    }
    let e = [UInt8](repeating: 0x45, count: 64)
    let l = [UInt8](repeating: 0x4C, count: 64)
    for (source, destination) in [
      (Conversation.client, Conversation.server), (Conversation.server, Conversation.client),
    ] {
      for (offset, bytes, more) in [(0, e, true), (0, l, true), (64, e, false)] {
        t.send(
          Ethernet(
            IPv4(from: source, to: destination, FragmentTests.Piece(ipProtocol: 99, content: bytes)) {
              $0.identification = 7
              $0.fragmentOffset = offset
              $0.moreFragments = more
            }
          ).bytes)
      }
    }
    let out = t.finish()
    // To the server the last copy stands, to the client the first.
    #expect(out.toServer() == "xxAAAAAA")
    #expect(out.toClient() == "xxAABBBB")
    #expect(out.heard[1].toServer == l + e)
    #expect(out.heard[1].toClient == e + e)
    #expect(out.count(.tcpOverlapDifferentData) == 2)
    #expect(out.count(.fragmentInconsistentData) == 2)
  }
}
