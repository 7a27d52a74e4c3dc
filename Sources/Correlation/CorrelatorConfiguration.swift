/// What opens a case, what joins it, and how much is kept.

public struct CorrelatorConfiguration: Sendable {
  /// A process or network signal of at least this score opens a case.
  public var opening = 0.5
  /// One of at least this score joins a case that is open on the same process, its tree or its flow.
  public var joining = 0.3
  /// A persona of at least this risk is linked to what happens at the people it approached.
  public var persona = 0.5
  /// A persona of at least this risk is a case by itself, also without anything on a machine.
  public var personaAlone = 0.7
  /// A network signal of at least this score is a case by itself, also without process or persona.
  public var networkAlone = 0.7
  /// How long before something on a host the approach of a persona may have been (nanoseconds).
  public var approachWindow: Int64 = 14 * 86_400 * 1_000_000_000
  /// How far apart two signals on one host may be and still be one story (nanoseconds).
  public var activityWindow: Int64 = 6 * 3_600 * 1_000_000_000
  /// How long after a suspicious flow into a host what happens there is its consequence (nanoseconds).
  public var consequenceWindow: Int64 = 3_600 * 1_000_000_000
  public var maximumSignals = 100_000
  public var maximumFlows = 100_000
  public var maximumOutreach = 200_000
  public var maximumPersonas = 200_000
  /// Flows, processes and lines of the story listed in one case; what goes beyond is counted in a gap.
  public var maximumEntities = 100
  public var maximumTimeline = 200
  /// From this many pairs of hosts on, the same finding on the network and nothing else is one case.
  public var manyPairs = 8
  /// Gaps listed in all, one for each kind and subject; a case lists `maximumEntities`.
  public var maximumGaps = 1_000
  public init() {}
}
