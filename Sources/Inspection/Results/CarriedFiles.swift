/// Files that sessions hand back: what is told of each is its name, its size and its SHA-256.

import Evidence
import Flows
import JSON
import PluginHost
import VedettePluginABI

/// A file of which the last part is still to come.
final class CarriedFile {
  let id: UInt64
  /// Which version handed it back.
  let version: UInt16
  let appProto: String
  let direction: UInt8
  var name: String
  /// Of the first part.
  let time: Timestamp
  /// The first part was one that said so.
  let hasStart: Bool
  var size: UInt64 = 0
  let digest = RunningSHA256()

  init(_ child: HandedBack, _ version: UInt16, _ appProto: String, _ time: Timestamp) {
    id = child.id
    self.version = version
    self.appProto = appProto
    direction = child.direction
    name = child.name
    self.time = time
    hasStart = child.isStart
  }

  /// - Parameter isWhole: its last part has come.
  func fields(isWhole: Bool) -> [(name: String, value: FieldValue)] {
    var fields: [(name: String, value: FieldValue)] = []
    if !name.isEmpty { fields.append(("name", .text(name))) }
    fields.append(("direction", .text(direction == 0 ? "to_server" : "to_client")))
    fields.append(("size", .u64(size)))
    if let digest = digest.finish() { fields.append(("sha256", .text(digest))) }
    fields.append(("complete", .flag(isWhole && hasStart)))
    return fields
  }
}

extension Inspector {
  /// Files of one flow that are under way at once.
  private static var filesPerFlow: Int { 256 }

  /// Takes a part of a file; with the last one a record `file` is told.
  func takeFile(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ version: UInt16, _ child: HandedBack,
    _ newest: ByteMark
  ) {
    let there = noted(slot)
    let at = there.files.firstIndex { $0.id == child.id && $0.version == version } ?? there.files.count
    if at == there.files.count {
      guard at < Self.filesPerFlow else {
        counters.childrenNotFollowed &+= 1
        return
      }
      let proto = protocols[session.pointee.proto].name
      there.files.append(CarriedFile(child, version, proto, Timestamp(nanoseconds: newest.time)))
    }
    let file = there.files[at]
    if file.name.isEmpty { file.name = child.name }
    file.size &+= UInt64(child.bytes.count)
    file.digest.add(child.bytes)
    if child.isEnd { tell(slot, there.files.remove(at: at), isWhole: true) }
  }

  /// Tells of the files of which the last part never came.
  func finishFiles(_ slot: Slot) {
    guard let there = slot.pointee.notes, !there.files.isEmpty else { return }
    for file in there.files { tell(slot, file, isWhole: false) }
    there.files = []
  }

  private func tell(_ slot: Slot, _ file: CarriedFile, isWhole: Bool) {
    slot.pointee.transactions &+= 1
    counters.transactions &+= 1
    guard options.keepsTransactions else { return }
    hot.pointee.transactions.append(
      TransactionRecord(
        flow: slot.pointee.flow.id, origin: origin, time: file.time, appProto: file.appProto, record: "file",
        fields: file.fields(isWhole: isWhole), ordinal: slot.pointee.transactions))
  }
}
