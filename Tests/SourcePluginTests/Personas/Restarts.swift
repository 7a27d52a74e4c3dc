/// What every source of documents promises, whatever it reads: checked with its own documents.

import PluginSupport
import Testing

extension RecordingHost {
  static func sniff(_ source: DocumentSource, _ input: String, name: String = "input") -> UInt32 {
    Array(input.utf8).withUnsafeBytes { source.sniff($0, name) }
  }

  /// Stops the source after each record and goes on with the cursor: the two parts together are what one run gives.
  static func expectRestarts(
    _ plugin: SourcePlugin, over input: [UInt8], parameters: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let whole = run(plugin, over: input, parameters: parameters)
    #expect(whole.status == 3, sourceLocation: sourceLocation)
    for calls in 1...max(1, whole.records.count + whole.rejected.count) {
      let first = run(plugin, over: input, parameters: parameters, max: 1, calls: calls)
      guard let cursor = first.cursors.last, first.status != 3 else { continue }
      let second = run(plugin, over: input, cursor: cursor, parameters: parameters, max: 3)
      #expect(first.records + second.records == whole.records, "after \(calls) calls", sourceLocation: sourceLocation)
      #expect(
        first.rejected + second.rejected == whole.rejected, "after \(calls) calls", sourceLocation: sourceLocation)
    }
  }
}
