import Catalog
import Evidence
import Testing

@testable import Analytics

@Suite("What the wire says is judged by pair of hosts, not by packet")
struct NetworkAnalyticsTests {
  private func anomaly(
    _ id: String, from source: String, to destination: String, port: UInt16 = 80, at time: Double, count: UInt64 = 1,
    flow: UInt64? = nil, packet: UInt64 = 1
  ) -> AnomalyRecord {
    let name = AnomalyKind(id: id).map { AnomalyName.catalog($0) } ?? .plugin(id: id, severity: .medium)
    var a = AnomalyRecord(
      name: name, time: at(time), origin: RecordOrigin(sensor: "tap", capture: "tap.pcap"), packet: packet,
      flow: flow.map { FlowID(rawValue: $0) })
    a.sourceIP = ip(source)
    a.destinationIP = ip(destination)
    a.destinationPort = port
    a.count = count
    return a
  }

  /// A capture that has been running for an hour.
  private func running() -> NetworkAnalytics {
    var network = NetworkAnalytics()
    network.observe(Made.flow(1, from: "10.9.9.1", 50000, to: "10.9.9.2", 443, start: -1 * hours))
    return network
  }

  @Test("A thousand packets of no session between two hosts are one signal that counts them")
  func onePerPair() {
    var network = running()
    for n in 0..<1000 {
      network.observe(anomaly("tcp.no_session", from: "10.0.0.1", to: "10.0.0.2", at: Double(n), packet: UInt64(n)))
    }
    let signals = network.signals().signals
    #expect(signals.count == 1)
    #expect(signals.first?.reason.contains("1000 TCP segments") == true)
    #expect(signals.first?.entity == .hostPair(first: ip("10.0.0.1"), second: ip("10.0.0.2")))
    #expect((signals.first?.evidence.count ?? 99) <= 16)
  }

  @Test("What follows the beginning of a capture may belong to older sessions, and stays quiet")
  func beginning() {
    var network = NetworkAnalytics()
    network.observe(Made.flow(1, from: "10.0.0.1", 50000, to: "10.0.0.2", 443, start: 0))
    network.observe(anomaly("tcp.no_session", from: "10.0.0.1", to: "10.0.0.3", at: 30))
    #expect(network.signals().signals.isEmpty)
  }

  @Test("One source that probes many hosts is one signal on the source")
  func scan() {
    var network = running()
    for n in 1...40 { network.observe(anomaly("tcp.no_session", from: "10.0.0.1", to: "10.0.1.\(n)", at: Double(n))) }
    let signals = network.signals().signals
    #expect(signals.map(\.entity) == [.host("10.0.0.1")])
    #expect(signals.first?.attack == ["T1046"])
    #expect((signals.first?.score ?? 0) >= 0.5)
  }

  @Test("The rest of a busy client's sessions at the beginning of a capture opens no case")
  func busyClient() {
    var network = NetworkAnalytics()
    network.observe(Made.flow(1, from: "10.0.0.8", 50000, to: "10.0.0.9", 443, start: 0))
    for n in 1...40 {
      network.observe(anomaly("tcp.no_session", from: "10.0.0.1", to: "198.51.100.\(n)", port: 443, at: Double(n)))
    }
    #expect(network.signals().signals.allSatisfy { $0.score < 0.5 })
  }

  @Test("Back-scatter of many strangers stays below what opens a case")
  func backscatter() {
    var network = running()
    for n in 1...40 {
      network.observe(
        anomaly("tcp.rst_no_session", from: "198.51.100.\(n)", to: "203.0.113.5", at: Double(n), count: 500))
    }
    #expect(network.signals().signals.allSatisfy { $0.score < 0.5 })
  }

