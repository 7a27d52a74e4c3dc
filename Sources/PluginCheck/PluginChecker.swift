/// All that can be found out about a plugin before it ships: `vedette plugin check`.

/// Makes the steps, each in a process of its own, so that a crash or a hang is a finding of that step.
public struct PluginChecker {
  private let request: CheckRequest
  /// Arguments with which this program makes one step of the request.
  private let arguments: (CheckStep) -> [String]

  public init(_ request: CheckRequest, arguments: @escaping (CheckStep) -> [String]) {
    self.request = request
    self.arguments = arguments
  }

  /// - Parameter told: called with each step's report as it comes.
  public func run(_ steps: [CheckStep] = CheckStep.allCases, told: (StepReport) -> Void = { _ in }) -> CheckReport {
    var report = CheckReport(file: request.file)
    for step in steps {
      let made = StepSupervisor(patience: request.patience).run(step, arguments: arguments(step))
      report.steps.append(made)
      told(made)
      // What cannot be loaded cannot be run either: the other steps would all say the same.
      if step == .description, !made.figures.contains(where: { $0.name == DescriptionStep.loaded }) { break }
    }
    return report
  }
}
