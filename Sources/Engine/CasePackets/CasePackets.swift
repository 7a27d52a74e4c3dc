/// The packets of a case's flows, gathered from what recorders and capture files still have, in a file of the case's own.

import Capture
import Evidence
import JSON
import Store

#if canImport(Glibc)
  import Glibc
#endif

/// What was found of a case's packets.
struct PacketFinding: Sendable {
  var path: String
  var flows: Int
  /// Frames in the file.
  var packets: UInt64
  /// Packets that the flows counted and that are not in the file: overwritten, not recorded, or beyond the bound.
  var missing: UInt64
  /// Bytes of the file.
  var size: Int
}

/// The folder of a store's recorded packets: `SENSOR/MEMBER/*.pcapng` from recorders, `cases/CASE.pcapng` of cases, which
/// stay when the recorders have moved on.
struct PacketArchive: Sendable {
  let folder: String
  /// Bytes of one case's file, and of all of them together.
  let caseLimit: Int

  /// Nil when no packets are to be kept.
  init?(_ configuration: Configuration) {
    folder = configuration.text("store.packets")
    caseLimit = Int(configuration.size("limits.case_packets"))
    guard !folder.isEmpty else { return nil }
  }

  /// Where a sensor's recorder writes. Names come from users: what would lead elsewhere is replaced.
  func recorderFolder(sensor: String, member: Int) -> String { sensorFolder(sensor) + "/\(member)" }

  private func sensorFolder(_ sensor: String) -> String { folder + "/sensors/" + PacketArchive.plain(sensor) }

  private func path(of id: String) -> String { folder + "/cases/" + PacketArchive.plain(id) + ".pcapng" }

  private static func plain(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "-_.".unicodeScalars.contains(scalar))
        ? Character(scalar) : "_"
    }
    let text = String(kept.prefix(100))
    return text.hasPrefix(".") || text.isEmpty ? "_" + text : text
  }

  /// Looks for the packets of a case, and keeps what is found if it is more than was found before.
  func collect(_ id: String, from store: Store) throws(CaptureError) -> PacketFinding {
    let flows = wanted(id, store)
    let cases = folder + "/cases"
    try PacketRecorder.prepare(cases)
    let target = path(of: id)
    let fresh = target + ".new"
    let collection = try PacketCollection(fresh, limit: caseLimit)
    var selector = FlowSelector(flows)
    let from = flows.map(\.from).min() ?? 0
    let to = flows.map(\.to).max() ?? 0
    var searched: Set<String> = []
    for flow in flows where searched.insert(flow.sensor).inserted {
      RecordedPackets.search(sensorFolder(flow.sensor), from: from, to: to) { frame in
        if selector.takes(frame) { collection.add(frame) }
        return true
      }
    }
    // Captures that were files have their packets still, where the file is.
    for flow in flows where CaptureFile.canBeReadTwice(flow.capture) && searched.insert("file " + flow.capture).inserted
    {
      RecordedPackets.read(flow.capture, from: from, to: to) { frame in
        if selector.takes(frame) { collection.add(frame) }
        return true
      }
    }
    collection.finish()
    let before = PacketArchive.frames(of: target)
    if collection.frames >= before { rename(fresh, target) } else { unlink(fresh) }
    removeOldest(except: target)
    let packets = max(collection.frames, before)
    let counted = flows.reduce(0) { $0 &+ $1.packets }
    var status = stat()
    return PacketFinding(
      path: target, flows: flows.count, packets: packets, missing: counted > packets ? counted &- packets : 0,
      size: stat(target, &status) == 0 ? Int(status.st_size) : 0)
  }

  private func wanted(_ id: String, _ store: Store) -> [WantedFlow] {
    let reader = JSONReader()
    guard let body = try? store.get(.case, id: id), let one = try? JSONValue(reader.parse(body)) else { return [] }
    return (one["entities"]?["flows"]?.elements ?? []).compactMap { flow in
      guard let id = flow["id"]?.string, let body = try? store.get(.flow, id: id),
        let record = try? reader.parse(body)
      else { return nil }
      return WantedFlow(record)
    }
  }

  private static func frames(of path: String) -> UInt64 {
    var count: UInt64 = 0
    RecordedPackets.read(path, from: .min, to: .max) { _ in
      count &+= 1
      return true
    }
    return count
  }

  /// Cases' files together stay within their bound too: those that were written longest ago go first.
  private func removeOldest(except newest: String) {
    let cases = folder + "/cases"
    guard let stream = opendir(cases) else { return }
    defer { closedir(stream) }
    var files: [(path: String, time: Int, size: Int)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var status = stat()
      guard name.hasSuffix(".pcapng"), stat(cases + "/" + name, &status) == 0 else { continue }
      files.append((cases + "/" + name, Int(status.st_mtim.tv_sec), Int(status.st_size)))
    }
    var total = files.reduce(0) { $0 + $1.size }
    for file in files.sorted(by: { $0.time < $1.time }) where total > caseLimit * 4 && file.path != newest {
      unlink(file.path)
      total -= file.size
    }
  }

  /// Bytes of a case's file from an offset on, at most `limit`.
  func page(_ id: String, at offset: Int, limit: Int) throws(CaptureError) -> [UInt8] {
    let path = path(of: id)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CaptureError(.unreadable, path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, limit, off_t(offset)) }
    guard count >= 0 else { throw CaptureError(.unreadable, path, String(cString: strerror(errno))) }
    bytes.removeLast(limit - count)
    return bytes
  }
}
