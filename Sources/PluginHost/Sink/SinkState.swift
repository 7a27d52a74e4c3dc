/// What a plugin emits during one call, as a typed log: the sink writes it, the host reads it after the call.
///
/// The C functions of the sink table (SinkTable.swift) run within a plugin's call, on its thread. They
/// append fixed 16-byte entries and copy text into an arena; no Swift value is built and nothing is
/// allocated but when log or arena grow. Invariants: `log` holds `logCount` initialised entries of
/// `logCapacity`; `arena` holds `arenaCount` bytes of `arenaCapacity`; an entry with bytes refers to
/// `length` bytes at `value` within the arena; a record in the log is `beginRecord`, its values, `end`,
/// without gaps; one that is open is cut off again by `cancel`.

import VedettePluginABI

/// One entry of the log.
public struct SinkEntry: BitwiseCopyable, Sendable {
  public enum Kind {
    public static let beginRecord: UInt8 = 32
    public static let beginAnomaly: UInt8 = 33
    public static let end: UInt8 = 34
    public static let flowText: UInt8 = 36
    public static let flowNumber: UInt8 = 37
    public static let expect: UInt8 = 38
    public static let child: UInt8 = 39
    public static let reject: UInt8 = 40
  }
  /// A `FieldType` raw value, or one of ``Kind``.
  public var kind: UInt8
  /// Of an anomaly and a child: the direction.
  public var direction: UInt8
  /// Id of the record, field, anomaly or flow field.
  public var id: UInt16
  /// Bytes in the arena.
  public var length: UInt32
  /// A number, or where in the arena the bytes are; of a record its time, of an anomaly its offset.
  public var value: UInt64
}

/// What a plugin gave that was not taken. All grow only.
public struct SinkRefusals: BitwiseCopyable, Sendable, Hashable, CustomStringConvertible {
  public var wrongType: UInt64 = 0
  public var unknownID: UInt64 = 0
  public var badText: UInt64 = 0
  /// A call that does not fit: a value without a record, a record within a record, a function of another sink.
  public var misplaced: UInt64 = 0
  public var overLimit: UInt64 = 0
  /// Records left open at the end of a call.
  public var leftOpen: UInt64 = 0
  /// Offsets that the direction has not reached; their anomalies were told without.
  public var outside: UInt64 = 0
  public init() {}

  public var total: UInt64 { wrongType &+ unknownID &+ badText &+ misplaced &+ overLimit &+ leftOpen &+ outside }

  /// `2 of another type, 1 with an id that was not declared`: only what there is.
  public var description: String {
    let kinds: [(UInt64, String)] = [
      (wrongType, "of another type or form"), (unknownID, "with an id that was not declared"),
      (badText, "not UTF-8"), (misplaced, "out of place"), (overLimit, "over a limit"), (leftOpen, "left open"),
      (outside, "at an offset outside the stream"),
    ]
    return kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}

/// Which packet first brought the byte at `offset` of a direction and those after it.
public struct ByteMark: BitwiseCopyable, Sendable {
  public var offset: UInt64
  /// Nanoseconds since 1970 UTC.
  public var time: Int64
  /// 1-based, in the capture.
  public var packet: UInt64

  @inlinable public init(offset: UInt64, time: Int64, packet: UInt64) {
    self.offset = offset
    self.time = time
    self.packet = packet
  }
}

/// The marks of one direction that `when` may be asked for, in rising order of offset.
public struct ByteMarks: BitwiseCopyable {
  public var start: UnsafePointer<ByteMark>?
  public var count: Int
  @inlinable public init(start: UnsafePointer<ByteMark>? = nil, count: Int = 0) {
    self.start = start
    self.count = count
  }
}

public struct SinkState {
  /// What a sink is for; decides which calls it has.
  enum Role: UInt8 { case dissector, source }

  let role: Role
  var log: UnsafeMutablePointer<SinkEntry>
  public internal(set) var logCount = 0
  var logCapacity: Int
  var arena: UnsafeMutableRawPointer
  var arenaCount = 0
  var arenaCapacity: Int

