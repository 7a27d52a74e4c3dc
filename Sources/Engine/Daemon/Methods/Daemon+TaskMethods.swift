/// The methods that start, stop and list captures.

import Capture
import Evidence
import JSON
import RPC

extension Daemon {
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
}
