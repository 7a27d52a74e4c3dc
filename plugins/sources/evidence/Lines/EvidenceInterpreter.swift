/// Reads the JSON Lines of the evidence section: each record checked against its shape and put into the sink.

import Glibc
import JSON
import PersonaRecords
import Pictures
import PluginSupport

/// One JSON object a line. A line that is no such record is reported with its field; the rest goes on.
public final class EvidenceInterpreter: LineInterpreter {
  private let reader = JSONReader(maxBytes: 1 << 20)
  private var canonical = CanonicalJSON()
  private var writer = JSONWriter()
  private var extra = JSONWriter()
  private var hasExtra = false
  /// The fields of the record at hand that were given.
  private var given: UInt128 = 0
  private var pictures = AvatarPictures()
  /// What the record at hand says of its picture: in the line, or in a file. The view is good as long as the line is.
  private var picture: (data: JSONView?, file: String?)
  private var place = Place.start
  /// Of decoding pictures, since a call was ended for it.
  private var effort = 0

  public init() {}

  public func begin(_ pictures: SourcePictures) { self.pictures.begin(pictures) }
  public var skipped: [(kind: String, count: UInt64)] { pictures.skipped }
  public func takeWarning() -> String? { pictures.takeWarning() }

  public func line(_ bytes: UnsafeRawBufferPointer, at place: Place, into sink: RecordSink) {
    // A blank line is no record and no error.
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    self.place = place
    let node: JSONView
    // The reader is this object's, so that views of the document are good for the call.
    do { node = try reader.parse(bytes).view } catch {
      let at = Place(line: place.line, offset: place.offset &+ UInt64(clamping: error.offset))
      return sink.reject(at, "bad JSON: \(error.reason)")
    }
    if let refusal = record(node, into: sink) { sink.reject(place, refusal.reason) }
  }

  /// Puts a record into the sink, or says why it is none; a record begun is then cancelled by the host.
  private func record(_ node: JSONView, into sink: RecordSink) -> Refusal? {
    guard node.kind == .object else { return Refusal("expected a JSON object, found \(node.kindName)") }
    guard let type = node["type"] else { return Refusal("field `type` is required") }
    guard let shape = RecordShape.named(type) else {
      guard type.kind == .string else { return .form("type", "text", type) }
      return Refusal("field `type`: expected \(RecordShape.names), found \(type.sample)")
    }
    guard let time = node["time"] else { return Refusal("field `time` is required") }
    guard let text = time.utf8 else { return .form("time", "a time", time) }
    guard let moment = EventTime.rfc3339(UnsafeRawBufferPointer(text)) else {
      return .form("time", "a time as 2026-09-01T01:07:38.325Z", time)
    }

    given = 0
    hasExtra = false
    picture = (nil, nil)
    pictures.beginDocument()
    sink.begin(shape.record, at: moment)
    do throws(Refusal) {
      try members(of: node, shape, into: sink)
      for group in shape.oneOf.indices where given & shape.oneOf[group].fields == 0 {
        throw Refusal(shape.oneOf[group].words)
      }
      readPicture(node, into: sink)
      try identify(node, into: sink)
    } catch {
      return error
    }
    if hasExtra {
      extra.endObject()
      extra.withBytes { sink.text(.extra, $0) }
    }
    sink.end()
    // Lines of large pictures would hold a call for long.
    if picture.data != nil || picture.file != nil {
      effort += pictures.takeEffort()
      if effort >= AvatarPictures.effortOfCall {
        effort = 0
        sink.enough()
      }
    }
    return nil
  }

  private func members(of node: JSONView, _ shape: RecordShape, into sink: RecordSink) throws(Refusal) {
    var seen: UInt64 = 0
    var guess = 0
    for member in node.members {
      guard let index = shape.index(of: member.keyUTF8, guess: guess) else {
        if member.isNamed("type") || member.isNamed("time") || member.isNamed("id") { continue }
        if member.isNamed("extra"), member.value.kind == .object {
          for inner in member.value.members { keep(inner) }
        } else {
          keep(member)
        }
        continue
      }
      guess = index + 1
      let known = shape.members[index]
      guard seen & 1 << UInt64(index) == 0 else { throw Refusal("field `\(known.name)` is given twice") }
      // null says that there is none.
      if member.value.isNull { continue }
      seen |= 1 << UInt64(index)
      try emit(member.value, known, in: nil, into: sink)
    }
    let missing = shape.required & ~seen
    if missing != 0 { throw Refusal("field `\(shape.members[missing.trailingZeroBitCount].name)` is required") }
  }

