/// What a lab world is made from: its size, its time and how often things go wrong, all in one place.

/// The parameters of a world. The same plan gives the same bytes on every machine and in every run.
public struct LabPlan: Sendable, Equatable {
  public init() {}

  /// All chance comes from this number.
  public var seed: UInt64 = 7

  // MARK: People

  /// The organisation that the world is about. A world with a network is about ``LabHouse/tarnwell``.
  public var house = LabHouse.tarnwell
  /// People on the roster, 12 or more.
  public var people = 40
  /// Benign accounts of others: strangers, recruiters, vendors, alumni and so on.
  public var outsiders = 240
  /// Approaches of benign accounts beyond those that their families make, for one account at the mean: worlds in which
  /// much is said.
  public var chatter = 0.0
  /// Malicious accounts, as a share of the outsiders.
  public var maliciousRate = 0.06

  // MARK: Time

  /// The first day of what was seen online, days since 1970-01-01; 20,514 is Monday 2026-03-02.
  public var firstDay: Int64 = 20_514
  /// Days of what was seen online, 14 or more.
  public var days = 60

  // MARK: What is missing, as in life

  /// Outreach that nobody ever sees.
  public var unseenOutreach = 0.2
  /// Lines that are handed in up to two days late.
  public var lateLines = 0.03
  /// Lines that are handed in twice.
  public var doubledLines = 0.015
  /// Parties of an approach of whom only the handle or the e-mail address is known.
  public var partialParties = 0.3
  /// Chance that an account's picture, creation date or counts are hidden, each.
  public var hiddenFields = 0.25
  /// Outcomes of approaches that become known.
  public var knownOutcomes = 0.45

  // MARK: The day on the network

  /// Minutes of the capture, 50 or more: the intrusion takes most of them.
  public var captureMinutes = 60
  /// TLS and HTTP sessions of a workstation in that time, at the median.
  public var webSessions = 13
  /// Chance that a TCP segment is sent twice.
  public var retransmissions = 0.004
  /// Workstations switched on that day, at most.
  public var workstations = 26

  /// The day of the intrusion, a working day in the last third.
  public var intrusionDay: Int64 {
    var day = firstDay + Int64(max(days * 7 / 8, 10))
    // 1970-01-01 was a Thursday: 2 is Saturday, 3 is Sunday.
    while day % 7 == 2 || day % 7 == 3 { day -= 1 }
    return day
  }
}
