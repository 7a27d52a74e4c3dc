/// Values by field, in places that are used again for record after record.

/// A value for each field or none; emptied at the cost of what was put in.
struct FieldSlots<Value> {
  private var values = [Value?](repeating: nil, count: Int(EvidenceField.last.rawValue) + 1)
  private var filled: [UInt8] = []

  subscript(field: EvidenceField) -> Value? { values[Int(field.rawValue)] }

  /// The last value of a field counts.
  mutating func put(_ value: Value, _ field: EvidenceField) {
    if values[Int(field.rawValue)] == nil { filled.append(field.rawValue) }
    values[Int(field.rawValue)] = value
  }

  mutating func removeAll() {
    for place in filled { values[Int(place)] = nil }
    filled.removeAll(keepingCapacity: true)
  }
}
