/// JSON Lines to a descriptor, through one buffer.

import Evidence
import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// The kinds of record that `--records` names.
public enum OutputKind: String, CaseIterable, Sendable {
  case flow, transaction, anomaly, persona
  case personaChange = "persona_change"
  case outreach, process, connection, asset, signal
  case `case`, gap, stats
}

/// Writes records as JSON Lines (interfaces.md). When the reader of the descriptor goes away, the rest is dropped and
/// `isBroken` says so.
public final class RecordWriter {
  private var writer = JSONWriter(capacity: 1 << 20)
  private let descriptor: Int32
  private let kinds: Set<OutputKind>
  public private(set) var isBroken = false

  private static let flushAt = 512 << 10

  public init(descriptor: Int32, kinds: Set<OutputKind>) {
    self.descriptor = descriptor
    self.kinds = kinds
  }

  public func wants(_ kind: OutputKind) -> Bool { kinds.contains(kind) }

  /// Whether it takes observations of any kind.
  public private(set) lazy var wantsObservations = ObservationKind.allCases.contains { kind in
    OutputKind(rawValue: kind.rawValue).map(kinds.contains) ?? false
  }

  public func write(_ flow: FlowRecord) { record(.flow) { flow.write(to: &$0) } }
  public func write(_ anomaly: AnomalyRecord) { record(.anomaly) { anomaly.write(to: &$0) } }
  public func write(_ transaction: TransactionRecord) { record(.transaction) { transaction.write(to: &$0) } }
  public func write(_ signal: Signal) { record(.signal) { signal.write(to: &$0) } }
  public func write(_ case: Case) { record(.case) { `case`.write(to: &$0) } }
  public func write(_ observation: Observation) {
    record(OutputKind(rawValue: observation.kind.rawValue) ?? .persona) { observation.write(to: &$0) }
  }

  /// One record: `body` writes the whole object.
  public func record(_ kind: OutputKind, _ body: (inout JSONWriter) -> Void) {
    guard kinds.contains(kind), !isBroken else { return }
    body(&writer)
    writer.newline()
    if writer.count >= RecordWriter.flushAt { flush() }
  }

  public func flush() {
    writer.withBytes { bytes in
      var rest = bytes
      while !rest.isEmpty, !isBroken {
        let n = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if n > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest[n...])
        } else if n < 0, errno == EAGAIN {
          var p = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&p, 1, -1)
        } else if !(n < 0 && errno == EINTR) {
          isBroken = true
        }
      }
    }
    writer.removeAll()
  }
}
