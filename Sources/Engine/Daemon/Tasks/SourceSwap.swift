/// One source taking another's place: the new one is opened and read first, then the old one is stopped, then the new
/// one goes on.

import PluginHost
import RPC

/// Belongs to the loop's thread.
final class SourceSwap {
  enum Phase {
    /// The new one is being opened and gives its first batch.
    case checking
    /// The old one hands over what it has.
    case stopping
    /// It came to nothing; the thread of the new one ends.
    case givenUp
  }

  let old: SourceTask
  let new: SourceTask
  var phase = Phase.checking
  /// Told how it came out: nil is well.
  private var done: ((RPCError?) -> Void)?

  init(_ old: SourceTask, by new: SourceTask, then done: @escaping (RPCError?) -> Void) {
    self.old = old
    self.new = new
    self.done = done
  }

  /// Says once how it came out.
  func tell(_ error: RPCError?) {
    done?(error)
    done = nil
  }
}

extension Daemon {
  /// How long a source that is to take another's place may need to be opened and to give its first batch (milliseconds).
  static let trialTime: UInt64 = 60_000

  /// Begins to swap a source; `done` hears how it came out.
  func swap(_ old: SourceTask, by new: SourceTask, then done: @escaping (RPCError?) -> Void) {
    let swap = SourceSwap(old, by: new, then: done)
    guard startThread(of: new, isOnTrial: true) else {
      return swap.tell(.refused(new.error ?? "the source could not be started"))
    }
    swaps.append(swap)
    after(Daemon.trialTime) { [unowned self] in
      guard swap.phase == .checking else { return }
      giveUp(swap, .unavailable("the new source gave nothing within a minute; the old one goes on"))
    }
  }

  /// What the thread of the new source says before it is let go.
  func take(_ message: SourceMessage, of swap: SourceSwap) {
    switch message {
    case .ready where swap.phase == .checking: stopOld(swap)
    case .ended(_, let error, _):
      swaps.removeAll { $0 === swap }
      swap.phase = .givenUp
      swap.tell(.refused("\(swap.old.name) goes on as it was: \(error ?? "the new source ended")"))
    default: break
    }
  }

  /// The old one hands over its last batch and with it its cursor; then the new one goes on.
  private func stopOld(_ swap: SourceSwap) {
    swap.phase = .stopping
    guard swap.old.hasThread else { return finish(swap) }
    swap.old.whenOver.add { [unowned self] in finish(swap) }
    swap.old.end(as: .stopping)
    publish("source") { swap.old.write(to: &$0) }
    after(Daemon.stoppingTime) {
      swap.tell(.unavailable("the old source does not end; the new one goes on once it has"))
    }
  }

  private func finish(_ swap: SourceSwap) {
    guard swap.phase == .stopping, let place = sources.firstIndex(where: { $0 === swap.old }) else { return }
    let (old, new) = (swap.old, swap.new)
    // A paused one is a gap already; one that came to its end has nothing more to tell.
    if old.absence == nil, old.wasStopped { rests(old, "was swapped for \(new.order.summary)") }
    leaves(old)
    sources[place] = new
    swaps.removeAll { $0 === swap }
    new.state = .running
    returns(new)
    new.release.leave()
    log.info("source swapped", metadata: ["name": "\(new.name)", "by": "\(new.order.summary)"])
    publish("source") { new.write(to: &$0) }
    swap.tell(nil)
  }

  /// The new one is not wanted any more: its thread is told to end, which may take it a while.
  func giveUp(_ swap: SourceSwap, _ error: RPCError) {
    guard swap.phase != .givenUp else { return }
    swap.phase = .givenUp
    swap.new.end(as: .stopping)
    swap.new.release.leave()
    swap.tell(error)
  }
}
