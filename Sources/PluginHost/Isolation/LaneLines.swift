/// Lines that a plugin logged in another process, on their way through a lane.

import Synchronization
import VedettePluginABI

/// A level in 4 bytes, a length in 4 bytes, and the text, one after the other.
enum LaneLines {
  /// Writes as many as there is room for, and gives the rest back.
  static func write(_ lines: [PluginLogLine], to at: UnsafeMutableRawPointer, room: Int) -> (
    count: Int, rest: [PluginLogLine]
  ) {
    var used = 0
    for (index, line) in lines.enumerated() {
      let text = Array(line.text.utf8.prefix(Int(VDT_MAX_WORDS)))
      guard used + 8 + text.count <= room else { return (used, Array(lines[index...])) }
      at.storeBytes(of: line.level.rawValue, toByteOffset: used, as: UInt32.self)
      at.storeBytes(of: UInt32(text.count), toByteOffset: used + 4, as: UInt32.self)
      text.withUnsafeBytes {
        (at + used + 8).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(at), byteCount: $0.count)
      }
      used += 8 + text.count
    }
    return (used, [])
  }

  /// Reads what the other side says is there, as far as it holds together.
  static func read(_ at: UnsafeRawPointer, _ count: Int, line: (UInt32, String) -> Void) {
    // A copy: what is read twice is the same twice.
    let bytes = [UInt8](UnsafeRawBufferPointer(start: at, count: count))
    bytes.withUnsafeBytes { bytes in
      var used = 0
      while bytes.count - used >= 8 {
        let level = bytes.loadUnaligned(fromByteOffset: used, as: UInt32.self)
        let length = Int(bytes.loadUnaligned(fromByteOffset: used + 4, as: UInt32.self))
        guard length <= Int(VDT_MAX_WORDS), length <= bytes.count - used - 8 else { return }
        line(level, String(decoding: bytes[(used + 8)..<(used + 8 + length)], as: UTF8.self))
        used += 8 + length
      }
    }
  }
}

/// What a plugin has logged and not yet sent.
final class WaitingLines: Sendable {
  private let kept = Mutex<[PluginLogLine]>([])
  init() {}

  func add(_ line: PluginLogLine) { kept.withLock { $0.append(line) } }

  /// Takes what there is, if anything.
  func take() -> [PluginLogLine] {
    kept.withLock { lines in
      guard !lines.isEmpty else { return [] }
      let all = lines
      lines = []
      return all
    }
  }

  func putBack(_ lines: [PluginLogLine]) { kept.withLock { $0.insert(contentsOf: lines, at: 0) } }
}
