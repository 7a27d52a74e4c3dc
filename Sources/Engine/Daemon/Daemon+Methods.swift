/// The methods of proto/vedette.openrpc.json that the engine answers.

import Capture
import EventLoop
import Evidence
import JSON
import PluginHost
import RPC
import Store

extension Daemon {
  func registerMethods() {
    registerEngine()
    registerEvidence()
    registerCaptures()
    registerCasePackets()
    registerSources()
    registerPlugins()
    registerRecords()
  }

  // MARK: engine

  private func registerEngine() {
    methods.on("engine.status") { [unowned self] _, w in
      w.beginObject()
      w.member("version", "0.1.0")
      w.member("state", isStopping ? "stopping" : "running")
      w.member("started", started)
      w.member("captures", captures.filter { !$0.isOver }.count)
      w.member("sources", sources.filter { !$0.isOver }.count)
      w.member("people", roster.people.count)
      w.member("cases", lastConclusion.cases.count)
      w.endObject()
    }
    methods.on("engine.stats") { [unowned self] _, w in
      var now = statistics
      for task in captures where !task.isOver {
        now.frames &+= task.figures.packets
        now.bytes &+= task.figures.bytes
      }
      for task in captures {
        now.counters["capture_dropped", default: 0] &+= task.figures.dropped
        now.counters["interface_dropped", default: 0] &+= task.figures.interfaceDropped
        now.counters["records_dropped", default: 0] &+= task.figures.recordsDropped
      }
      now.write(to: &w, gaps: lastConclusion.gaps)
    }
    methods.on("engine.shutdown") { [unowned self] call, w in
      let reason = call.params["reason"]?.string ?? "asked by \(call.caller.name)"
      audit(call, reason)
      w.beginObject()
      w.member("stopping", true)
      w.endObject()
      stop(reason)
    }
  }

  // MARK: evidence and roster

  private func registerEvidence() {
    methods.on("evidence.submit") { [unowned self] call, w in
      let source = call.params["source"]?.string ?? "rpc"
      var accepted: [Observation] = []
      var refused: [(index: Int, text: String)] = []
      if let observations = call.params["observations"] {
        for (index, node) in observations.elements.enumerated() {
          do throws(ObservationError) {
            accepted.append(try Observation(node, source: source))
          } catch {
            refused.append((index, error.description))
          }
        }
      }
      let new = accept(accepted)
      let stored = new.count(where: { $0 })
      w.beginObject()
      w.member("stored", stored)
      w.member("duplicates", new.count - stored)
      w.key("refused")
      w.beginArray()
      for one in refused {
        w.beginObject()
        w.member("index", one.index)
        w.member("reason", one.text)
        w.endObject()
      }
      w.endArray()
      w.endObject()
    }
    methods.on("roster.put") { [unowned self] call, w in
      guard let node = call.params["roster"] else { throw RPCError.invalidParams("roster is required") }
      let value = JSONValue(node)
      do throws(RosterError) {
        // JSON is YAML: one reader for both.
        let (roster, problems) = try Roster.read(value.description)
        if let first = problems.first { throw first }
        self.roster = roster
      } catch {
        throw RPCError.refused("the roster was not taken: \(error.text)")
      }
      investigation.update(roster: roster)
      markDirty()
      audit(call, "\(roster.people.count) people")
      w.beginObject()
      w.member("people", roster.people.count)
      w.member("assets", roster.assets.count)
      w.member("relations", roster.relations.count)
      w.endObject()
    }
    methods.on("roster.get") { [unowned self] _, w in
      w.beginObject()
      w.key("roster")
      roster.write(to: &w)
      w.endObject()
    }
  }

  // MARK: captures

  private func registerCaptures() {
    methods.on("capture.start") { [unowned self] call, w in
      let file = call.params["file"]?.string
      let interface = call.params["interface"]?.string
      let input: CaptureOrder.Input
      switch (file, interface) {
      case (let path?, nil): input = .file(path)
      case (nil, let name?): input = .interface(name)
      default: throw RPCError.invalidParams("give either file or interface")
      }
      guard captures.count(where: { !$0.isOver }) < 64 else { throw RPCError.busy("64 captures are running") }
      guard !isStopping else { throw RPCError.unavailable("the daemon is stopping") }
      let order = CaptureOrder(
        id: newCaptureID(), input: input, sensor: call.params["sensor"]?.string ?? sensorName(input),
        filter: call.params["filter"]?.string, workers: call.params["workers"]?.int64.map(Int.init) ?? 1,
        snapLength: call.params["snaplen"]?.int64.map(Int.init) ?? 262_144, bufferSize: 16 << 20)
      let (task, isStarted) = start(order)
      audit(call, order.id)
      guard isStarted else { throw RPCError.refused(task.error ?? "the capture could not be started") }
      task.write(to: &w)
    }
    methods.on("capture.stop") { [unowned self] call, w in
      let id = call.params["id"]?.string ?? ""
      guard let task = captures.first(where: { $0.order.id == id }) else {
        throw RPCError.notFound("no capture '\(id)'")
      }
      if !task.isOver {
        task.state = .stopping
        task.stop.set()
      }
      audit(call, id)
      task.write(to: &w)
    }
    methods.on("capture.setFilter") { [unowned self] call, w in
      let id = call.params["id"]?.string ?? ""
      let expression = call.params["filter"]?.string
      guard let task = captures.first(where: { $0.order.id == id }) else {
        throw RPCError.notFound("no capture '\(id)'")
      }
      guard !task.isOver else { throw RPCError.conflict("the capture '\(id)' is over") }
      do throws(CaptureError) {
        if let expression { try LiveCapture.checkFilter(expression, of: id) }
      } catch {
        throw RPCError.invalidParams(error.text)
      }
      task.filter.set(expression)
      audit(call, "\(id): \(expression ?? "none")")
      task.write(to: &w)
    }
    methods.on("capture.interfaces") { [unowned self] call, w in
      let devices: [CaptureDevice]
      do throws(CaptureError) { devices = try CaptureDevice.all() } catch { throw RPCError.refused(error.description) }
      try writePage(devices, call, &w) { device, w in
        w.beginObject()
        w.member("name", device.name)
        if !device.description.isEmpty { w.member("description", device.description) }
        w.member("loopback", device.isLoopback)
        w.member("up", device.isUp)
        w.endObject()
      }
    }
    methods.on("capture.list") { [unowned self] call, w in
      try writePage(captures, call, &w) { $0.write(to: &$1) }
    }
  }

