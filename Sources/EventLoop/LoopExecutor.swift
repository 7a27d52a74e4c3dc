// Swift's tasks and actors on the loop's thread.

/// The loop as an executor.
///
///     actor Ledger {
///       let executor: LoopExecutor
///       nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///     }
///     Task(executorPreference: loop.remote.executor) { … }
///
/// A hop from another thread costs a system call and a wake-up, a hop that stays on the loop little; so start tasks
/// with the loop as their preferred executor. Jobs given to a closed loop are never run.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
  private let submit: @Sendable (UnownedJob) -> Void
  private let current: @Sendable () -> Bool

  private init(_ inbox: Inbox) {
    // The inbox keeps its executor; the executor must not keep the inbox in turn.
    submit = { [weak inbox] job in _ = inbox?.submit(.job(job)) }
    current = { [weak inbox] in inbox?.isCurrent ?? false }
  }

  static func of(_ inbox: Inbox) -> LoopExecutor {
    inbox.executor.withLock { kept in
      if let kept { return kept }
      let made = LoopExecutor(inbox)
      kept = made
      return made
    }
  }

  public func enqueue(_ job: consuming ExecutorJob) { submit(UnownedJob(job)) }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  public func isIsolatingCurrentContext() -> Bool? { current() }

  public func checkIsolated() {
    guard current() else { fatalError("this must run on the event loop's thread") }
  }
}
