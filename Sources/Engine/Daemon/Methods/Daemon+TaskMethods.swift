/// The methods that start, stop and list what feeds the engine: captures and sources.

import Capture
import Evidence
import JSON
import PluginHost
import RPC

extension Daemon {
  // MARK: captures

  func registerCaptures() {
    methods.onDeferred("capture.start") { [unowned self] call, reply in
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
      task.whenStarted.add {
        if task.state == .failed, let error = task.error { return reply.fail(RPCError.refused(error)) }
        reply.succeed { task.write(to: &$0) }
      }
      after(Daemon.openingTime) { task.whenStarted.tell() }
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
      try writePage(devices, call, &w, time: nil) { device, w in
        w.beginObject()
        w.member("name", device.name)
        if !device.description.isEmpty { w.member("description", device.description) }
        w.member("loopback", device.isLoopback)
        w.member("up", device.isUp)
        w.endObject()
      }
    }
    methods.on("capture.list") { [unowned self] call, w in
      try writePage(captures, call, &w, time: \.started) { $0.write(to: &$1) }
    }
  }

  // MARK: sources

  func registerSources() {
    methods.onDeferred("source.add") { [unowned self] call, reply in
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
      task.whenStarted.add {
        if task.state == .failed, let error = task.error { return reply.fail(RPCError.refused(error)) }
        reply.succeed { task.write(to: &$0) }
      }
      after(Daemon.openingTime) { task.whenStarted.tell() }
    }
    methods.on("source.list") { [unowned self] call, w in
      try writePage(sources, call, &w, time: \.started) { $0.write(to: &$1) }
    }
    methods.onDeferred("source.remove") { [unowned self] call, reply in
      let name = call.params["name"]?.string ?? ""
      guard let task = sources.first(where: { $0.name == name }) else { throw RPCError.notFound("no source '\(name)'") }
      audit(call, name)
      // It is removed when its thread has handed over all it had: then the name is free, and the cursor is the last one.
      task.whenOver.add { [unowned self] in
        sources.removeAll { $0 === task }
        reply.succeed(["removed": true])
      }
      if task.isOver {
        task.whenOver.tell()
      } else {
        task.state = .stopping
        task.stop.set()
      }
    }
  }

  /// The kind of records that a source is to give, by its name in the contract and the configuration.
  static func sourceKind(_ name: String?) -> PluginInterface? {
    switch name {
    case "personas": .personaSource
    case "processes": .processSource
    default: nil
    }
  }
}
