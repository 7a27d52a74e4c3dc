import Testing

@testable import LabWorld

private let story = LabStory(LabPlan())
private let wire = CaptureFlows(story.capture)

private func plan(seed: UInt64) -> LabPlan {
  var plan = LabPlan()
  plan.seed = seed
  return plan
}

@Suite("The lab story")
struct LabStoryTests {
  @Test("The same seed gives the same bytes, another seed others")
  func determinism() {
    let again = LabStory(LabPlan())
    let other = LabStory(plan(seed: 8))
    #expect(again.roster == story.roster)
    #expect(again.personas == story.personas)
    #expect(again.hostRecords == story.hostRecords)
    #expect(again.windowsEvents == story.windowsEvents)
    #expect(again.auditLog == story.auditLog)
    #expect(again.capture == story.capture)
    #expect(again.truth == story.truth)
    #expect(again.story == story.story)
    #expect(other.capture != story.capture)
    #expect(other.personas != story.personas)
  }

  @Test("Every seed has its intrusion", arguments: [1, 2, 3, 99, UInt64.max])
  func everySeed(seed: UInt64) {
    #expect(LabStory(plan(seed: seed)).intrusionFlows.count > 60)
  }

  @Test("Every flow of the intrusion is on the wire and in a host's log")
  func intrusionIsSeen() {
    var logged: Set<WireTuple> = []
    var auditd: Set<[UInt8]> = []
    for case .connection(let record) in story.hostRecords {
      if let source = record.source, let port = record.sourcePort {
        logged.insert(
          WireTuple(
            source.bytes, port, record.destination.bytes, record.destinationPort, record.proto == "tcp" ? 6 : 17))
      } else {
        auditd.insert(record.destination.bytes)
      }
    }
    #expect(!story.intrusionFlows.isEmpty)
    for flow in story.intrusionFlows {
      #expect(wire.tuples.contains(WireTuple(flow)))
      // auditd's connect has no source.
      #expect(logged.contains(WireTuple(flow)) || auditd.contains(flow.destination.bytes))
    }
  }

  @Test("Every connection that a Windows host logged is on the wire, in the direction in which it was opened")
  func loggedFlowsAreOnTheWire() {
    for case .connection(let record) in story.hostRecords {
      guard let source = record.source, let port = record.sourcePort else { continue }
      let tuple = WireTuple(
        source.bytes, port, record.destination.bytes, record.destinationPort, record.proto == "tcp" ? 6 : 17)
      #expect(wire.tuples.contains(tuple), "\(record)")
    }
  }

  @Test("The capture is in order of time and lasts about an hour")
  func captureIsInOrder() throws {
    #expect(zip(wire.times, wire.times.dropFirst()).allSatisfy { $0 <= $1 })
    let first = try #require(wire.times.first)
    let last = try #require(wire.times.last)
    #expect((3000...3600).contains((last - first) / 1_000_000_000))
    #expect((10_000...30_000).contains(wire.times.count))
  }

  @Test("All addresses are private, reserved for documentation, or multicast")
  func reservedAddresses() {
    for address in wire.addresses {
      switch address.count {
      case 4:
        let isReserved =
          address[0] == 10 || address.starts(with: [192, 0, 2]) || address.starts(with: [198, 51, 100])
          || address.starts(with: [203, 0, 113]) || address == [224, 0, 0, 251]
        #expect(isReserved, "\(address)")
      default: #expect(address.starts(with: [0x20, 0x01, 0x0d, 0xb8]))
      }
    }
  }

  @Test("The message with the link comes on the day of the intrusion, hours before it")
  func approachPrecedesIntrusion() throws {
    let links = story.personas.compactMap { observation -> LabOutreach? in
      guard case .outreach(let outreach) = observation, outreach.links.contains(where: { $0.contains(".docm") }) else {
        return nil
      }
      return outreach
    }
    let message = try #require(links.first)
    let first = try #require(wire.times.first)
    #expect((2...6).contains((first - message.time) / 3_600_000_000_000))
  }
}