  /// The caller's id, or the digest of the record without it (RFC 8785).
  private func identify(_ node: JSONView, into sink: RecordSink) throws(Refusal) {
    if let id = node["id"], !id.isNull {
      guard let text = id.utf8 else { throw .form("id", "text", id) }
      return sink.text(.id, UnsafeRawBufferPointer(text))
    }
    writer.removeAll()
    do { try canonical.write(node, leavingOut: "id", to: &writer) } catch {
      throw Refusal(error.kind == .duplicateKey ? error.reason : "no canonical form: \(error.reason)")
    }
    writer.withBytes { SHA256.withHex($0) { sink.text(.id, $0) } }
  }

  private func keep(_ member: JSONView.Member) {
    openExtra()
    extra.key(utf8: UnsafeRawBufferPointer(member.keyUTF8))
    extra.value(member.value)
  }

  private func keep(_ name: String, _ value: JSONView) {
    openExtra()
    extra.key(name)
    extra.value(value)
  }

  private func openExtra() {
    guard !hasExtra else { return }
    hasExtra = true
    extra.removeAll()
    extra.beginObject()
  }

  /// Puts a value into its field. `outer`: the object that the member is in, where it is in one.
  private func emit(_ value: JSONView, _ member: Member, in outer: Member?, into sink: RecordSink) throws(Refusal) {
    switch member.form {
    case .picture:
      if let text = value.utf8, PictureText.isDataURI(String(decoding: text.prefix(8), as: UTF8.self)) {
        picture.data = value
      } else {
        keep(member.name, value)
      }
      return
    case .pictureFile:
      guard let text = value.string else { throw .form(member, outer, "text", value) }
      picture.file = text
      return keep(member.name, value)
    default: given |= member.field.bit
    }
    switch member.form {
    case .text:
      guard let text = value.utf8 else { throw .form(member, outer, "text", value) }
      sink.text(member.field, UnsafeRawBufferPointer(text))
    case .number(let most):
      guard let number = value.uint64, number <= most else {
        throw .form(member, outer, "a whole number from 0 to \(most)", value)
      }
      sink.unsigned(member.field, number)
    case .flag:
      guard let flag = value.bool else { throw .form(member, outer, "true or false", value) }
      sink.flag(member.field, flag)
    case .time:
      guard let text = value.utf8, let time = EventTime.rfc3339(UnsafeRawBufferPointer(text)) else {
        throw .form(member, outer, "a time as 2026-09-01T01:07:38.325Z", value)
      }
      sink.time(member.field, time)
    case .address:
      guard let address = value.string.flatMap({ AddressBytes($0) }) else {
        throw .form(member, outer, "an IP address", value)
      }
      sink.address(member.field, address)
    case .oneOf:
      guard let text = value.utf8, member.words.contains(where: { $0.isSpelled(by: text) }) else {
        throw .form(member, outer, "one of \(member.words.map { "\($0)" }.joined(separator: ", "))", value)
      }
      sink.text(member.field, UnsafeRawBufferPointer(text))
    case .digest(let digits):
      guard let text = value.utf8 else { throw .form(member, outer, "text", value) }
      if digits.contains(text.count), text.allSatisfy({ Digits.nibble($0) != nil }) {
        sink.text(member.field, UnsafeRawBufferPointer(text))
      } else {
        // Text that is no digest would match other such text: it is kept, but not as a digest.
        given &= ~member.field.bit
        keep(member.name, value)
      }
    case .listOfText, .listOfAddresses, .listOfMACs:
      guard value.kind == .array else { throw .form(member, outer, "an array", value) }
      for (index, element) in value.elements.enumerated() {
        if let expected = put(element, of: member, into: sink) {
          throw Refusal("field `\(member.name)[\(index)]`: expected \(expected), found \(element.sample)")
        }
      }
    case .object: try object(value, member, into: sink)
    // Taken above.
    case .picture, .pictureFile: break
    }
  }

