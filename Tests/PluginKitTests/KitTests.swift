// A plugin in Swift, called as a host calls it: through the tables of the ABI.

import Testing
import VedettePluginABI
import VedettePluginKit

/// Lines: "tls" switches, "half" switches one direction, "file …" and "packet …" are handed back, all are counted.
private struct Lines: ResumableDissector, MeasuredDissector, ConfigurableDissector, SelfTestingDissector {
  static let declaration = Declaration(protocols: [DeclaredProtocol(1, "lines", over: [.tcp])], records: [])
  static let metrics = [
    DeclaredMetric("lines", .counter, "Lines seen."), DeclaredMetric("longest", .gauge, "The longest.", unit: "bytes"),
  ]
  let instance: Instance
  var lines: UInt8 = 0
  let wasOneSided: Bool

  static func probe(_ bytes: RawSpan, _ direction: Direction, of flow: Flow) -> Probe { .yes(certainty: 50) }
  init(_ flow: Flow, _ instance: Instance) {
    self.instance = instance
    wasOneSided = flow.isOneSided
  }
  init?(_ flow: Flow, _ instance: Instance, resuming state: RawSpan) {
    guard state.byteCount == 2, state[0] == 1 else { return nil }
    self.init(flow, instance)
    lines = state[1]
  }
  func save() -> [UInt8] { [1, lines] }

  mutating func data(_ bytes: RawSpan, _ chunk: Chunk, _ sink: Sink) -> Outcome {
    lines += 1
    instance.count(0)
    instance.set(1, to: Double(bytes.byteCount))
    if bytes.has("tls") { return .switchProtocol(to: "tls", toServer: 100, consumed: 3) }
    if bytes.has("half") { return .switchProtocol(half: true, consumed: 4) }
    if bytes.has("file ") {
      sink.file(bytes.extracting(5..<bytes.byteCount), chunk.direction, id: 9, part: .whole, name: "a.txt")
    }
    if bytes.has("packet ") { sink.packet(bytes.extracting(7..<bytes.byteCount), chunk.direction) }
    if bytes.has("stream ") {
      sink.stream(
        bytes.extracting(7..<bytes.byteCount), chunk.direction, id: 3, part: [.first, .decrypted], name: "http",
        alpn: "h2")
    }
    return .ok(consumed: bytes.byteCount)
  }
  static func fault(in configuration: String) -> String? { configuration == "bad" ? "'bad' is no configuration" : nil }
  static func selfTest() -> String? { nil }
}

private let plugin = Plugin(
  id: "org.example.lines", name: "lines", version: "1.0.0", vendor: "Example", licence: "Apache-2.0", summary: "Lines.",
  dissector: Lines.self)

/// A host of one instance and one session.
private final class Host {
  let descriptor: UnsafePointer<vdt_plugin>
  let table: UnsafePointer<vdt_dissector>
  private let host = UnsafeMutablePointer<vdt_host>.allocate(capacity: 1)
  let sink = UnsafeMutablePointer<vdt_sink>.allocate(capacity: 1)
  let instance: OpaquePointer
  var session: OpaquePointer

  init(flags: UInt32 = 0) throws {
    descriptor = try #require(plugin.entry(for: VDT_ABI_VERSION))
    table = try #require(Host.find(descriptor, VDT_DISSECTOR_ID)).assumingMemoryBound(to: vdt_dissector.self)
    host.initialize(to: vdt_host())
    host.pointee.fail = { _, code, _ in code }
    sink.initialize(to: vdt_sink())
    var made: OpaquePointer?
    #expect(descriptor.pointee.create(host, vdt_make_bytes(nil, 0), &made) == VDT_OK)
    instance = try #require(made)
    var flow = vdt_flow()
    flow.transport = 6
    flow.flags = flags
    var opened: OpaquePointer?
    #expect(table.pointee.open(instance, &flow, &opened) == VDT_OK)
    session = try #require(opened)
  }

  deinit {
    _ = table.pointee.close(session, sink, 1)
    _ = descriptor.pointee.destroy(instance)
    host.deallocate()
    sink.deallocate()
  }

  static func find(_ descriptor: UnsafePointer<vdt_plugin>, _ id: String) -> UnsafeRawPointer? {
    withText(id) { descriptor.pointee.interface($0) }
  }

  /// The table of an optional interface.
  func table<Table>(_ id: String, as type: Table.Type) throws -> Table {
    try #require(Host.find(descriptor, id)).load(as: type)
  }

  func say(_ text: String) -> (status: Int32, result: vdt_data_result) {
    var result = vdt_data_result()
    result.size = UInt32(MemoryLayout<vdt_data_result>.size)
    var chunk = vdt_chunk()
    let status = Array(text.utf8).withUnsafeBytes { bytes in
      chunk.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
      return table.pointee.data(session, &chunk, sink, &result)
    }
    return (status, result)
  }
}

/// What the ABI passes, copied.
private func bytes(_ start: UnsafeRawPointer?, _ count: UInt64) -> [UInt8] {
  Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
}
private func bytes(_ bytes: vdt_bytes) -> [UInt8] { PluginKitTests.bytes(bytes.ptr, bytes.len) }
private func text(_ text: vdt_str) -> String { String(decoding: bytes(text.ptr, text.len), as: UTF8.self) }

