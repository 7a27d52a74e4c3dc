/// The whole lab story of a plan: the files of the demo, and the same as observations.

/// A world made from a plan. Making it takes about a second; it then only hands out what it made.
public struct LabStory: Sendable {
  /// The roster in YAML.
  public let roster: [UInt8]
  /// Personas and outreach, in the order in which they were handed in.
  public let personas: [LabObservation]
  /// Machines, then processes and connections by each host's clock, in order of true time.
  public let hostRecords: [LabObservation]
  /// Windows events, JSON Lines.
  public let windowsEvents: [UInt8]
  /// auditd's raw lines.
  public let auditLog: [UInt8]
  /// A pcap file.
  public let capture: [UInt8]
  /// Label and family of each account, tab-separated.
  public let truth: [UInt8]
  /// What a reader should find, in Markdown.
  public let story: [UInt8]
  /// The flows of the intrusion that some program opened.
  public let intrusionFlows: [LabFlow]

  public init(_ plan: LabPlan) {
    let (world, approach) = Self.online(plan)
    let day = NetworkDay(plan, world.organisation)
    day.makeMachines()
    day.makeOrdinaryTraffic()
    let intrusion = day.makeIntrusion(approach)
    let events = day.orderedEvents()

    personas = world.observations()
    roster = world.organisation.yaml()
    truth = world.truth()
    let assets = world.organisation.assets.map { asset in
      LabObservation.asset(
        LabAsset(
          time: world.start, host: asset.host, ips: asset.addresses, macs: [asset.mac], names: asset.names,
          owner: asset.owner))
    }
    hostRecords = assets + events.compactMap { $0.observation() }
    intrusionFlows = day.intrusion
    capture = day.tape.pcap()

    var windows = WindowsLog(zone: day.zone)
    var received: [(at: LabTime, number: Int, bytes: [UInt8])] = []
    var audit = AuditLog()
    var auditLines: [UInt8] = []
    for event in events {
      for line in windows.lines(event) { received.append((line.received, received.count, line.bytes)) }
      auditLines += audit.lines(event)
    }
    received.sort { $0.at != $1.at ? $0.at < $1.at : $0.number < $1.number }
    var windowsLines: [UInt8] = []
    for line in received {
      windowsLines += line.bytes
      windowsLines.append(0x0a)
    }
    windowsEvents = windowsLines
    auditLog = auditLines
    story = Array(storyText(plan, world, approach, intrusion).utf8)
  }

  /// Personas and outreach as evidence lines.
  public var personaLines: [UInt8] { lines(personas) }

  private static func online(_ plan: LabPlan) -> (PersonaWorld, Approach) {
    let world = PersonaWorld(plan, LabOrganisation(plan, LabRandom(seed: plan.seed).part("organisation")))
    world.makeEmployees()
    world.makeOutsiders(plan.outsiders)
    let approach = world.makeApproach()
    world.makeMalicious(Int(Double(plan.outsiders) * plan.maliciousRate))
    return (world, approach)
  }
}

/// Only the online part of a world, for scoring and benchmarks.
public struct LabPersonas: Sendable {
  public let roster: [UInt8]
  public let observations: [LabObservation]
  public let truth: [UInt8]

  public init(_ plan: LabPlan) {
    let world = PersonaWorld(plan, LabOrganisation(plan, LabRandom(seed: plan.seed).part("organisation")))
    world.makeEmployees()
    world.makeOutsiders(plan.outsiders)
    world.makeMalicious(Int(Double(plan.outsiders) * plan.maliciousRate))
    world.makeChatter()
    roster = world.organisation.yaml()
    observations = world.observations()
    truth = world.truth()
  }

  /// As evidence lines.
  public var lines: [UInt8] { LabWorld.lines(observations) }
}
