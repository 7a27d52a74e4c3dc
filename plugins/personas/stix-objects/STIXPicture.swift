/// A picture that a bundle holds as an artifact (STIX 2.1 §6.1), by its hashes: the bytes are not held.

import JSON
import PersonaRecords
import Pictures
import PluginSupport

struct STIXPicture {
  /// What is held of the artifact.
  let value: JSONValue

  /// Nil for an artifact that is no picture, or of which neither bytes nor SHA-256 are there.
  init?(_ artifact: JSONNode, at place: Place, _ pictures: inout AvatarPictures) {
    guard artifact["mime_type"]?.string?.lowercased().hasPrefix("image/") == true else { return nil }
    var members: [(String, JSONValue)] = []
    if let text = artifact["payload_bin"]?.string {
      let reading = pictures.read(at: place) { () throws(PictureProblem) in try PictureHashes(base64: text) }
      if let hashes = reading.hashes { members.append(("sha256", .string(hashes.sha256))) }
      if let digits = reading.hashes?.perceptualDigits { members.append(("phash", .string(digits))) }
      if let problem = reading.problem { members.append(("problem", .string(problem))) }
    } else if let digest = artifact["hashes"]?["SHA-256"]?.string {
      guard digest.utf8.count == 64, digest.utf8.allSatisfy({ Digits.nibble($0) != nil }) else { return nil }
      members.append(("sha256", .string(digest.lowercased())))
    }
    guard !members.isEmpty else { return nil }
    value = .object(members)
  }

  init(_ object: STIXObject) { value = object.value }

  /// Gives a persona its hashes, where it has none of its own.
  func fill(_ record: inout PersonaRecord) {
    record.avatarSHA256 = record.avatarSHA256 ?? value["sha256"]?.string
    record.avatarPHash = record.avatarPHash ?? value["phash"]?.string
    record.extra.keep("avatar_problem", value["problem"]?.string)
  }
}
