import TestSupport
import Testing

@testable import Engine

@Suite struct CapturePlanTests {
  private func capture(_ seconds: [Int64]) -> [UInt8] {
    pcapFile(
      seconds.map { second in
        CapturedFrame(
          at: second * 1_000_000_000, Ethernet(IPv4(from: "10.0.0.1", to: "10.0.0.2", UDP(from: 1, to: 2))).bytes)
      })
  }

  private func plan(_ paths: [String], merge: Bool = false) -> [SensorPlan] {
    var request = AnalysisRequest()
    request.captures = paths
    request.merge = merge
    return CapturePlan(request, refuse: { _ in }).sensors
  }

  @Test("Captures that follow each other are one sensor's, in order of time")
  func continued() throws {
    try withTemporaryFile(capture([100, 110])) { late in
      try withTemporaryFile(capture([10, 20])) { early in
        let sensors = plan([late, early])
        #expect(sensors.map(\.paths) == [[early, late]])
        #expect(sensors.first?.name == CapturePlan.name(of: early))
      }
    }
  }

  @Test("Captures that overlap in time are different sensors")
  func overlapping() throws {
    try withTemporaryFile(capture([10, 30])) { one in
      try withTemporaryFile(capture([20, 40])) { other in
        #expect(plan([one, other]).map(\.paths) == [[one], [other]])
      }
    }
  }

  @Test("Pieces of one capture that were cut within an instant are one sensor's")
  func touching() throws {
    try withTemporaryFile(capture([10, 20])) { first in
      try withTemporaryFile(capture([20, 30])) { second in
        #expect(plan([second, first]).map(\.paths) == [[first, second]])
      }
    }
  }

  @Test("Merged captures are one sensor's, whatever their times")
  func merged() throws {
    try withTemporaryFile(capture([10, 30])) { one in
      try withTemporaryFile(capture([20, 40])) { other in
        let sensors = plan([one, other], merge: true)
        #expect(sensors.count == 1)
        #expect(sensors.first?.interleaved == true)
      }
    }
  }

  @Test(
    "A sensor is named after its file",
    arguments: [
      ("/var/tmp/office.pcap", "office"), ("a.pcapng.gz", "a"), ("x.cap.zst", "x"), ("-", "stdin"), ("plain", "plain"),
      (".pcap", ".pcap"),
    ])
  func named(path: String, name: String) { #expect(CapturePlan.name(of: path) == name) }
}
