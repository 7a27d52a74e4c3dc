// The way in: bytes to nodes, by simdjson, without allocating once the largest document has been seen.
//
// Unsafe by need. The invariant: `tape` and `strings` belong to the parser and stay as they are until its next
// parse; every `JSONNode` points into them and keeps the parser alive, so a node must only not be used after that; a
// `JSONView` keeps nothing alive.

import CSimdjson

/// A reusable JSON parser (RFC 8259, strict: UTF-8 only, no comments, no trailing commas).
///
///     let reader = JSONReader()
///     let node = try reader.parse(line)
///     if let pid = node["pid"]?.uint64 { … }
///
/// A number is an integer where it is written as one and fits into 64 bits, otherwise a double; one that fits into
/// neither is refused. A byte order mark at the start is skipped. Of members with the same name, look-up gives the
/// first and iteration all. One reader serves one thread at a time.
public final class JSONReader {
  /// Documents beyond this many bytes are refused.
  public let maxBytes: Int
  /// Values nested deeper than this are refused.
  public let maxDepth: Int

  private let parser: JSONParser?

  /// A reader with its limits: bytes of a document (at most 4 GiB − 1; 64 MiB by default), and depth.
  public init(maxBytes: Int = 64 << 20, maxDepth: Int = 128) {
    self.maxBytes = max(0, min(maxBytes, 0xFFFF_FFFE))
    self.maxDepth = max(1, min(maxDepth, 4096))
    self.parser = vedette_simdjson_create(self.maxDepth).map(JSONParser.init)
  }

  /// Parses one document; the node is valid until the next call.
  ///
  /// O(bytes). The bytes are copied: they need to live for the call only.
  public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    guard let parser else { throw JSONError(.noMemory, at: 0, "no memory for a parser") }
    guard bytes.count <= maxBytes else {
      throw JSONError(.tooLarge, at: maxBytes, "the document has \(bytes.count) bytes, the limit is \(maxBytes)")
    }
    let mark = Self.byteOrderMark(of: bytes)
    let document = UnsafeRawBufferPointer(rebasing: bytes[mark...])
    let start = document.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = vedette_simdjson_parse(parser.handle, start, document.count)
    guard status == 0, let tape = vedette_simdjson_tape(parser.handle),
      let strings = vedette_simdjson_strings(parser.handle)
    else {
      throw explain(status, document, mark)
    }
    return JSONNode(JSONView(tape: tape, strings: strings, index: 1), owner: parser)
  }

  /// Parses the bytes of a span, array or other contiguous storage.
  public func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONNode {
    // A closure would lose the typed error, hence the Result.
    try bytes.withUnsafeBytes { raw in Result { () throws(JSONError) in try parse(raw) } }.get()
  }

  /// Parses a text.
  public func parse(_ text: String) throws(JSONError) -> JSONNode {
    var text = text
    return try text.withUTF8 { utf8 in
      Result { () throws(JSONError) in try parse(UnsafeRawBufferPointer(utf8)) }
    }.get()
  }

  /// Bytes for which there is room without allocating.
  public var capacity: Int {
    guard let parser else { return 0 }
    return vedette_simdjson_capacity(parser.handle)
  }

  /// The instruction set that simdjson chose for this machine, for `--version` and statistics.
  public static var implementation: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { name in
      let length = vedette_simdjson_implementation(name.baseAddress, name.count)
      return String(decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(name)[..<length]), as: UTF8.self)
    }
  }

  private static func byteOrderMark(of bytes: UnsafeRawBufferPointer) -> Int {
    bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }

  /// simdjson says that a document is bad, not where: the scanner walks it once more.
  private func explain(_ status: Int32, _ document: UnsafeRawBufferPointer, _ mark: Int) -> JSONError {
    if status == Int32(VEDETTE_SIMDJSON_NO_MEMORY) {
      return JSONError(.noMemory, at: 0, "no memory for a document of \(document.count) bytes")
    }
    var scanner = JSONScanner(document, maxDepth: maxDepth)
    guard let found = scanner.firstError() else {
      return JSONError(.syntax, at: 0, "the parser refuses the document")
    }
    return JSONError(found.kind, at: found.offset &+ mark, found.reason)
  }
}

/// The one owner of a simdjson parser and its buffers.
@usableFromInline
final class JSONParser {
  let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { vedette_simdjson_destroy(handle) }
}