  // MARK: sources

  private func registerSources() {
    methods.on("source.add") { [unowned self] call, w in
      let name = call.params["name"]?.string ?? ""
      let plugin = call.params["plugin"]?.string ?? ""
      guard !sources.contains(where: { $0.name == name && !$0.isOver }) else {
        throw RPCError.conflict("there is a source '\(name)'; source.remove it first")
      }
      guard shelf.sources().contains(where: { $0.identity.name == plugin || $0.identity.id == plugin }) else {
        let known = shelf.sources().map(\.identity.name).sorted().joined(separator: ", ")
        throw RPCError.notFound("no source plugin '\(plugin)'; there are \(known)")
      }
      guard sources.count(where: { !$0.isOver }) < 64 else { throw RPCError.busy("64 sources are running") }
      guard !isStopping else { throw RPCError.unavailable("the daemon is stopping") }
      sources.removeAll { $0.name == name }
      let task = SourceTask(
        name: name, plugin: plugin, kind: Self.sourceKind(call.params["kind"]?.string),
        file: call.params["file"]?.string,
        parameters: call.params["parameters"].map { JSONValue($0).description } ?? "",
        every: Int(call.params["every"]?.int64 ?? 0))
      audit(call, name)
      guard start(task) else { throw RPCError.refused(task.error ?? "the source could not be started") }
      task.write(to: &w)
    }
    methods.on("source.list") { [unowned self] call, w in
      try writePage(sources, call, &w) { $0.write(to: &$1) }
    }
    methods.on("source.remove") { [unowned self] call, w in
      let name = call.params["name"]?.string ?? ""
      guard let task = sources.first(where: { $0.name == name }) else { throw RPCError.notFound("no source '\(name)'") }
      task.state = .stopping
      task.stop.set()
      audit(call, name)
      w.beginObject()
      w.member("removed", true)
      w.endObject()
    }
  }

  /// The interface that a source is asked for by its kind of records.
  static func sourceKind(_ name: String?) -> PluginInterface? {
    switch name {
    case "personas": .personaSource
    case "processes": .processSource
    default: nil
    }
  }

  private func registerPlugins() {
    methods.on("plugin.list") { [unowned self] call, w in
      try writePage(shelf.plugins, call, &w) { plugin, w in
        w.beginObject()
        w.member("id", plugin.identity.id)
        w.member("name", plugin.identity.name)
        w.member("version", plugin.identity.version)
        w.member("abi", "\(plugin.identity.abiMajor).\(plugin.identity.abiMinor)")
        w.member("interfaces", plugin.interfaces.map(\.rawValue))
        w.member("path", plugin.path)
        w.endObject()
      }
    }
  }

  // MARK: records

  private func registerRecords() {
    let lists: [(String, RecordKind)] = [
      ("case.list", .case), ("signal.list", .signal), ("flow.list", .flow), ("anomaly.list", .anomaly),
      ("persona.list", .persona), ("process.list", .process),
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
    methods.on("case.get") { [unowned self] call, w in
      let id = call.params["id"]?.string ?? ""
      guard let body = try store.get(.case, id: id) else { throw RPCError.notFound("no case '\(id)'") }
      w.raw(body)
    }
  }

  /// A page of things that are few and in memory: `limit` of them after `cursor`, which is a position.
  private func writePage<Item>(
    _ items: [Item], _ call: RPCCall, _ w: inout JSONWriter, _ write: (Item, inout JSONWriter) -> Void
  ) throws {
    let limit = Int(call.params["limit"]?.int64 ?? 100)
    var start = 0
    if let cursor = call.params["cursor"]?.string {
      guard let position = Int(cursor), position >= 0 else {
        throw RPCError.invalidParams("cursor: give `next` of the page before")
      }
      start = min(position, items.count)
    }
    let page = items[start..<min(items.count, start + min(max(limit, 1), 1000))]
    w.beginObject()
    w.key("items")
    w.beginArray()
    for item in page { write(item, &w) }
    w.endArray()
    w.key("next")
    if page.endIndex < items.count { w.string("\(page.endIndex)") } else { w.null() }
    w.endObject()
  }

  private func audit(_ call: RPCCall, _ detail: String) {
    do throws(StoreError) {
      try store.audit(who: call.caller.name, what: call.method, detail: detail)
    } catch {
      log.error("\(error)")
    }
  }
}

extension JSONWriter {
  fileprivate mutating func page(_ page: ListPage) {
    beginObject()
    key("items")
    beginArray()
    for item in page.items { raw(item) }
    endArray()
    key("next")
    if let next = page.next { string(next) } else { null() }
    endObject()
  }
}

extension ListQuery {
  /// Reads {filter, from, to, limit, cursor, order}.
  fileprivate init(_ params: RPCParams) throws {
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
