/// What a check has to say: faults, remarks and figures.

import JSON

/// The checks, in the order in which they are made. Each runs in a process of its own.
public enum CheckStep: String, CaseIterable, Sendable {
  case library, description, instances, selftest, records, cuts, gaps, mutations, leaks, manners, speed

  /// What it looks at, in words for a report.
  public var title: String {
    switch self {
    case .library: "one file that the loader finds all for"
    case .description: "says what it is, always the same, by the rules"
    case .instances: "makes and ends instances"
    case .selftest: "passes its own test"
    case .records: "recognises its input and emits what it declared"
    case .cuts: "the same result however bytes are cut"
    case .gaps: "gaps, one side only, a start in the middle, an early end"
    case .mutations: "survives what is nearly right"
    case .leaks: "gives back its memory"
    case .manners: "no threads, signals, descriptors or output left behind"
    case .speed: "time a byte"
    }
  }
}

/// One thing that a check found.
public struct Finding: Sendable, Hashable {
  public enum Severity: String, Sendable, CaseIterable {
    /// The plugin breaks the contract.
    case fault
    /// It may be meant so; its author should know.
    case remark
  }
  public var severity: Severity
  /// What, where, and where it helps what to do; one line.
  public var text: String

  public init(_ severity: Severity, _ text: String) {
    self.severity = severity
    self.text = text
  }
}

/// A number that a check measured.
public struct Figure: Sendable, Hashable {
  public var name: String
  public var value: Double
  public var unit: String

  public init(_ name: String, _ value: Double, _ unit: String) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}

/// What one step came to.
public struct StepReport: Sendable {
  public var step: CheckStep
  public var findings: [Finding] = []
  public var figures: [Figure] = []
  /// Why it was not made; nil where it was.
  public var skipped: String?

  public var hasFaults: Bool { findings.contains { $0.severity == .fault } }
}

/// What all steps came to.
public struct CheckReport: Sendable {
  public var file: String
  public var steps: [StepReport] = []

  /// Nothing in it breaks the contract.
  public var passes: Bool { !steps.contains(where: \.hasFaults) }

  /// The report as one JSON object, for continuous integration.
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("file", file)
    w.member("passes", passes)
    w.objects("checks", steps) { step, w in
      w.member("name", step.step.rawValue)
      w.member("result", step.skipped != nil ? "skipped" : step.hasFaults ? "failed" : "passed")
      w.member("skipped", step.skipped)
      w.objects("findings", step.findings) { finding, w in
        w.member("severity", finding.severity.rawValue)
        w.member("text", finding.text)
      }
      w.objects("figures", step.figures) { figure, w in
        w.member("name", figure.name)
        w.member("value", figure.value)
        w.member("unit", figure.unit)
      }
    }
    w.endObject()
  }
}
