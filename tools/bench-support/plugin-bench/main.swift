// What a call between host and plugin costs: a session of toll.c is given chunks that say what it is to do, as the inspector
// gives them.
//
// Usage: plugin-bench TOLL.so [CALLS]     nanoseconds, the least of nine rounds; `tools/bench --plugins` builds and runs it

import Glibc
import PluginHost
import VedettePluginABI

/// One session, and the arguments of its calls.
struct Toll {
  let plugin: DissectorCalls
  let session: OpaquePointer
  let chunk: UnsafeMutablePointer<vdt_chunk>
  let result: UnsafeMutablePointer<vdt_data_result>

  init?(_ dissector: Dissector) {
    plugin = dissector.calls
    var flow = vdt_flow()
    flow.size = UInt32(MemoryLayout<vdt_flow>.size)
    flow.transport = UInt32(VDT_TCP)
    var opened: OpaquePointer?
    guard plugin.open(plugin.instance, &flow, &opened) == VDT_OK, let opened else { return nil }
    session = opened
    chunk = .allocate(capacity: 1)
    result = .allocate(capacity: 1)
    chunk.initialize(to: vdt_chunk())
    chunk.pointee.size = UInt32(MemoryLayout<vdt_chunk>.size)
    result.initialize(to: vdt_data_result())
  }

  func close() { _ = plugin.close(session, plugin.sink, UInt32(VDT_CLOSE_ENDED)) }

  /// Nanoseconds of one call with a chunk of 1,460 bytes that begins with `toll`: the least of nine rounds.
  func cost(_ toll: Character, calls: Int) -> Double {
    var bytes = [UInt8](repeating: 0, count: 1460)
    bytes[0] = toll.asciiValue ?? 0
    return bytes.withUnsafeBytes { bytes in
      var least = Double.infinity
      for _ in 0..<9 {
        let from = Self.now()
        for number in 0..<calls { call(bytes, UInt64(number) &* 1460) }
        least = min(least, Double(Self.now() - from) / Double(calls))
      }
      return least
    }
  }

  @inline(__always) private func call(_ bytes: UnsafeRawBufferPointer, _ offset: UInt64) {
    chunk.pointee.direction = UInt32(VDT_TO_SERVER)
    chunk.pointee.flags = 0
    chunk.pointee.offset = offset
    chunk.pointee.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    result.pointee = vdt_data_result()
    result.pointee.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let status = plugin.data(session, chunk, plugin.sink, result)
    plugin.finishCall()
    guard status == VDT_OK, result.pointee.consumed == UInt64(bytes.count) else { exit(1) }
    plugin.state.pointee.clear()
  }

  /// The thread's processor time: what others do on the machine meanwhile does not count.
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

func line(_ words: String, _ nanoseconds: Double) {
  let hundredths = max(0, Int((nanoseconds * 100).rounded()))
  let fraction = hundredths % 100
  let number = "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  print(words + String(repeating: " ", count: max(1, 46 - words.utf8.count - number.utf8.count)) + number)
}

func run() throws -> Int32 {
  guard CommandLine.arguments.count > 1 else {
    print("usage: plugin-bench TOLL.so [CALLS]")
    return 2
  }
  let calls = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 0 : 2_000_000
  guard calls >= 100 else { return 2 }
  let dissector = try Dissector(try Plugin(path: CommandLine.arguments[1]))
  guard let toll = Toll(dissector) else { return 1 }
  let call = toll.cost("0", calls: calls)
  // What a call does sixty-four times needs fewer calls.
  let record = toll.cost("r", calls: calls / 10)
  func one(_ what: Character, beside rest: Double) -> Double { (toll.cost(what, calls: calls / 10) - rest) / 64 }
  let short = one("t", beside: record)
  let long = one("T", beside: record)
  line("a call into a dissector", call)
  line("a record begun and cancelled", record - call)
  line("a number", one("n", beside: record))
  line("a text of 8 bytes", short)
  line("a text of 136 bytes", long)
  line("each further 8 bytes of text", (long - short) / 16)
  line("when a byte came", one("w", beside: call))
  toll.close()
  guard dissector.refusals.total == 0 else {
    print("the plugin was refused something: \(dissector.refusals)")
    return 1
  }
  return 0
}

do { exit(try run()) } catch {
  print(error)
  exit(1)
}
