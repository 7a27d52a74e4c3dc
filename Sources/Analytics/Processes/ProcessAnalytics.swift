/// Judges what processes do: what they speak, where they lie, who started them and with what words.

import Evidence

public struct ProcessAnalyticsConfiguration: Sendable {
  /// Analytics that are switched off, by id.
  public var disabled: Set<String> = []
  /// Signals of a lower score are not given.
  public var least = 0.3
  /// Ids and related flows listed in a signal.
  public var maximumEvidence = 32
  public init() {}
}

/// The analytics `process.*`, over a resolution of attribution.
public struct ProcessAnalytics: Sendable {
  public let configuration: ProcessAnalyticsConfiguration

  public init(_ configuration: ProcessAnalyticsConfiguration = .init()) { self.configuration = configuration }

  /// One signal for each process and what is odd about it, in order of time. Connections that met no flow are judged
  /// by their port.
  public func signals(_ resolution: Resolution) -> [Signal] {
    var signals = unusualProtocols(resolution.connections)
    // A process without a known start is dated by its first connection.
    var first: [ProcessEntity: Timestamp] = [:]
    for c in resolution.connections
    where c.process.start == nil && first[c.process.entity].map({ c.time < $0 }) ?? true {
      first[c.process.entity] = c.time
    }
    for process in resolution.known {
      guard let time = process.start ?? first[process.entity] else { continue }
      for judgement in [unusualPath(process), unusualParent(process), suspiciousCommandLine(process)] {
        guard var signal = judgement else { continue }
        signal.time = time
        signals.append(signal)
      }
    }
    signals.removeAll { $0.score < configuration.least || configuration.disabled.contains($0.analytic) }
    return signals.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
  }

  func signal(
    _ analytic: String, _ score: Double, _ process: KnownProcess, _ reason: String, attack: [String]
  ) -> Signal {
    Signal(
      analytic: analytic, time: process.start ?? Timestamp(nanoseconds: 0), score: (score * 100).rounded() / 100,
      entity: .process(process.entity), reason: reason,
      evidence: Array(process.evidence.prefix(configuration.maximumEvidence)), attack: attack)
  }

  /// How the process is called in a sentence.
  func name(_ process: KnownProcess) -> String {
    "\(ImageName.shown(process.entity.image)) on \(process.entity.host)"
  }
}
