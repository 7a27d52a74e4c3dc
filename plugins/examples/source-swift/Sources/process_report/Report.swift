/// A source that reads lines of five columns with tabs between them: seconds since 1970, then four texts.

import VedettePluginKit

let plugin = Plugin(
  id: "org.example.report", name: "report", version: "0.1.0", vendor: "Example", licence: "Apache-2.0",
  summary: "Reads reports of lines with tabs.", source: ReportSource.self)

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> PluginEntry { plugin.entry(for: host) }

struct ReportSource: LineSourcePlugin {
  static let interfaces: [SourceInterface] = [.processes]
  static let records: [EvidenceRecord] = [.process]
  static let blindSpots = ["All that nobody wrote into the report."]

  /// The texts, in the order of their columns. vedette/records.h has all fields of each record.
  static let texts: [EvidenceField] = [.host, .guid, .image, .commandLine]

  static func sniff(_ start: RawSpan, name: String) -> Int {
    guard let feed = start.firstIndex(of: 0x0A) else { return 0 }
    return Columns(start.extracting(0..<feed)) == nil ? 0 : 80
  }

  init(parameters: String) throws(SourceFailure) {}

  mutating func line(_ bytes: RawSpan, at place: Place, into sink: RecordSink) {
    guard let columns = Columns(bytes) else {
      sink.reject(place, "expected seconds and four texts with tabs between")
      return
    }
    sink.record(.process, at: columns.seconds * 1_000_000_000) { record in
      for (field, range) in zip(Self.texts, columns.texts) { record.text(field, bytes.extracting(range)) }
    }
  }
}

/// Where the columns of a line are. Only printable ASCII, so all text of it is UTF-8.
struct Columns {
  var seconds: Int64 = 0
  var texts: [Range<Int>] = []

  /// Nil where there are more columns or fewer, or the first is no number.
  init?(_ line: RawSpan) {
    var start = 0
    for at in 0...line.byteCount where at == line.byteCount || line[at] == 0x09 {
      guard at > start else { return nil }
      texts.append(start..<at)
      start = at + 1
    }
    guard texts.count == 5 else { return nil }
    for at in 0..<line.byteCount where !(0x20...0x7E).contains(line[at]) && line[at] != 0x09 { return nil }
    for at in texts.removeFirst() {
      guard (0x30...0x39).contains(line[at]), seconds < 900_000_000 else { return nil }
      seconds = seconds * 10 + Int64(line[at] - 0x30)
    }
  }
}
