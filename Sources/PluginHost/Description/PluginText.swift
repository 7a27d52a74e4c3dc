/// Text that comes from a plugin, checked before anyone sees it.

import VedettePluginABI

extension vdt_str {
  /// The text if it is UTF-8 and at most `limit` bytes long.
  func text(atMost limit: UInt64) -> String? {
    guard len > 0 else { return "" }
    guard len <= limit, let ptr else { return nil }
    let bytes = UnsafeRawBufferPointer(start: ptr, count: Int(len))
    return String(validating: bytes, as: UTF8.self)
  }

  /// Words for a person: cut at ``VDT_MAX_WORDS``, repaired where they are not UTF-8.
  var words: String {
    guard len > 0, let ptr else { return "" }
    return String(
      decoding: UnsafeRawBufferPointer(start: ptr, count: Int(min(len, UInt64(VDT_MAX_WORDS)))), as: UTF8.self)
  }

  /// snake_case: `[a-z][a-z0-9_]*`.
  var identifier: String? { name { $0 == 0x5F } }
  /// An identifier that may have dots.
  var dottedIdentifier: String? { name { $0 == 0x5F || $0 == 0x2E } }
  /// An app_proto name: `[a-z][a-z0-9_-]*`.
  var protocolName: String? { name { $0 == 0x5F || $0 == 0x2D } }
  /// A short name: `[a-z][a-z0-9-]*`.
  var shortName: String? { name { $0 == 0x2D } }
  /// A plugin's id: reverse DNS.
  var reverseDNS: String? { name { $0 == 0x2D || $0 == 0x2E || $0 == 0x5F } }

  private func name(_ extra: (UInt8) -> Bool) -> String? {
    guard let text = text(atMost: UInt64(VDT_MAX_NAME)), let first = text.utf8.first, (0x61...0x7A).contains(first),
      text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || extra($0) })
    else { return nil }
    return text
  }
}
