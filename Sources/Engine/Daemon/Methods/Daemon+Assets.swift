/// Machines that an operator tells of: asset.put. What there is lists asset.list.

import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerAssets() {
    methods.onDeferred("asset.put") { [unowned self] call, reply in
      guard let given = call.params["asset"].flatMap({ JSONValue($0).members }) else {
        throw RPCError.invalidParams("asset: expected an object")
      }
      var members: [(String, JSONValue)] = [("type", "asset")] + given.filter { $0.0 != "type" }
      if !given.contains(where: { $0.0 == "time" }) { members.append(("time", .string(Timestamp.now().rfc3339))) }
      let asset: Observation
      do {
        let node = try JSONReader().parse(Array(JSONValue.object(members).description.utf8))
        asset = try Observation(node, source: "rpc")
      } catch {
        throw RPCError.invalidParams("asset: \(error)")
      }
      whenFree { [unowned self] in
        do throws(StoreError) {
          let isNew = try accept([asset]) == [true]
          audit(call, (asset.host ?? "") + (isNew ? "" : " (not stored: a record of this id is there)"))
          reply.succeed { w in
            w.beginObject()
            w.member("id", asset.id)
            w.member("stored", isNew)
            w.endObject()
          }
        } catch {
          reply.fail(RPCError.unavailable(error.description))
        }
      }
    }
  }
}

extension Observation {
  fileprivate var host: String? { if case .asset(let one) = self { one.host } else { nil } }
}
