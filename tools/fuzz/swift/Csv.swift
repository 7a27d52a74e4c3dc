// Fuzz target: tables and JSON texts of any bytes, cut into pieces of any size.

/// The first byte chooses what reads the rest, the second the size of the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 2 else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: start + 2, count: count - 2)
  let size = Int(start[1]) + 1
  if start[0] & 1 == 0 {
    guard table(bytes, size) == table(bytes, bytes.count) else { fatalError("how the bytes are cut changes nothing") }
  } else {
    guard json(bytes, size) == json(bytes, bytes.count) else { fatalError("how the bytes are cut changes nothing") }
  }
  return 0
}

private func table(_ bytes: UnsafeRawBufferPointer, _ size: Int) -> [String] {
  var reader = CSVReader(limit: 200, mostFields: 16)
  var out: [String] = []
  var last: UInt64 = 0
  func note(_ event: CSVReader.Event) {
    switch event {
    case .record(let fields, let place):
      guard place.offset >= last, place.offset <= bytes.count else { fatalError("places go forward, within the input") }
      guard fields.count <= 16, fields.allSatisfy({ $0.count <= 200 }) else { fatalError("records are bounded") }
      last = place.offset
      out.append("\(place.line) \(place.offset) \(fields)")
    case .broken(let place, let reason):
      guard place.offset >= last, place.offset <= bytes.count else { fatalError("places go forward, within the input") }
      last = place.offset
      out.append("\(place.line) \(place.offset) \(reason)")
    }
  }
  var at = 0
  while at < bytes.count {
    let end = min(at + size, bytes.count)
    reader.take(UnsafeRawBufferPointer(rebasing: bytes[at..<end]), note)
    at = end
  }
  reader.end(note)
  return out
}

private func json(_ bytes: UnsafeRawBufferPointer, _ size: Int) -> [String] {
  var cutter = JSONCutter(
    paths: [[.member("objects"), .element], [.element, .member("a")]], limit: 200, maxDepth: 8)
  var out: [String] = []
  func note(_ event: JSONCutter.Event) {
    if case .value(let value, let place, let path) = event {
      guard value.count <= 200 else { fatalError("values are bounded") }
      out.append("\(place.offset) \(path) \(Array(value))")
    } else {
      out.append("\(event)")
    }
  }
  var at = 0
  var line: UInt64 = 1
  while at < bytes.count {
    let end = min(at + size, bytes.count)
    let piece = UnsafeRawBufferPointer(rebasing: bytes[at..<end])
    cutter.take(piece, at: Place(line: line, offset: UInt64(at)), note)
    line += UInt64(piece.count { $0 == 0x0a })
    at = end
  }
  cutter.end(note)
  return out
}