@Suite("The kit for plugins in Swift")
struct KitTests {
  @Test("A switch says to what, and where in each direction; what is not said is now")
  func switches() throws {
    let host = try Host()
    let (status, result) = host.say("tls")
    #expect(status == VDT_DATA_SWITCH)
    #expect(text(result.protocol) == "tls")
    #expect(result.consumed == 3)
    #expect(result.switch_to_server == 100)
    #expect(result.switch_to_client == VDT_SWITCH_NOW)
    #expect(result.switch_flags == 0)
    let half = host.say("half")
    #expect(half.status == VDT_DATA_SWITCH)
    #expect(half.result.protocol.len == 0)
    #expect(half.result.switch_flags == VDT_SWITCH_HALF)
  }

  @Test(
    "What is carried is handed back with its kind, its flags, its id and its bytes",
    arguments: [
      ("packet E", VDT_CHILD_PACKET, 0, UInt64(0), "", ""), ("file E", VDT_CHILD_FILE, 3, 9, "a.txt", ""),
      ("stream E", VDT_CHILD_STREAM, 5, 3, "http", "h2"),
    ] as [(String, UInt32, UInt32, UInt64, String, String)])
  func children(
    _ said: String, _ kind: UInt32, _ flags: UInt32, _ id: UInt64, _ name: String, _ alpn: String
  ) throws {
    final class Heard {
      var child: (kind: UInt32, flags: UInt32, id: UInt64, name: String, alpn: String, bytes: [UInt8])?
    }
    let heard = Heard()
    let host = try Host()
    host.sink.pointee.context = Unmanaged.passUnretained(heard).toOpaque()
    host.sink.pointee.child = { sink, child in
      guard let context = sink?.pointee.context, let child = child?.pointee else { return VDT_E_ARGUMENT }
      Unmanaged<Heard>.fromOpaque(context).takeUnretainedValue().child = (
        child.kind, child.flags, child.id, text(child.name), text(child.alpn),
        bytes(child.bytes)
      )
      return VDT_OK
    }
    #expect(host.say(said).status == VDT_DATA_OK)
    let child = try #require(heard.child)
    #expect(child.kind == kind)
    #expect(child.flags == flags)
    #expect(child.id == id)
    #expect(child.name == name)
    #expect(child.alpn == alpn)
    #expect(child.bytes == Array("E".utf8))
  }

  @Test("A session that is saved goes on in another where it was")
  func resumes() throws {
    let host = try Host()
    _ = host.say("one")
    _ = host.say("two")
    let state = try host.table(VDT_STATE_ID, as: vdt_state.self)
    var saved = vdt_bytes()
    #expect(state.save_session(host.session, &saved) == VDT_OK)
    // Format 1, two lines.
    #expect(bytes(saved) == [1, 2])
    var flow = vdt_flow()
    var resumed: OpaquePointer?
    #expect(state.load_session(host.instance, &flow, saved, &resumed) == VDT_OK)
    _ = host.table.pointee.close(host.session, host.sink, 8)
    host.session = try #require(resumed)
    _ = host.say("three")
    #expect(state.save_session(host.session, &saved) == VDT_OK)
    #expect(bytes(saved) == [1, 3])
  }

  @Test("A state of a version that the dissector does not know is refused, and nothing is left behind")
  func unknownState() throws {
    let host = try Host()
    let state = try host.table(VDT_STATE_ID, as: vdt_state.self)
    var flow = vdt_flow()
    var resumed: OpaquePointer?
    let status = [UInt8]([7, 0]).withUnsafeBytes {
      state.load_session(host.instance, &flow, vdt_make_bytes($0.baseAddress, 2), &resumed)
    }
    #expect(status == VDT_E_UNSUPPORTED)
    #expect(resumed == nil)
  }

  @Test("Figures are told with their kind and unit, and are those of the instance")
  func metrics() throws {
    let host = try Host()
    _ = host.say("one")
    _ = host.say("three")
    let table = try host.table(VDT_METRICS_ID, as: vdt_metrics.self)
    var count: UInt32 = 0
    #expect(table.count(host.instance, &count) == VDT_OK)
    #expect(count == 2)
    var metric = vdt_metric()
    #expect(table.get(host.instance, 0, &metric) == VDT_OK)
    #expect(text(metric.name) == "lines")
    #expect(metric.kind == VDT_METRIC_COUNTER)
    #expect(metric.value == 2)
    #expect(table.get(host.instance, 1, &metric) == VDT_OK)
    #expect(metric.kind == VDT_METRIC_GAUGE)
    #expect(text(metric.unit) == "bytes")
    #expect(metric.value == 5)
    #expect(table.get(host.instance, 2, &metric) == VDT_E_ARGUMENT)
  }

  @Test("A configuration is taken whole or refused")
  func reconfigures() throws {
    let host = try Host()
    let table = try host.table(VDT_RECONFIGURE_ID, as: vdt_reconfigure.self)
    func give(_ text: String) -> Int32 {
      Array(text.utf8).withUnsafeBytes {
        table.reconfigure(host.instance, vdt_make_bytes($0.baseAddress, UInt64($0.count)))
      }
    }
    #expect(give("{}") == VDT_OK)
    #expect(give("bad") == VDT_E_CONFIG)
  }

  @Test("The dissector's own tests can be run")
  func selfTest() throws {
    let host = try Host()
    var report = vdt_str()
    var none = vdt_host()
    #expect(try host.table(VDT_SELFTEST_ID, as: vdt_selftest.self).run(&none, &report) == VDT_OK)
    #expect(text(report) == "passed")
  }
}