  // The record that is open.
  /// 0 none, else the kind of its begin entry.
  var openKind: UInt8 = 0
  var openFieldCount: UInt32 = 0
  var openTypes: UnsafeMutablePointer<UInt8>?
  var openEntry = 0
  var openArena = 0
  /// How far the log may grow for it: ``VDT_MAX_VALUES`` entries behind its beginning.
  var openLimit = 0

  // Declared ids: borrowed from the instance's shape tables, which outlive the state.
  let records: UnsafeMutableBufferPointer<ShapeTable.Entry>
  let anomalies: UnsafeMutableBufferPointer<ShapeTable.Entry>
  let flowFields: UnsafeMutableBufferPointer<ShapeTable.Entry>

  // Limits of this call.
  /// Records after which begin and end say FULL; twice as many are refused.
  var softRecords: UInt64 = .max
  var recordCount: UInt64 = 0
  let maxEntries: Int
  let maxArena: Int

  // Dissectors: what `when` knows in this call.
  public var marksToServer = ByteMarks()
  public var marksToClient = ByteMarks()
  /// Time of the newest packet: for records without a time.
  public var newest = ByteMark(offset: 0, time: 0, packet: 0)

  public internal(set) var refusals = SinkRefusals()

  init(role: Role, records: ShapeTable, anomalies: ShapeTable, flowFields: ShapeTable) {
    self.role = role
    logCapacity = 256
    log = .allocate(capacity: logCapacity)
    arenaCapacity = 4096
    arena = .allocate(byteCount: arenaCapacity, alignment: 16)
    self.records = records.entries
    self.anomalies = anomalies.entries
    self.flowFields = flowFields.entries
    // A dissector's call sees at most one look-ahead of bytes; a source's call may give whole batches.
    maxEntries = Int(role == .dissector ? VDT_MAX_DISSECTOR_ENTRIES : VDT_MAX_ENTRIES)
    maxArena = 2 * Int(VDT_MAX_EMITTED)
  }

  func destroy() {
    log.deallocate()
    arena.deallocate()
  }

  /// Of the texts and byte strings in the log.
  public var emittedBytes: Int { arenaCount }

  /// Forgets what was logged. Called after the log was read.
  @inline(__always) public mutating func clear() {
    logCount = 0
    arenaCount = 0
    recordCount = 0
  }

  /// Ends a call: a record left open is cancelled and counted.
  @inline(__always) mutating func finishCall() {
    if openKind != 0 {
      refusals.leftOpen &+= 1
      cancelOpen()
    }
  }

  /// Counts an offset that the direction has not reached.
  public mutating func refuseOffset() { refusals.outside &+= 1 }

  mutating func cancelOpen() {
    logCount = openEntry
    arenaCount = openArena
    openKind = 0
    openFieldCount = 0
  }

  // MARK: Appending

  @inline(__always) mutating func append(_ entry: SinkEntry) -> Int32 {
    if logCount == logCapacity {
      guard growLog() else { return VDT_E_LIMIT }
    }
    log[logCount] = entry
    logCount &+= 1
    return VDT_OK
  }

  @inline(never) private mutating func growLog() -> Bool {
    guard logCapacity < maxEntries else {
      refusals.overLimit &+= 1
      return false
    }
    let larger = UnsafeMutablePointer<SinkEntry>.allocate(capacity: logCapacity * 2)
    larger.update(from: log, count: logCount)
    log.deallocate()
    log = larger
    logCapacity *= 2
    return true
  }

  /// Room for `count` more bytes in the arena, or nil over the limit.
  @inline(__always) mutating func room(_ count: Int) -> UnsafeMutableRawPointer? {
    if arenaCount &+ count > arenaCapacity, !growArena(count) { return nil }
    return arena + arenaCount
  }

  @inline(never) private mutating func growArena(_ count: Int) -> Bool {
    let needed = arenaCount &+ count
    guard needed <= maxArena else {
      refusals.overLimit &+= 1
      return false
    }
    var capacity = arenaCapacity
    while capacity < needed { capacity *= 2 }
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: arena, byteCount: arenaCount)
    arena.deallocate()
    arena = larger
    arenaCapacity = capacity
    return true
  }