  @Test("A malformation that one pair shows counts; one that a fifth of all pairs show is how things are here")
  func rarity() throws {
    var rare = running()
    for id in ["fragment.inconsistent_data", "tcp.overlap_different_data"] {
      rare.observe(anomaly(id, from: "10.0.0.1", to: "10.0.0.2", at: 1, flow: 7))
    }
    let signal = try #require(rare.signals().signals.first { $0.analytic == "network.malformed" })
    #expect(signal.score >= 0.5)
    #expect(signal.reason.contains("fragment.inconsistent_data"))

    var common = running()
    for n in 1...30 {
      common.observe(anomaly("fragment.inconsistent_data", from: "10.0.0.1", to: "10.0.2.\(n)", at: 1))
    }
    #expect(common.signals().signals.allSatisfy { $0.score < 0.5 })
  }

  @Test("What the capture cut short the sender did not do")
  func captured() {
    var network = running()
    var a = anomaly("fragment.inconsistent_data", from: "10.0.0.1", to: "10.0.0.2", at: 1)
    a.captured = true
    network.observe(a)
    #expect(network.signals().signals.isEmpty)
  }

  @Test("A protocol on a port that is another's is a signal; where it is at home it is not; a local habit is quiet")
  func ports() {
    var network = NetworkAnalytics()
    let misplaced = Made.flow(1, from: "10.0.0.1", 50000, to: "198.51.100.1", 53, start: 0, app: "ssh")
    network.observe(misplaced)
    network.observe(Made.flow(2, from: "10.0.0.1", 50001, to: "198.51.100.1", 443, start: 0, app: "tls"))
    for n in 1...5 {
      network.observe(
        Made.flow(UInt64(10 + n), from: "10.0.0.\(n)", 50000, to: "10.0.0.99", 7443, start: 0, app: "tls"))
    }
    let signals = network.signals().signals
    #expect(signals.map(\.entity) == [.flow(misplaced.id, communityID: misplaced.communityID)])
    #expect((signals.first?.score ?? 0) >= 0.5)
    #expect(signals.first?.reason.contains("port 53 is DNS's") == true)
  }

  @Test("A capture that lost packets is a gap, and its anomalies weigh less")
  func lossy() {
    var network = NetworkAnalytics()
    for n in 1...10 {
      var flow = Made.flow(
        UInt64(n), from: "10.0.0.1", UInt16(50000 + n), to: "10.0.0.2", 443, start: Double(n) - 2 * hours)
      flow.tcp = TCPSummary()
      flow.tcp?.lossy = n <= 4
      network.observe(flow)
    }
    for n in 0..<300 { network.observe(anomaly("tcp.no_session", from: "10.0.0.1", to: "10.0.0.2", at: Double(n))) }
    let found = network.signals()
    #expect(found.gaps.map(\.kind) == ["lossy_capture"])
    #expect(found.signals.allSatisfy { $0.score < 0.5 })
  }

  @Test("Which records and flows a signal names does not depend on the order in which they came")
  func order() {
    let anomalies = (0..<40).map { n in
      anomaly(
        "tcp.flags_syn_fin", from: "10.0.0.1", to: "10.0.0.2", at: Double(n), flow: UInt64(n + 1), packet: UInt64(n))
    }
    func named(_ order: [AnomalyRecord]) -> [Signal] {
      var network = running()
      network.observe(order)
      return network.signals().signals
    }
    let forwards = named(anomalies)
    #expect(forwards.first?.evidence == anomalies.prefix(16).map(\.id))
    #expect(forwards.first?.related.count == 16)
    for other in [named(anomalies.reversed()), named(anomalies.suffix(20) + anomalies.prefix(20))] {
      #expect(other.first?.evidence == forwards.first?.evidence)
      #expect(other.first?.related == forwards.first?.related)
    }
  }

  @Test("The table of pairs stays within its bound, and says what was not judged")
  func bounded() {
    var configuration = NetworkAnalyticsConfiguration()
    configuration.maximumPairs = 100
    var network = NetworkAnalytics(configuration)
    for n in 0..<500 {
      network.observe(anomaly("tcp.no_session", from: "10.0.\(n / 250).\(n % 250)", to: "10.1.0.1", at: 1000))
    }
    #expect(network.signals().gaps.contains { $0.kind == "limit_reached" && $0.reason.hasPrefix("400 anomalies") })
  }
}
