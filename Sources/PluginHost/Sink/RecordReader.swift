/// Builds typed values from the log of a sink, once a record.

import Evidence
import VedettePluginABI

/// Reads the records of one plugin; keeps scratch space, so that a record costs only what it holds.
public struct RecordReader {
  private let table: ShapeTable
  /// By position in the shape: index of the first entry in the log, or -1; and by entry of this record, the next of a list.
  private var first: [Int32] = []
  private var next: [Int32] = []
  private var last: [Int32] = []

  init(table: ShapeTable) {
    self.table = table
  }

  /// The name of the record that begins at a log entry.
  public func name(of begin: SinkEntry) -> String { table.shapes[Int(begin.id)]?.name ?? "" }

  /// The index of the entry that ends the record beginning at `begin`.
  public static func end(of begin: Int, in state: UnsafeMutablePointer<SinkState>) -> Int {
    var at = begin + 1
    while at < state.pointee.logCount, state.pointee.entry(at).kind != SinkEntry.Kind.end { at += 1 }
    return at
  }

  /// The fields of the record at log entries `begin`…`end`, in the order of declaration. Of a field that is no list and was
  /// given twice, the last value counts.
  public mutating func fields(
    _ begin: Int, _ end: Int, in state: UnsafeMutablePointer<SinkState>
  ) -> [(name: String, value: FieldValue)] {
    let id = Int(state.pointee.entry(begin).id)
    let values = end - begin - 1
    guard values > 0 else { return [] }
    let names = table.names[id]
    let lists = table.lists[id]
    let count = names.count
    if first.count < count {
      first = Array(repeating: -1, count: count)
      last = first
    }
    if next.count < values { next = Array(repeating: -1, count: values) }
    var given = 0
    table.positions[id].withUnsafeBufferPointer { positions in
      for at in 0..<values {
        let position = Int(positions[Int(state.pointee.entry(begin + 1 + at).id)])
        next[at] = -1
        if first[position] < 0 {
          first[position] = Int32(at)
          given += 1
        } else {
          next[Int(last[position])] = Int32(at)
        }
        last[position] = Int32(at)
      }
    }
    var out: [(name: String, value: FieldValue)] = []
    out.reserveCapacity(given)
    for position in 0..<count where first[position] >= 0 {
      if lists[position] {
        var list: [FieldValue] = []
        var at = first[position]
        while at >= 0 {
          list.append(Self.value(state.pointee.entry(begin + 1 + Int(at)), in: state))
          at = next[Int(at)]
        }
        out.append((names[position], .list(list)))
      } else {
        out.append((names[position], Self.value(state.pointee.entry(begin + 1 + Int(last[position])), in: state)))
      }
      first[position] = -1
      last[position] = -1
    }
    return out
  }

  /// The value of one entry. Entries with a type are only ever written by the sink, which checked them.
  static func value(_ entry: SinkEntry, in state: UnsafeMutablePointer<SinkState>) -> FieldValue {
    switch FieldType(rawValue: entry.kind) {
    case .u64: .u64(entry.value)
    case .i64: .i64(Int64(bitPattern: entry.value))
    case .f64: .f64(Double(bitPattern: entry.value))
    case .flag: .flag(entry.value != 0)
    case .text: .text(state.text(entry))
    case .ip: IPAddress(bytes: state.pointee.bytes(entry)).map(FieldValue.ip) ?? .bytes([])
    case .mac: MACAddress(bytes: state.pointee.bytes(entry)).map(FieldValue.mac) ?? .bytes([])
    case .time: .time(Timestamp(nanoseconds: Int64(bitPattern: entry.value)))
    case .bytes, nil: .bytes(Array(state.pointee.bytes(entry)))
    }
  }
}

/// A flow that a session said would come.
public struct ExpectedFlow: Sendable, Hashable {
  public var address: IPAddress
  public var port: UInt16
  public var transport: UInt8
  public var protocolName: String
  public var milliseconds: UInt32

  /// Reads what the sink's `expect` wrote.
  public init?(_ entry: SinkEntry, in state: UnsafeMutablePointer<SinkState>) {
    let bytes = state.pointee.bytes(entry)
    guard entry.kind == SinkEntry.Kind.expect, bytes.count > 22 else { return nil }
    guard let address = IPAddress(bytes: UnsafeRawBufferPointer(rebasing: bytes[0..<Int(min(bytes[16], 16))])) else {
      return nil
    }
    self.address = address
    port = entry.id
    transport = bytes[17]
    milliseconds = bytes.loadUnaligned(fromByteOffset: 18, as: UInt32.self)
    protocolName = String(decoding: bytes[22...], as: UTF8.self)
  }
}

/// Something carried within a flow that a session handed back. Valid until the sink's state is cleared.
public struct HandedBack {
  public enum Kind: UInt32 {
    case packet = 1
    case stream, file
  }
  public var kind: Kind
  public var flags: UInt32
  public var direction: UInt8
  public var id: UInt64
  public var name: String
  public var alpn: String
  public var bytes: UnsafeRawBufferPointer

  public var isStart: Bool { flags & VDT_CHILD_START != 0 }
  public var isEnd: Bool { flags & VDT_CHILD_END != 0 }
  public var isDecrypted: Bool { flags & VDT_CHILD_DECRYPTED != 0 }

  /// Reads what the sink's `child` wrote.
  public init?(_ entry: SinkEntry, in state: UnsafeMutablePointer<SinkState>) {
    let all = state.pointee.bytes(entry)
    guard entry.kind == SinkEntry.Kind.child, all.count >= 24,
      let kind = Kind(rawValue: all.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    else { return nil }
    self.kind = kind
    flags = all.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    id = all.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    direction = entry.direction
    let nameEnd = 24 + Int(all.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    let alpnEnd = nameEnd + Int(all.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
    guard alpnEnd <= all.count else { return nil }
    name = String(decoding: all[24..<nameEnd], as: UTF8.self)
    alpn = String(decoding: all[nameEnd..<alpnEnd], as: UTF8.self)
    bytes = UnsafeRawBufferPointer(rebasing: all[alpnEnd...])
  }
}
