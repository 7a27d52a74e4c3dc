import Evidence
import Testing

@testable import Analytics

/// Costs are counted in comparisons of moments, so that they say the same on any machine.
@Suite("Attribution costs hardly more than what it is given")
struct AttributionScaleTests {
  enum Shape: String, CaseIterable {
    case ports, onePortReused, destinationOnly, onePIDReused
  }

  /// `count` connections of one machine to one service, a tenth of a second apart, each with its flow and its process.
  private func resolve(_ count: Int, _ shape: Shape) -> Resolution {
    let attribution = Attribution()
    let port: (Int) -> UInt16 = { shape == .onePortReused ? 40_000 : UInt16(20_000 + $0) }
    for n in 0..<count {
      let moment = Double(n) * 0.1
      let pid = shape == .onePIDReused ? 7 : Int64(n)
      attribution.observe(
        Made.flow(
          UInt64(n + 1), from: "10.0.0.1", port(n), to: "10.0.0.9", 443, start: moment, end: moment + 0.05))
      attribution.observe(Made.start("p\(n)", "alpha", pid: pid, image: "/usr/bin/x", command: "x \(n)", at: moment))
      attribution.observe(
        Made.connection(
          "c\(n)", "alpha", pid: pid, image: "/usr/bin/x", from: shape == .destinationOnly ? nil : "10.0.0.1",
          shape == .destinationOnly ? nil : port(n), to: "10.0.0.9", 443, at: moment))
    }
    return attribution.resolve()
  }

  @Test("Eight times the evidence takes less than sixteen times the comparisons", arguments: Shape.allCases)
  func comparisons(_ shape: Shape) {
    let few = resolve(500, shape)
    let many = resolve(4_000, shape)
    #expect(few.comparisons > 0)
    #expect(many.comparisons < 16 * few.comparisons)
  }

  @Test("However many there are, each connection meets its flow", arguments: Shape.allCases)
  func allJoined(_ shape: Shape) {
    let resolution = resolve(2_000, shape)
    // At even distances, and without ports, a clock may be read some steps off: then the first or last meet none.
    #expect(resolution.processes.count >= (shape == .destinationOnly ? 1_900 : 2_000))
    #expect(shape == .destinationOnly || resolution.connections.allSatisfy { $0.flows.count == 1 })
  }

  @Test("Of processes that had one number after each other a connection is that of its time's")
  func lives() {
    let resolution = resolve(2_000, .onePIDReused)
    // Clocks may differ by ten seconds: a hundred of these processes started within that.
    for n in stride(from: 0, to: 2_000, by: 97) {
      let line = resolution.processes[FlowID(rawValue: UInt64(n + 1))]?.first?.commandLine ?? ""
      let number = Int(line.dropFirst(2)) ?? -1000
      #expect((n...(n + 100)).contains(number))
    }
  }

  @Test("A flow that goes on around later ones of its five-tuple is found by a moment that only it covers")
  func around() {
    let attribution = Attribution()
    attribution.observe(Made.flow(1, from: "10.0.0.1", 50_001, to: "10.0.0.2", 80, start: 0, end: 1_000))
    for n in 1...20 {
      attribution.observe(
        Made.flow(
          UInt64(n + 1), from: "10.0.0.1", 50_001, to: "10.0.0.2", 80, start: Double(n), end: Double(n) + 0.5))
    }
    attribution.observe(
      Made.connection(
        "c", "alpha", pid: 5, image: "/bin/x", from: "10.0.0.1", 50_001, to: "10.0.0.2", 80, at: 900))
    #expect(attribution.resolve().connections.first?.flows == [FlowID(rawValue: 1)])
  }

  @Test("A process that is listed a thousand times keeps the first of what told of it")
  func listed() {
    let attribution = Attribution()
    for n in 0..<1_000 {
      var o = ProcessObservation(
        head: ObservationHead(id: "s\(n)", time: at(Double(n) * 60), source: "log"), host: "alpha", pid: 5, guid: nil,
        image: "/bin/x")
      o.event = .snapshot
      attribution.observe(.process(o))
    }
    let known = attribution.resolve().known
    #expect(known.count == 1)
    #expect(known.first?.evidence.count == KnownProcess.mostEvidence)
    #expect(known.first?.evidence.contains("s0") == true)
  }
}
