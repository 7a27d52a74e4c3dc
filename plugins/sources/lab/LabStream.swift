/// A stream of the lab source: the records of a story, one after the other. The cursor is the number of records given.

import LabWorld
import PluginSupport
import Synchronization
import VedettePluginABI

struct LabSource: Source {
  /// No file is the lab's.
  var sniff: @Sendable (UnsafeRawBufferPointer, String) -> UInt32 { { _, _ in 0 } }

  func instance(of host: SourceHost) -> any SourceInstance { LabInstance(host) }
}

/// What `create` makes.
final class LabInstance: SourceInstance {
  let host: SourceHost

  init(_ host: SourceHost) { self.host = host }

  func open(
    _ interface: SourceInterface, parameters: UnsafeRawBufferPointer, descriptor: Int32,
    cursor: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> any SourceStream {
    guard descriptor < 0 else { throw SourceFailure("the lab reads no file: write lab: without one") }
    var index = 0
    if !cursor.isEmpty {
      guard let number = Int(String(decoding: cursor, as: UTF8.self)), number >= 0 else { throw .foreignCursor }
      index = number
    }
    do throws(LabParameters.Refusal) {
      let story = LabStory(try LabParameters(parameters).plan)
      return LabStream(interface == .personas ? story.personas : story.hostRecords, from: index)
    } catch {
      throw SourceFailure(error.reason)
    }
  }
}

/// What `open` makes.
final class LabStream: SourceStream {
  private let records: [LabObservation]
  private var index: Int
  private var cursor: [UInt8] = []
  private let done: Atomic<UInt64>

  init(_ records: [LabObservation], from index: Int) {
    self.records = records
    self.index = min(index, records.count)
    done = Atomic(UInt64(self.index))
  }

  func next(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    while index < records.count, !sink.isFull {
      sink.put(records[index])
      index += 1
    }
    cursor = Array("\(index)".utf8)
    result.cursor = cursor.withUnsafeBytes { $0.asBytes }
    done.store(UInt64(index), ordering: .relaxed)
    return index < records.count ? VDT_NEXT_OK : VDT_NEXT_END
  }

  func progress(_ progress: inout vdt_progress) {
    progress.done = done.load(ordering: .relaxed)
    progress.total = UInt64(records.count)
  }
}
