import CPrefetch
import Packets

/// Hints to the processor about packets that will come: with many flows, nearly all that a packet costs is waiting for the
/// memory of its flow. A hint changes nothing but time; where it is wrong, nothing happens.
extension FlowCore {
  /// The hash of the flow that a decoded packet will be looked up by; 0 where it belongs to none.
  @inline(__always)
  func hint(_ packet: UnsafePointer<Packet>) -> UInt32 {
    guard packet.pointee.transport == .tcp || packet.pointee.transport == .udp, !packet.pointee.isFragment else {
      return 0
    }
    var sourceIsLow = false
    let key = FlowKey(
      source: packet.pointee.source, sourcePort: packet.pointee.sourcePort, destination: packet.pointee.destination,
      destinationPort: packet.pointee.destinationPort, proto: packet.pointee.ipProtocol,
      vlan: options.vlanInKey ? packet.pointee.vlanOuter : 0,
      innerVLAN: options.vlanInKey ? packet.pointee.vlanInner : 0,
      sourceIsLow: &sourceIsLow)
    let hash = key.hash(seed: seed)
    index.prefetch(hash)
    return hash
  }

  /// Second step, some packets later: the place in the table has come, the flow is asked for.
  @inline(__always)
  func hintFlow(_ hash: UInt32) -> UInt32 {
    guard hash != 0 else { return .none }
    let at = index.likely(hash)
    if at != .none { ask(for: at) }
    return at
  }

  @inline(__always)
  private func ask(for at: UInt32) {
    let flow = UnsafeRawPointer(flows[at])
    vedette_prefetch(flow)
    vedette_prefetch(flow + 64)
  }

  /// Third step: the flow has come, what hangs on it is asked for.
  @inline(__always)
  func hintSession(_ at: UInt32) {
    guard at != .none else { return }
    let flow = flows[at]
    // It may be another flow's by now, or none's: then its numbers are still those of memory that is there.
    if flow.pointee.tcp < sessions.numbers.upperBound {
      let session = UnsafeRawPointer(sessions[flow.pointee.tcp])
      vedette_prefetch(session)
      vedette_prefetch(session + 64)
      vedette_prefetch(session + 128)
      vedette_prefetch(session + 192)
    }
    tallies.prefetch(flow.pointee.tallies)
    if flow.pointee.token != 0, let consumer { consumer.call { $0.prefetch(flow.pointee.token) } }
  }

  /// Fourth step: what the consumer knows of the flow has come, what hangs on that is asked for.
  @inline(__always)
  func hintConsumer(_ at: UInt32) {
    guard at != .none else { return }
    let token = flows[at].pointee.token
    if token != 0, let consumer { consumer.call { $0.prefetchMore(token) } }
  }

  /// The same steps for the flows that will be closed next, at the end of `closing`.
  @inline(__always)
  func hintClosing() {
    let count = closing.count
    if count >= 12 { ask(for: closing[fromEnd: 12]) }
    if count >= 8 {
      let at = closing[fromEnd: 8]
      index.prefetch(flows[at].pointee.key.hash(seed: seed))
      hintSession(at)
    }
    if count >= 4 { hintConsumer(closing[fromEnd: 4]) }
  }
}
