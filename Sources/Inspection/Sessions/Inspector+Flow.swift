/// The flow as probe and open are told of it.

import Evidence
import Flows
import VedettePluginABI

extension Inspector {
  /// Fills the `vdt_flow` of this worker; valid until the next call of this.
  func describeFlow(_ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>) {
    let d = slot.pointee.flow
    var flags: UInt32 = 0
    if d.midstream { flags |= VDT_FLOW_MIDSTREAM }
    if slot.pointee.isStream, slot.pointee.flow.isOneSided { flags |= VDT_FLOW_ONE_SIDED }
    if slot.pointee.isDecrypted { flags |= VDT_FLOW_DECRYPTED }
    if slot.pointee.depth > 0 { flags |= VDT_FLOW_INNER }
    if slot.pointee.wasExpected { flags |= VDT_FLOW_EXPECTED }
    if session.pointee.switched { flags |= VDT_FLOW_SWITCHED }
    flow.pointee = vdt_flow()
    flow.pointee.size = UInt32(MemoryLayout<vdt_flow>.size)
    flow.pointee.flags = flags
    flow.pointee.transport = UInt32(slot.pointee.proto)
    flow.pointee.client_ip = write(d.client, at: 0)
    flow.pointee.server_ip = write(d.server, at: 16)
    flow.pointee.client_port = d.clientPort
    flow.pointee.server_port = d.serverPort
    flow.pointee.vlan = d.vlan
    flow.pointee.depth = UInt32(slot.pointee.depth)
    flow.pointee.start = d.start
    if slot.pointee.depth > 0, let alpn = slot.pointee.notes?.alpn, !alpn.isEmpty { lend(alpn) }
  }

  private func write(_ address: IPAddress, at offset: Int) -> vdt_bytes {
    let raw = UnsafeMutableRawPointer(addresses + offset)
    if address.isIPv4 {
      raw.storeBytes(of: UInt32(truncatingIfNeeded: address.low).bigEndian, as: UInt32.self)
      return vdt_make_bytes(raw, 4)
    }
    raw.storeBytes(of: address.high.bigEndian, as: UInt64.self)
    raw.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    return vdt_make_bytes(raw, 16)
  }

  /// Copies an ALPN identifier (at most 255 bytes) to where the call can see it.
  private func lend(_ alpn: [UInt8]) {
    let count = min(alpn.count, 255)
    for at in 0..<count { alpnText[at] = alpn[at] }
    flow.pointee.alpn = vdt_make_str(
      UnsafeRawPointer(alpnText).assumingMemoryBound(to: CChar.self), UInt64(count))
  }
}
