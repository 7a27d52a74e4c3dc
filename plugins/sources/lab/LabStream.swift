/// A stream of the lab source: the records of a story, one after the other. The cursor is the number of records given.

import LabWorld
import PluginSupport
import Synchronization
import VedettePluginABI

/// What `create` makes.
final class LabInstance {
  let host: UnsafePointer<vdt_host>

  init(host: UnsafePointer<vdt_host>) { self.host = host }

  func fail(_ code: Int32, _ text: String) -> Int32 { withText(text) { host.pointee.fail(host, code, $0) } }
}

/// What `open` makes. `next` runs on the source's thread, `progress` on any.
final class LabStream {
  private let records: [LabObservation]
  private var index: Int
  private var sink: RecordSink?
  private var cursor: [UInt8] = []
  private let done: Atomic<UInt64>

  init(_ records: [LabObservation], from index: Int) {
    self.records = records
    self.index = min(index, records.count)
    done = Atomic(UInt64(self.index))
  }

  func next(_ raw: UnsafePointer<vdt_sink>, max: UInt64, _ result: inout vdt_next_result) -> Int32 {
    let sink = self.sink ?? RecordSink(raw, room: max)
    sink.renew(raw, room: max)
    self.sink = sink
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