  /// The hashes of the record's picture. Those that the record gives itself count: others were made with the same ones, and
  /// the picture may have been encoded anew since. Where the file is another one, that is said.
  private func readPicture(_ node: JSONView, into sink: RecordSink) {
    let reading: AvatarReading
    if let text = picture.data?.string {
      reading = pictures.read(at: place) { () throws(PictureProblem) in try PictureHashes(dataURI: text) }
    } else if let file = picture.file {
      reading = pictures.read(file: file, at: place)
    } else {
      return
    }
    var problem = reading.problem
    if let hashes = reading.hashes {
      if given & EvidenceField.avatarSHA256.bit == 0 {
        sink.text(.avatarSHA256, hashes.sha256)
      } else if node["avatar_sha256"]?.string?.lowercased() != hashes.sha256 {
        let words = "it is not the one whose avatar_sha256 the record gives"
        problem = words
        pictures.note(words, at: place)
      }
      if given & EvidenceField.avatarPHash.bit == 0, let digits = hashes.perceptualDigits {
        sink.text(.avatarPHash, digits)
      }
    }
    guard let problem else { return }
    openExtra()
    extra.member("avatar_problem", problem)
  }

  /// Puts an element of a list into the list's field, or says what was expected.
  private func put(_ element: JSONView, of member: Member, into sink: RecordSink) -> String? {
    guard let text = element.utf8 else { return "text" }
    switch member.form {
    case .listOfAddresses:
      guard let address = element.string.flatMap({ AddressBytes($0) }) else { return "an IP address" }
      sink.address(member.field, address)
    case .listOfMACs:
      guard let mac = macBytes(UnsafeRawBufferPointer(text)) else { return "a MAC address as 00:1b:21:0a:0b:0c" }
      sink.mac(member.field, mac)
    default: sink.text(member.field, UnsafeRawBufferPointer(text))
    }
    return nil
  }

  /// `from`, `to`, `parent`: members of their own, those unknown kept in `extra` under the same name.
  private func object(_ value: JSONView, _ member: Member, into sink: RecordSink) throws(Refusal) {
    let inner = member.inner
    guard value.kind == .object else { throw .form(member, nil, "an object", value) }
    // The object itself has no field; which of its members are there is what counts.
    given &= ~member.field.bit
    var seen: UInt64 = 0
    var unknown: [JSONView.Member] = []
    for item in value.members {
      let name = item.keyUTF8
      guard let index = inner.firstIndex(where: { $0.key.isSpelled(by: name) }) else {
        unknown.append(item)
        continue
      }
      guard seen & 1 << UInt64(index) == 0 else {
        throw Refusal("field `\(member.name).\(inner[index].name)` is given twice")
      }
      if item.value.isNull { continue }
      seen |= 1 << UInt64(index)
      try emit(item.value, inner[index], in: member, into: sink)
    }
    guard !unknown.isEmpty else { return }
    openExtra()
    extra.key(member.name)
    extra.beginObject()
    for item in unknown {
      extra.key(utf8: UnsafeRawBufferPointer(item.keyUTF8))
      extra.value(item.value)
    }
    extra.endObject()
  }
}

/// Why a record is refused, in one line.
struct Refusal: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }

  static func form(_ member: Member, _ outer: Member?, _ expected: String, _ found: JSONView) -> Refusal {
    form(outer.map { "\($0.name).\(member.name)" } ?? member.name, expected, found)
  }

  static func form(_ field: String, _ expected: String, _ found: JSONView) -> Refusal {
    Refusal("field `\(field)`: expected \(expected), found \(found.sample)")
  }
}

extension RecordShape {
  /// Where the member of that name stands. Records are mostly written in the order of the shape, so `guess` comes first.
  func index(of name: UnsafeBufferPointer<UInt8>, guess: Int) -> Int? {
    for index in guess..<max(guess, keys.count) where keys[index].isSpelled(by: name) { return index }
    for index in 0..<min(guess, keys.count) where keys[index].isSpelled(by: name) { return index }
    return nil
  }
}

extension EvidenceField {
  var bit: UInt128 { 1 << UInt128(rawValue) }
}

extension JSONView {
  /// The kind as a reader of JSON calls it.
  var kindName: String {
    switch kind {
    case .null: "null"
    case .bool: bool == true ? "true" : "false"
    case .int, .uint, .double: "number"
    case .string: "text"
    case .array: "array"
    case .object: "object"
    }
  }

  /// The kind, with the start of the value where that says more.
  var sample: String {
    switch kind {
    case .string:
      utf8.map { "text `\(String(decoding: $0.prefix(40), as: UTF8.self))\($0.count > 40 ? "…" : "")`" } ?? kindName
    case .int: int64.map { "number \($0)" } ?? kindName
    default: kindName
    }
  }
}
