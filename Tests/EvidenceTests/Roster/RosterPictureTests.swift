/// Portraits of the organisation's own people are read from wherever directories put them.

import Evidence
import JSON
import PictureSupport
import Pictures
import Testing

private let face = SmallPicture.smaller

private func person(_ text: String, _ format: RosterFormat) throws -> (person: Person, problems: [RosterError]) {
  let reading = try Roster.read(text, format: format)
  return (try #require(reading.roster.people.first), reading.problems)
}

/// Lines of at most 75 characters, each but the first behind a blank.
private func folded(_ line: String) -> String {
  var rest = line[...]
  var lines: [String] = []
  while !rest.isEmpty {
    lines.append(String(rest.prefix(74)))
    rest = rest.dropFirst(74)
  }
  return lines.joined(separator: "\r\n ")
}

@Suite("Pictures in rosters")
struct RosterPictureTests {
  static let forms: [(RosterFormat, String)] = [
    (
      .vcard,
      "BEGIN:VCARD\nVERSION:3.0\nUID:7\nFN:Jane Doe\n\(folded("PHOTO;ENCODING=b;TYPE=JPEG:" + face.base64))\nEND:VCARD\n"
    ),
    (
      .vcard,
      "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:7\r\nFN:Jane Doe\r\n\(folded("PHOTO:data:image/jpeg;base64," + face.base64))\r\nEND:VCARD\r\n"
    ),
    (
      .vcard,
      "BEGIN:VCARD\nVERSION:2.1\nUID:7\nFN:Jane Doe\nPHOTO;JPEG;ENCODING=BASE64:\n \(folded(face.base64))\n\nEND:VCARD\n"
    ),
    (
      .ldif,
      "dn: cn=jane\nobjectClass: inetOrgPerson\nuid: 7\ncn: Jane Doe\nsn: Doe\n\(folded("jpegPhoto:: " + face.base64))\n"
    ),
    (
      .ldif,
      "dn: cn=jane\nobjectClass: user\nemployeeID: 7\ndisplayName: Jane Doe\nthumbnailPhoto;binary:: \(face.base64)\n"
    ),
    (
      .scim,
      #"{"userName":"7","displayName":"Jane Doe","photos":[{"type":"photo","value":"data:image/jpeg;base64,\#(face.base64)"}]}"#
    ),
    (.csv, "id,name,photo\n7,Jane Doe,\(face.base64)\n"),
    (.csv, "id;name;avatar\n7;Jane Doe;\"data:image/jpeg;base64,\(face.base64)\"\n"),
    (.yaml, "people:\n  - {id: '7', name: Jane Doe, avatar: 'data:image/jpeg;base64,\(face.base64)'}\n"),
  ]

  @Test("A portrait gives its hashes, in each format", arguments: 0..<9)
  func forms(index: Int) throws {
    let (format, text) = Self.forms[index]
    let (person, problems) = try person(text, format)
    #expect(problems.map(\.text) == [])
    #expect(person.pictures.sha256 == [try PictureHashes(face.bytes).sha256])
    let hash = try #require(person.pictures.perceptual.first)
    #expect((hash ^ face.phash).nonzeroBitCount <= 2)
  }

  @Test("Hashes may be given as such, several of each")
  func hashes() throws {
    let digest = String(repeating: "AB", count: 32)
    for (format, text) in [
      (
        RosterFormat.yaml,
        "people: [{id: a, name: A B, avatar_sha256: \(digest), avatar_phash: [1f, '00ff00ff00ff00ff']}]"
      ),
      (.csv, "id,name,avatar_sha256,avatar_phash\na,A B,\(digest),1f;00ff00ff00ff00ff\n"),
    ] {
      let (person, problems) = try person(text, format)
      #expect(problems.isEmpty)
      #expect(person.pictures.sha256 == [digest.lowercased()])
      #expect(person.pictures.perceptual == [0x1F, 0x00FF_00FF_00FF_00FF])
    }
  }

  @Test("What is no picture is a problem, told once for all that lack the same; the people stay")
  func problems() throws {
    var card = ""
    for number in 0..<3 {
      card += "BEGIN:VCARD\nUID:\(number)\nFN:A B\nPHOTO;VALUE=uri:https://h.example/\(number).jpg\nEND:VCARD\n"
    }
    card += "BEGIN:VCARD\nUID:9\nFN:C D\nPHOTO;ENCODING=b:\(face.base64.prefix(400))\nEND:VCARD\n"
    let reading = try Roster.read(card, format: .vcard)
    #expect(reading.roster.people.count == 4)
    #expect(reading.problems.count == 2)
    #expect(reading.problems.first?.line == 4)
    #expect(reading.problems.first?.text.hasSuffix("are not fetched; so are 2 others") == true)
    let yaml = try Roster.read(
      "people: [{id: a, name: A B, avatar: face.jpg, avatar_sha256: abc, avatar_phash: '12345678123456781'}]",
      format: .yaml)
    #expect(yaml.problems.count == 3)
    #expect(yaml.roster.people.first?.pictures.isEmpty == true)
  }

  @Test("Pictures outlive their storing, and an import adds to those that there are")
  func kept() throws {
    let (first, _) = try person(Self.forms[0].1, .vcard)
    var roster = Roster()
    roster.people = [first]
    var writer = JSONWriter()
    roster.write(to: &writer)
    let again = try person(writer.text, .yaml).person
    #expect(again.pictures == first.pictures)

    let newer = "id,name,avatar_phash\n7,Jane Doe,00000000000000ff\n"
    let imported = roster.importing(
      try Roster.read(newer, format: .csv), mode: .merge, at: Timestamp(seconds: 1))
    #expect(imported.people[0].pictures.perceptual == first.pictures.perceptual + [0xFF])
    #expect(imported.people[0].pictures.sha256 == first.pictures.sha256)
    #expect(roster.changes(to: imported, at: Timestamp(seconds: 1)).map(\.field) == ["avatar_phash"])
  }
}
