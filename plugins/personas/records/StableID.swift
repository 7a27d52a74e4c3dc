/// Ids that are the same whenever the same thing is read again.

import JSON

public enum StableID {
  /// The SHA-256 of a namespace and the parts that make the thing what it is, in hexadecimal.
  ///
  /// Each part is written with its length before it, so that no two lists of parts are one text.
  public static func of(_ namespace: String, _ parts: [String]) -> String {
    var bytes = Array("vedette/\(namespace)\n".utf8)
    for part in parts {
      bytes += Array("\(part.utf8.count):".utf8)
      bytes += Array(part.utf8)
    }
    return SHA256.hex(bytes)
  }
}
