/// What a source is asked to read, under what it is remembered, and what it misses while it does not.

import Evidence
import JSON
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// What a source is asked to do.
struct SourceOrder: Sendable {
  let name: String
  let plugin: String
  /// Which of the plugin's interfaces, where it has both: nil takes personas.
  var kind: PluginInterface?
  var file: String?
  /// A JSON object, or empty.
  var parameters = ""
  /// Seconds between two readings; 0 reads once.
  var every = 0

  /// For the audit log: `evidence /var/personas.jsonl`. Parameters may be long, and are in `source.list`.
  var summary: String { file.map { "\(plugin) \($0)" } ?? plugin }

  /// Whether its file is a pipe or a device: what is not read when it comes is not there later.
  var readsPipe: Bool {
    guard let file else { return false }
    var about = stat()
    guard stat(file, &about) == 0 else { return false }
    return [S_IFIFO, S_IFCHR, S_IFSOCK].contains(about.st_mode & S_IFMT)
  }
}

/// Under what a source's cursor and what it keeps are stored: its name and what it reads. Sources that take turns under
/// one name each go on where they stopped.
///
/// `NAME#INPUT.PARAMETERS`, the latter two digests of 64 bits. Not part of it is how often it reads.
struct SourcePlace: Hashable, Sendable {
  let key: String
  /// What sources have in common that differ in their parameters only.
  let beginning: String

  /// - Parameters:
  ///   - plugin: its id, by whichever name it was asked for.
  ///   - interface: the one that is read, also where none was asked for.
  init(name: String, plugin: String, interface: PluginInterface?, file: String?, parameters: String) {
    func digest(_ value: JSONValue) -> String {
      // What has no canonical form (a number out of range) is known by its text.
      let bytes = (try? CanonicalJSON.bytes(of: value)) ?? Array(value.description.utf8)
      return String(SHA256.hex(bytes).prefix(16))
    }
    let input: JSONValue = [
      .string(plugin), .string(interface?.rawValue ?? ""), file.map { .string($0) } ?? .null,
    ]
    beginning = "\(name)#\(digest(input))."
    let given = parameters.isEmpty ? JSONValue.object([]) : (try? JSONValue(parsing: parameters)) ?? .string(parameters)
    key = beginning + digest(given)
  }
}

/// A time in which a source does not tell what there is to tell, and its gap.
struct SourceAbsence {
  let gap: VisibilityGap
  /// Whether it tells later what it did not tell then.
  let isMadeUpFor: Bool

  /// What remains of the gap when the source is there again; nil: nothing.
  func rest(at now: Timestamp) -> VisibilityGap? {
    guard !isMadeUpFor else { return nil }
    var rest = gap
    rest.to = now
    return rest
  }
}
