/// Memory shared with a child process that runs a plugin's instance, and where in it what lies.

import CIsolation
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// What a call is, in a request.
enum LaneCall {
  // Of any instance
  static let create: UInt32 = 1
  static let destroy: UInt32 = 2
  // Of a dissector
  static let probe: UInt32 = 3
  static let open: UInt32 = 4
  static let data: UInt32 = 5
  static let gap: UInt32 = 6
  static let datagram: UInt32 = 7
  static let close: UInt32 = 8
  // Of a source
  static let sniff: UInt32 = 9
  static let openStream: UInt32 = 10
  static let next: UInt32 = 11
  static let closeStream: UInt32 = 12
  /// Loads the plugin and makes no instance.
  static let load: UInt32 = 14
  /// The host's answer to what a plugin asked of it.
  static let hostAnswer: UInt32 = 13
}

/// What a plugin asks of its host while a call of its own is under way, in an answer.
enum LaneQuestion {
  static let none: UInt32 = 0
  static let secret: UInt32 = 1
  static let stateGet: UInt32 = 2
  static let statePut: UInt32 = 3
  static let stateRemove: UInt32 = 4
  /// The offset comes as the value, in eight bytes.
  static let picture: UInt32 = 5
}

/// What runs in the child, as `vedette_setup` has it.
enum LaneRole: UInt32 {
  case dissector, personaSource, processSource

  var interface: PluginInterface {
    switch self {
    case .dissector: .dissector
    case .personaSource: .personaSource
    case .processSource: .processSource
    }
  }

  init(_ interface: PluginInterface) {
    switch interface {
    case .personaSource: self = .personaSource
    case .processSource: self = .processSource
    default: self = .dissector
    }
  }
}

/// One mapping of a lane. Invariant: `start` leads to `setup.size` mapped bytes, which neither side can unmap or cut from the
/// other; the places are those of CLane.h. What lies there may change at any time: readers copy, and check the copy.
final class Lane {
  let start: UnsafeMutableRawPointer
  let setup: vedette_setup

  /// Marks of a direction that a call can take along.
  static let mostMarks = 65_536

  /// How large a lane of a role is, and where its parts lie.
  static func setup(_ role: LaneRole, lookahead: Int, hasNetwork: Bool, memory: UInt64) -> vedette_setup {
    var setup = vedette_setup()
    setup.role = role.rawValue
    setup.network = hasNetwork ? 1 : 0
    setup.memory = memory
    let isDissector = role == .dissector
    setup.bytes = UInt64(max(lookahead, Int(VDT_MAX_CONFIG) + 2 * Int(VDT_MAX_CURSOR) + 65_536) + 4095) & ~4095
    setup.marks = isDissector ? UInt64(mostMarks) : 0
    setup.entries = UInt64(isDissector ? VDT_MAX_DISSECTOR_ENTRIES : VDT_MAX_ENTRIES)
    setup.arena = 2 * UInt64(VDT_MAX_EMITTED)
    setup.size =
      UInt64(VEDETTE_LANE_BYTES_AT) + setup.bytes + 2 * setup.marks * UInt64(MemoryLayout<ByteMark>.stride)
      + setup.entries * UInt64(MemoryLayout<SinkEntry>.stride) + setup.arena
    return setup
  }

  /// Maps a file that was made for `setup`, and writes that into it. Nil where the system has no room.
  init?(_ descriptor: Int32, _ setup: vedette_setup) {
    guard let mapped = Self.map(descriptor, Int(setup.size)) else { return nil }
    start = mapped
    self.setup = setup
    (mapped + Int(VEDETTE_LANE_SETUP_AT)).storeBytes(of: setup, as: vedette_setup.self)
  }

  /// Maps what the other side has made, as it says there.
  init?(_ descriptor: Int32) {
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_size > Int(VEDETTE_LANE_BYTES_AT),
      let mapped = Self.map(descriptor, Int(info.st_size))
    else { return nil }
    start = mapped
    setup = (mapped + Int(VEDETTE_LANE_SETUP_AT)).load(as: vedette_setup.self)
    guard setup.size == UInt64(info.st_size) else { return nil }
  }

  deinit { munmap(start, Int(setup.size)) }

  private static func map(_ descriptor: Int32, _ size: Int) -> UnsafeMutableRawPointer? {
    let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    return mapped == MAP_FAILED ? nil : mapped
  }

  // MARK: Places

  var request: UnsafeMutablePointer<vedette_request> {
    (start + Int(VEDETTE_LANE_REQUEST_AT)).assumingMemoryBound(to: vedette_request.self)
  }
  var answer: UnsafeMutablePointer<vedette_answer> {
    (start + Int(VEDETTE_LANE_ANSWER_AT)).assumingMemoryBound(to: vedette_answer.self)
  }
  var words: UnsafeMutableRawPointer { start + Int(VEDETTE_LANE_WORDS_AT) }
  var cursor: UnsafeMutableRawPointer { start + Int(VEDETTE_LANE_CURSOR_AT) }
  var lines: UnsafeMutableRawPointer { start + Int(VEDETTE_LANE_LINES_AT) }
  var bytes: UnsafeMutableRawPointer { start + Int(VEDETTE_LANE_BYTES_AT) }
  /// Of one direction, then of the other.
  func marks(_ direction: Int) -> UnsafeMutablePointer<ByteMark> {
    (bytes + Int(setup.bytes) + direction * Int(setup.marks) * MemoryLayout<ByteMark>.stride)
      .assumingMemoryBound(to: ByteMark.self)
  }
  var entries: UnsafeMutablePointer<SinkEntry> {
    (bytes + Int(setup.bytes) + 2 * Int(setup.marks) * MemoryLayout<ByteMark>.stride)
      .assumingMemoryBound(to: SinkEntry.self)
  }
  var arena: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(entries) + Int(setup.entries) * MemoryLayout<SinkEntry>.stride
  }

  /// A copy of text of at most `most` bytes, which may be anything.
  static func text(_ at: UnsafeRawPointer, _ length: UInt32, most: UInt32) -> String {
    String(decoding: UnsafeRawBufferPointer(start: at, count: Int(min(length, most))), as: UTF8.self)
  }
}
