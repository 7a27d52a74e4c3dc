/// The declared shapes of records, laid out so that the sink checks an id and a type with two loads.

/// One declared record, or anomaly with details.
public struct RecordShape: Sendable {
  public let name: String
  /// In the order of declaration.
  public let fields: [FieldDescription]
}

/// The type bytes of all records of a plugin: immutable once made, shared by all its instances.
///
/// Owned memory: `shapes` holds `count` entries, entry 0 unused; each entry's `types` holds `fieldCount` bytes, 0 where no
/// field has that id. Freed with the table, which every sink that points into it holds on to.
final class ShapeTable: @unchecked Sendable {  // written in init only, read by any thread after it

  struct Entry {
    var types: UnsafeMutablePointer<UInt8>?
    /// One more than the largest field id.
    var fieldCount: UInt32
    var declared: Bool
  }

  let entries: UnsafeMutableBufferPointer<Entry>
  /// By id; the Swift side of an entry.
  let shapes: [RecordShape?]
  /// By record id, then position: names of the fields, and which of them are lists. Apart from the descriptions, so that
  /// reading a record copies nothing else.
  let names: [[String]]
  let lists: [[Bool]]
  /// By record id, then field id: position in `RecordShape.fields`.
  let positions: [[Int16]]

  init(_ described: [(id: UInt32, name: String, fields: [FieldDescription])]) {
    let count = Int(described.map(\.id).max() ?? 0) + 1
    entries = .allocate(capacity: count)
    entries.initialize(repeating: Entry(types: nil, fieldCount: 0, declared: false))
    var shapes = [RecordShape?](repeating: nil, count: count)
    var positions = [[Int16]](repeating: [], count: count)
    for (id, name, fields) in described {
      let fieldCount = Int(fields.map(\.id).max() ?? 0) + 1
      let types = UnsafeMutablePointer<UInt8>.allocate(capacity: fieldCount)
      types.initialize(repeating: 0, count: fieldCount)
      var position = [Int16](repeating: -1, count: fieldCount)
      for (at, field) in fields.enumerated() {
        types[Int(field.id)] = field.type.rawValue
        position[Int(field.id)] = Int16(at)
      }
      entries[Int(id)] = Entry(types: types, fieldCount: UInt32(fieldCount), declared: true)
      shapes[Int(id)] = RecordShape(name: name, fields: fields)
      positions[Int(id)] = position
    }
    self.shapes = shapes
    self.positions = positions
    names = shapes.map { $0?.fields.map(\.name) ?? [] }
    lists = shapes.map { $0?.fields.map(\.isList) ?? [] }
  }

  /// Flow fields: an entry's `fieldCount` is the type's raw value, and it has no fields.
  init(flowFields: [FlowFieldDescription]) {
    let count = Int(flowFields.map(\.id).max() ?? 0) + 1
    entries = .allocate(capacity: count)
    entries.initialize(repeating: Entry(types: nil, fieldCount: 0, declared: false))
    for field in flowFields {
      entries[Int(field.id)] = Entry(types: nil, fieldCount: UInt32(field.type.rawValue), declared: true)
    }
    shapes = []
    positions = []
    names = []
    lists = []
  }

  deinit {
    for entry in entries { entry.types?.deallocate() }
    entries.deallocate()
  }
}