  /// Checks a field of the open record.
  @inline(__always) mutating func admits(_ field: UInt32, _ type: UInt32) -> Int32 {
    if field < openFieldCount, let types = openTypes {
      let declared = types[Int(field)]
      if declared == UInt8(truncatingIfNeeded: type) { return VDT_OK }
      return refuseField(declared)
    }
    return refuseField(0)
  }

  @inline(never) private mutating func refuseField(_ declared: UInt8) -> Int32 {
    if openKind == 0 {
      refusals.misplaced &+= 1
      return VDT_E_STATE
    }
    if declared == 0 {
      refusals.unknownID &+= 1
      return VDT_E_UNKNOWN
    }
    refusals.wrongType &+= 1
    return VDT_E_TYPE
  }

  @inline(never) private mutating func refuseOverLimit() -> Int32 {
    refusals.overLimit &+= 1
    return VDT_E_LIMIT
  }

  @inline(__always) mutating func number(_ field: UInt32, _ type: UInt32, _ value: UInt64) -> Int32 {
    let verdict = admits(field, type)
    guard verdict == VDT_OK else { return verdict }
    guard logCount < openLimit else { return refuseOverLimit() }
    return append(
      SinkEntry(
        kind: UInt8(truncatingIfNeeded: type), direction: 0, id: UInt16(truncatingIfNeeded: field), length: 0,
        value: value))
  }

  @inline(__always) mutating func blob(
    _ field: UInt32, _ type: UInt32, _ start: UnsafePointer<UInt8>?, _ length: UInt64
  ) -> Int32 {
    let verdict = admits(field, type)
    guard verdict == VDT_OK else { return verdict }
    guard logCount < openLimit, length <= UInt64(VDT_MAX_VALUE), length == 0 || start != nil,
      arenaCount &- openArena &+ Int(length) <= Int(VDT_MAX_EMITTED)
    else { return refuseOverLimit() }
    return copy(
      kind: UInt8(truncatingIfNeeded: type), direction: 0, id: UInt16(truncatingIfNeeded: field), start, Int(length),
      isText: type == VDT_TYPE_TEXT)
  }

  /// Copies bytes into the arena, checking text on the way, and appends their entry.
  @inline(__always) mutating func copy(
    kind: UInt8, direction: UInt8, id: UInt16, _ start: UnsafePointer<UInt8>?, _ length: Int, isText: Bool
  ) -> Int32 {
    guard let destination = room(length &+ 8) else { return VDT_E_LIMIT }
    if let start, length > 0 {
      if isText {
        guard copyText(from: start, to: destination, length) else {
          refusals.badText &+= 1
          return VDT_E_TEXT
        }
      } else {
        destination.copyMemory(from: start, byteCount: length)
      }
    }
    let status = append(
      SinkEntry(
        kind: kind, direction: direction, id: id, length: UInt32(truncatingIfNeeded: length), value: UInt64(arenaCount))
    )
    if status == VDT_OK { arenaCount &+= length }
    return status
  }

  // MARK: Reading, after the call

  @inline(__always) public func entry(_ index: Int) -> SinkEntry { log[index] }

  /// The bytes of an entry; valid until the state is cleared or written to.
  @inline(__always) public func bytes(_ entry: SinkEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: arena + Int(entry.value), count: Int(entry.length))
  }
}

// By pointer: to call a function of a state that it does not change, all of the state would be copied.
extension UnsafeMutablePointer<SinkState> {
  /// The text of an entry, which the sink has checked.
  public func text(_ entry: SinkEntry) -> String { String(decoding: pointee.bytes(entry), as: UTF8.self) }

  /// The packet that brought a byte: that of the last mark at or before `offset`, or the nearest one and `exact` false.
  public func mark(_ direction: UInt8, _ offset: UInt64) -> (mark: ByteMark, exact: Bool) {
    let marks = direction == 0 ? pointee.marksToServer : pointee.marksToClient
    guard let start = marks.start, marks.count > 0 else { return (pointee.newest, false) }
    var low = 0
    var high = marks.count
    while low < high {
      let middle = (low &+ high) >> 1
      if start[middle].offset <= offset { low = middle &+ 1 } else { high = middle }
    }
    return low > 0 ? (start[low &- 1], true) : (start[0], false)
  }
}
