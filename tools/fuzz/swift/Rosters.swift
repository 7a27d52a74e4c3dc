// Fuzz target: people in vCards, in directories' exports and in tables, of any bytes.

/// The first byte chooses the format, the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let text = String(decoding: UnsafeBufferPointer(start: start + 1, count: count - 1), as: UTF8.self)
  _ = RosterFormat(sniffing: text)
  let formats: [RosterFormat] = [.vcard, .ldif, .csv]
  guard let reading = try? Roster.read(text, format: formats[Int(start[0]) % 3]) else { return 0 }
  var ids: Set<String> = []
  for person in reading.roster.people {
    guard !person.id.isEmpty, !person.name.isEmpty, ids.insert(person.id).inserted else {
      fatalError("each person has a name, and an id of their own")
    }
  }
  guard reading.problems.count <= 1000 else { fatalError("problems are bounded") }
  let now = Timestamp(seconds: 1)
  let once = Roster().importing(reading, mode: .replace, at: now)
  let twice = once.importing(reading, mode: .replace, at: now)
  guard once.people.count == reading.roster.people.count, once.people.count == twice.people.count else {
    fatalError("an import again adds nobody")
  }
  return 0
}

// What reads YAML and JSON needs libraries and is not in this target.
public struct RosterError: Error { public var line: Int, text: String }
enum RosterUsers { static func read(_ text: String) throws(RosterError) -> RosterReading { RosterReading(format: .scim) } }
extension Roster {
  public static let maximumBytes = 64 << 20
  static func readYAML(_ text: String) throws(RosterError) -> RosterReading { RosterReading(format: .yaml) }
}

// Decoding pictures is a target of its own.
public struct PictureHashes {
  var sha256: String
  var perceptual: UInt64?
  var problem: PictureProblem?
  var effort = 1_000_000

  init(_ bytes: [UInt8]) throws(PictureProblem) {
    guard let first = bytes.first else { throw PictureProblem(.unknown, "it is no picture") }
    sha256 = String(repeating: "0", count: 63) + String(first & 15, radix: 16)
    perceptual = first > 9 ? UInt64(bytes.count) : nil
    problem = first > 200 ? PictureProblem(.broken, "it is broken") : nil
  }
}
