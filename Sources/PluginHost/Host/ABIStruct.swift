/// Structs that a plugin gives, read as far as both sides know them.

import VedettePluginABI

/// What plugins of ABI 1.0 give. A newer host has larger structs, a newer plugin, too: neither reads beyond the other's.
enum ABI10 {
  static let plugin = 176
  static let field = 80
  static let child = 72
  static let dissector = 56
  static let source = 56
  static let reconfigure = 16
  static let metrics = 24
  static let state = 40
  static let selftest = 16

  /// By the struct's name; a test compares them with the frozen layout.
  static let sizes: [(String, Int)] = [
    ("vdt_plugin", plugin), ("vdt_field", field), ("vdt_child", child), ("vdt_dissector", dissector),
    ("vdt_source", source), ("vdt_reconfigure", reconfigure), ("vdt_metrics", metrics), ("vdt_state", state),
    ("vdt_selftest", selftest),
  ]
}

/// A copy of a struct whose first member is its size; what the giver does not have is zero. Nil where it is smaller than it
/// was in ABI 1.0.
///
/// Invariant: `given` points to at least four bytes, and to as many as those say: that much a plugin must keep to.
func received<Struct: BitwiseCopyable>(_ given: UnsafeRawPointer, into zero: Struct, atLeast oldest: Int) -> Struct? {
  let size = Int(given.loadUnaligned(as: UInt32.self))
  guard size >= oldest else { return nil }
  var copy = zero
  withUnsafeMutableBytes(of: &copy) {
    $0.copyMemory(from: UnsafeRawBufferPointer(start: given, count: min(size, $0.count)))
  }
  return copy
}
