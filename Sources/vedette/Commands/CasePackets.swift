/// `vedette case ID pcap`: the packets of a case's flows, as pcapng.

import ArgumentParser
import Engine
import JSON
import RPC

#if canImport(Glibc)
  import Glibc
#endif

struct CasePackets {
  let daemon: DaemonOptions
  let id: String
  /// A path, or `-` for standard output.
  let target: String

  func run() throws {
    guard target != "-" || !StandardOutput.isTerminal else {
      throw Failure.usage("packets are not for a terminal: give --write FILE, or redirect the output")
    }
    let client = try daemon.connect()
    let first = try daemon.call(client, "case.pcap", ["id": .string(id)])
    let descriptor = target == "-" ? 1 : open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw Failure.refused("\(target): \(String(cString: strerror(errno)))") }
    defer { if descriptor != 1 { close(descriptor) } }
    var page = first
    while true {
      guard let bytes = page["data"]?.string.flatMap(Base64.decode) else {
        throw Failure.refused("the daemon's answer has no packets that this version can read")
      }
      guard bytes.withUnsafeBytes({ writeAll(descriptor, $0) }) else {
        throw Failure.refused("\(target): \(String(cString: strerror(errno)))")
      }
      guard let next = page["next"]?.string else { break }
      page = try daemon.call(client, "case.pcap", ["id": .string(id), "cursor": .string(next)])
    }
    let missing = first["missing"]?.int64 ?? 0
    StandardError.line(
      "vedette: \(first["packets"]?.int64 ?? 0) packets of \(first["flows"]?.int64 ?? 0) flows"
        + (missing > 0
          ? "; \(missing) are missing: they were overwritten, not recorded, or beyond limits.case_packets" : ""))
    if missing > 0 { throw ExitCode(1) }
  }
}
