/// Packets of cases: kept when a case is new, handed over in pages when somebody asks.

import Capture
import EventLoop
import Evidence
import JSON
import RPC
import Store

extension Daemon {
  /// Bytes of packets in one answer; Base64 makes a third more of them.
  private static let pageSize = 384 << 10

  func registerCasePackets() {
    methods.onDeferred("case.pcap") { [unowned self] call, reply in
      let id = call.params["id"]?.string ?? ""
      guard let archive = PacketArchive(configuration) else {
        throw RPCError.unavailable("no packets are kept: store.packets names no folder")
      }
      guard try store.get(.case, id: id) != nil else { throw RPCError.notFound("no case '\(id)'") }
      let offset: Int
      if let cursor = call.params["cursor"]?.string {
        guard let position = Int(cursor), position > 0 else {
          throw RPCError.invalidParams("cursor: give `next` of the page before")
        }
        offset = position
      } else {
        offset = 0
      }
      let store = store
      try loop.offload {
        do throws(CaptureError) {
          // Only the first page looks for packets; the others go on in the file that it made.
          let finding = offset == 0 ? try archive.collect(id, from: store) : nil
          let bytes = try archive.page(id, at: offset, limit: Daemon.pageSize)
          reply.succeed { w in
            w.beginObject()
            if let finding {
              w.member("flows", finding.flows)
              w.member("packets", finding.packets)
              w.member("missing", finding.missing)
              w.member("bytes", finding.size)
            }
            w.member("data", Base64.encode(bytes))
            w.key("next")
            if bytes.count == Daemon.pageSize { w.string("\(offset + bytes.count)") } else { w.null() }
            w.endObject()
          }
        } catch {
          reply.fail(RPCError.internalError(error.description))
        }
      } then: { (_: Void) in
      }
    }
  }

  /// Copies what is recorded of a case's flows out of the recorders' reach.
  func keepPackets(of one: Case) {
    guard !one.entities.flows.isEmpty, one.severity >= .medium, let archive = PacketArchive(configuration) else {
      return
    }
    let store = store
    let id = one.id
    let log = log
    do throws(EventLoopError) {
      try loop.offload {
        do throws(CaptureError) { _ = try archive.collect(id, from: store) } catch { log.error("\(error)") }
      } then: { (_: Void) in
      }
    } catch {
      log.error("\(error)")
    }
  }
}
