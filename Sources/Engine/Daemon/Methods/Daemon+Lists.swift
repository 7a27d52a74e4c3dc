/// The lists: records come from the store, off the loop; what is few and in memory is filtered and ordered here.

import EventLoop
import Evidence
import JSON
import RPC
import Store

extension Daemon {
  func registerRecords() {
    let lists: [(String, RecordKind)] = [
      ("case.list", .case), ("signal.list", .signal), ("flow.list", .flow), ("anomaly.list", .anomaly),
      ("persona.list", .persona), ("outreach.list", .outreach), ("process.list", .process),
      ("transaction.list", .transaction),
      ("asset.list", .asset),
    ]
    for (method, kind) in lists {
      methods.onDeferred(method) { [unowned self] call, reply in
        let query = try ListQuery(call.params)
        let store = store
        try loop.offload {
          do throws(StoreError) {
            let page = try store.list(kind, query)
            reply.succeed { $0.page(page) }
          } catch {
            reply.fail(
              error.kind == .badQuery ? RPCError.invalidParams(error.text) : RPCError.internalError(error.text))
          }
        } then: { (_: Void) in
        }
      }
    }
    let records: [(String, RecordKind)] = [
      ("case.get", .case), ("persona.get", .persona), ("flow.get", .flow), ("process.get", .process),
    ]
    for (method, kind) in records {
      methods.on(method) { [unowned self] call, w in
        let id = call.params["id"]?.string ?? ""
        guard let body = try store.get(kind, id: id) else {
          throw RPCError.notFound("no \(kind.rawValue) '\(id)'")
        }
        w.raw(body)
      }
    }
  }

  /// A page of things that are few and in memory. The cursor is a position in what the filter leaves, in order.
  /// - Parameter time: when an item began; nil where items have no time, so that `from` and `to` make no sense.
  func writePage<Item>(
    _ items: [Item], _ call: RPCCall, _ w: inout JSONWriter, time: ((Item) -> Timestamp)?,
    _ write: (Item, inout JSONWriter) -> Void
  ) throws {
    let query = try ListQuery(call.params)
    let filter = EventFilter(call.params["filter"])
    var position = 0
    if let cursor = query.cursor {
      guard let given = Int(cursor), given >= 0 else {
        throw RPCError.invalidParams("cursor: give `next` of the page before")
      }
      position = given
    }
    guard time != nil || query.from == nil && query.to == nil else {
      throw RPCError.invalidParams("\(call.method): what it lists has no time; leave out from and to")
    }
    let reader = JSONReader()
    var found: [[UInt8]] = []
    for item in query.order == .ascending ? items : items.reversed() {
      if let time = time?(item) {
        if let from = query.from, time < from { continue }
        if let to = query.to, time >= to { continue }
      }
      var one = JSONWriter(capacity: 512)
      write(item, &one)
      guard try filter.isEmpty || filter.matches(reader.parse(one.bytes)) else { continue }
      found.append(one.bytes)
    }
    let page = found.dropFirst(position).prefix(query.limit)
    w.beginObject()
    w.array("items", Array(page)) { item, w in item.withUnsafeBytes { w.raw($0) } }
    w.key("next")
    if page.endIndex < found.count { w.string("\(page.endIndex)") } else { w.null() }
    w.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func page(_ page: ListPage) {
    beginObject()
    array("items", page.items) { item, w in w.raw(item) }
    key("next")
    if let next = page.next { string(next) } else { null() }
    endObject()
  }
}

extension ListQuery {
  /// Reads {filter, from, to, limit, cursor, order}.
  init(_ params: RPCParams) throws {
    func time(_ name: String) throws -> Timestamp? {
      guard let text = params[name]?.string else { return nil }
      guard let time = Timestamp(rfc3339: text) else {
        throw RPCError.invalidParams("\(name): '\(text)' is no time of RFC 3339")
      }
      return time
    }
    func value(_ node: JSONNode, _ name: String) throws -> StoredRow.Value {
      if let text = node.string { return .text(text) }
      if let number = node.int64 { return .integer(number) }
      if let number = node.double { return .real(number) }
      if let flag = node.bool { return .integer(flag ? 1 : 0) }
      if node.isNull { return .null }
      throw RPCError.invalidParams("filter.\(name): expected a value or a list of values")
    }
    var filter: [String: [StoredRow.Value]] = [:]
    if let wanted = params["filter"] {
      for member in wanted.members {
        let name = member.key
        filter[name] =
          member.value.kind == .array
          ? try member.value.elements.map { try value($0, name) } : [try value(member.value, name)]
      }
    }
    self.init(
      filter: filter, from: try time("from"), to: try time("to"), limit: Int(params["limit"]?.int64 ?? 100),
      cursor: params["cursor"]?.string, order: params["order"]?.string == "desc" ? .descending : .ascending)
  }
}
