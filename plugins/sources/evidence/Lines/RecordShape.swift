/// What each record of the evidence section of the interfaces looks like in JSON, as tables.

import Glibc
import JSON
import PluginSupport

/// The JSON form of a member's value. What a form needs to know beyond numbers is the member's, so that to look at a form
/// is to look at a number.
enum Form: Sendable {
  case text
  /// A whole number from 0 to `most`.
  case number(most: UInt64)
  case flag
  /// RFC 3339.
  case time
  case address
  /// One of the member's words.
  case oneOf
  /// A digest: text of so many hexadecimal digits. Other text is not refused, but goes to `extra`.
  case digest(digits: ClosedRange<Int>)
  /// A picture as a `data:` URI, whose hashes go to fields of their own; other text is kept in `extra`.
  case picture
  /// The name of a picture's file beside the input; it is kept in `extra` too.
  case pictureFile
  case listOfText, listOfAddresses, listOfMACs
  /// An object whose members, the member's `inner`, have fields of their own.
  case object
}

/// A member of a record, and the field that it goes to. A class, so that passing it on costs one count.
final class Member: Sendable {
  let name: String
  /// The name as bytes, to be compared with those of a document.
  let key: StaticString
  let field: EvidenceField
  let form: Form
  let isRequired: Bool
  /// What the value may be, where it is one of some.
  let words: [StaticString]
  /// The members of an object.
  let inner: [Member]

  init(
    _ name: StaticString, _ field: EvidenceField, _ form: Form = .text, required: Bool = false,
    words: [StaticString] = [], inner: [Member] = []
  ) {
    self.name = "\(name)"
    key = name
    self.field = field
    self.form = form
    isRequired = required
    self.words = words
    self.inner = inner
  }
}

/// A record's members, and what must be there beyond the required ones.
final class RecordShape: Sendable {
  let record: EvidenceRecord
  let members: [Member]
  /// The members' names and which of them are required, apart from the members: asked for every record.
  let keys: [StaticString]
  let required: UInt64
  /// Of each group at least one field must be there.
  let oneOf: [(fields: UInt128, words: String)]

  init(_ record: EvidenceRecord, _ members: [Member], oneOf: [(fields: [EvidenceField], words: String)] = []) {
    self.record = record
    self.members = members
    keys = members.map(\.key)
    required = members.enumerated().reduce(0) { $0 | ($1.element.isRequired ? 1 << UInt64($1.offset) : 0) }
    self.oneOf = oneOf.map { group in (group.fields.reduce(0) { $0 | $1.bit }, group.words) }
  }
}

extension StaticString {
  /// Whether these bytes spell it.
  @inline(__always)
  func isSpelled(by bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard utf8CodeUnitCount == bytes.count, let start = bytes.baseAddress else { return false }
    return memcmp(utf8Start, start, bytes.count) == 0
  }
}

extension RecordShape {
  private static let count = Form.number(most: UInt64(Int64.max))
  private static let port = Form.number(most: 65_535)

  static let persona = RecordShape(
    .persona,
    [
      Member("platform", .platform, required: true), Member("account_id", .accountID, required: true),
      Member("handle", .handle, required: true), Member("display_name", .displayName, required: true),
      Member("created_at", .createdAt, .time), Member("changed_at", .changedAt, .time), Member("bio", .bio),
      Member("employer", .employer), Member("title", .title), Member("location", .location), Member("url", .url),
      Member("links", .links, .listOfText), Member("languages", .languages, .listOfText),
      Member("verified", .verified, .flag), Member("followers", .followers, count),
      Member("following", .following, count), Member("posts", .posts, count),
      Member("avatar_sha256", .avatarSHA256, .digest(digits: 64...64)),
      Member("avatar_phash", .avatarPHash, .digest(digits: 1...16)),
      Member("avatar", .avatarSHA256, .picture), Member("avatar_file", .avatarSHA256, .pictureFile),
    ])

  static let personaChange = RecordShape(
    .personaChange,
    [
      Member("platform", .platform, required: true), Member("account_id", .accountID, required: true),
      Member("field", .field, required: true), Member("from", .from), Member("to", .to),
    ])

  static let outreach = RecordShape(
    .outreach,
    [
      Member("platform", .platform, required: true),
      Member(
        "kind", .kind, .oneOf, required: true,
        words: [
          "connection_request", "follow", "direct_message", "mention", "reply", "invite", "email", "call",
        ]),
      Member(
        "from", .fromHandle, .object, required: true,
        inner: [Member("account_id", .fromAccountID), Member("handle", .fromHandle)]),
      Member(
        "to", .toHandle, .object, required: true,
        inner: [
          Member("account_id", .toAccountID), Member("handle", .toHandle), Member("email", .toEmail),
          Member("employee", .toEmployee),
        ]),
      Member("text", .text), Member("links", .links, .listOfText),
      Member("outcome", .outcome, .oneOf, words: ["pending", "accepted", "ignored", "declined", "reported"]),
      Member("reported_by", .reportedBy),
    ],
    oneOf: [
      ([.fromAccountID, .fromHandle], "field `from`: account_id or handle is required"),
      (
        [.toAccountID, .toHandle, .toEmail, .toEmployee],
        "field `to`: account_id, handle, email or employee is required"
      ),
    ])

  static let process = RecordShape(
    .process,
    [
      Member("host", .host, required: true), Member("pid", .pid, count), Member("guid", .guid),
      Member("image", .image, required: true), Member("command_line", .commandLine), Member("cwd", .cwd),
      Member("user", .user), Member("logon", .logon),
      Member(
        "parent", .parentPID, .object,
        inner: [
          Member("pid", .parentPID, count), Member("guid", .parentGUID), Member("image", .parentImage),
          Member("command_line", .parentCommandLine),
        ]),
      Member("end", .end, .time), Member("sha256", .sha256, .digest(digits: 64...64)), Member("signer", .signer),
      Member("event", .event, .oneOf, words: ["start", "end", "snapshot"]),
    ], oneOf: [([.pid, .guid], "field `pid` or `guid` is required")])

  static let connection = RecordShape(
    .connection,
    [
      Member("host", .host, required: true), Member("pid", .pid, count), Member("guid", .guid), Member("image", .image),
      Member("proto", .proto, required: true), Member("dest_ip", .destinationIP, .address, required: true),
      Member("dest_port", .destinationPort, port, required: true), Member("src_ip", .sourceIP, .address),
      Member("src_port", .sourcePort, port), Member("initiated", .initiated, .flag),
      Member("dest_name", .destinationName),
    ], oneOf: [([.pid, .guid], "field `pid` or `guid` is required")])

  static let asset = RecordShape(
    .asset,
    [
      Member("host", .host, required: true), Member("ips", .ips, .listOfAddresses), Member("macs", .macs, .listOfMACs),
      Member("names", .names, .listOfText), Member("owner", .owner), Member("since", .since, .time),
      Member("until", .until, .time),
    ])

  /// The shape of each record, by the value of its `type`; the most frequent first.
  static let all: [(type: String, shape: RecordShape)] = [
    .outreach, .persona, .connection, .process, .personaChange, .asset,
  ].map { (shape: RecordShape) in (shape.record.name, shape) }

  static func named(_ type: JSONView) -> RecordShape? {
    for at in all.indices where type.isString(all[at].type) { return all[at].shape }
    return nil
  }

  /// The names of the types, in the order of the interfaces' text.
  static let names = EvidenceRecord.allCases.map(\.name).joined(separator: ", ")
}
