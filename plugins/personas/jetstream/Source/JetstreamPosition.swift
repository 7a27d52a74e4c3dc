/// Where a listener is: the time of the last event, and what was told of the seconds before it.

import JSON
import PluginSupport

/// What the cursor of a live stream says.
struct JetstreamPosition: Equatable {
  /// The largest time of an event that is done with, microseconds since 1970.
  var micros: Int64
  /// What was told last, by digest, the newest last.
  var told: [String] = []

  /// As many as fit into a cursor: of what is told beyond that, the records' ids make doubles one.
  static let mostTold = 150
  /// The ABI's limit of a cursor.
  static let mostBytes = 4096

  /// Of what was told, the oldest is left out until it fits.
  var cursor: [UInt8] {
    var kept = told.suffix(Self.mostTold)
    while true {
      var w = JSONWriter(capacity: Self.mostBytes)
      w.beginObject()
      w.member("v", 1)
      w.member("time_us", micros)
      w.member("told", Array(kept))
      w.endObject()
      if w.bytes.count <= Self.mostBytes || kept.isEmpty { return w.bytes }
      kept.removeFirst()
    }
  }

  init(micros: Int64) { self.micros = micros }

  /// Nil: a cursor of another form.
  init?(cursor: UnsafeRawBufferPointer) {
    guard cursor.count <= Self.mostBytes, let node = try? JSONReader(maxBytes: Self.mostBytes).parse(cursor),
      node["v"]?.int64 == 1, let micros = node["time_us"]?.int64, micros >= 0
    else { return nil }
    self.micros = micros
    told = node["told"]?.elements.compactMap(\.string) ?? []
  }
}
