/// The method that shows who did what.

import EventLoop
import JSON
import RPC
import Store

extension Daemon {
  func registerAudit() {
    methods.onDeferred("audit.list") { [unowned self] call, reply in
      let query = try ListQuery(call.params)
      let store = store
      try loop.offload {
        do throws(StoreError) {
          let page = try store.auditLines(query)
          reply.succeed { w in
            w.beginObject()
            w.objects("items", page.lines) { line, w in
              w.member("seq", line.seq)
              w.member("time", line.time)
              w.member("who", line.who)
              w.member("what", line.what)
              w.member("detail", line.detail)
            }
            w.key("next")
            if let next = page.next { w.string(next) } else { w.null() }
            w.endObject()
          }
        } catch {
          reply.fail(
            error.kind == .badQuery ? RPCError.invalidParams(error.text) : RPCError.internalError(error.text))
        }
      } then: { (_: Void) in
      }
    }
  }
}
