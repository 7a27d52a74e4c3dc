/// The records of the evidence section (interfaces.md) as the plugin ABI knows them: flat fields, with their types.

import Evidence

/// Where a value of a source's record goes. Shared by all kinds of records: a name means one thing.
enum EvidenceField: UInt8, Sendable {
  case id = 1
  case extra
  case platform, accountID, handle, displayName, createdAt, changedAt, bio, employer, title, location, url
  case links, languages, verified, followers, following, posts, avatarSHA256, avatarPHash
  case field, from, to
  case kind, fromAccountID, fromHandle, toAccountID, toHandle, toEmail, toEmployee, text, outcome, reportedBy
  case host, pid, guid, image, commandLine, cwd, user, logon
  case parentPID, parentGUID, parentImage, parentCommandLine, end, sha256, signer, event
  case proto, destinationIP, destinationPort, sourceIP, sourcePort, initiated, destinationName
  case ips, macs, names, owner, since, until

  static let last = EvidenceField.until
}

struct WellKnownField: Sendable {
  let name: String
  let type: FieldType
  let isList: Bool
  let target: EvidenceField

  init(_ name: String, _ target: EvidenceField, _ type: FieldType = .text, list: Bool = false) {
    self.name = name
    self.target = target
    self.type = type
    isList = list
  }
}

enum WellKnownRecords {
  static func fields(of kind: ObservationKind) -> [WellKnownField] {
    switch kind {
    case .persona: common + persona
    case .personaChange: common + personaChange
    case .outreach: common + outreach
    case .process: common + process
    case .connection: common + connection
    case .asset: common + asset
    }
  }

  private static let common = [WellKnownField("id", .id), WellKnownField("extra", .extra)]

  private static let persona = [
    WellKnownField("platform", .platform), WellKnownField("account_id", .accountID), WellKnownField("handle", .handle),
    WellKnownField("display_name", .displayName), WellKnownField("created_at", .createdAt, .time),
    WellKnownField("changed_at", .changedAt, .time), WellKnownField("bio", .bio), WellKnownField("employer", .employer),
    WellKnownField("title", .title), WellKnownField("location", .location), WellKnownField("url", .url),
    WellKnownField("links", .links, list: true), WellKnownField("languages", .languages, list: true),
    WellKnownField("verified", .verified, .flag), WellKnownField("followers", .followers, .u64),
    WellKnownField("following", .following, .u64), WellKnownField("posts", .posts, .u64),
    WellKnownField("avatar_sha256", .avatarSHA256), WellKnownField("avatar_phash", .avatarPHash),
  ]

  private static let personaChange = [
    WellKnownField("platform", .platform), WellKnownField("account_id", .accountID), WellKnownField("field", .field),
    WellKnownField("from", .from), WellKnownField("to", .to),
  ]

  private static let outreach = [
    WellKnownField("platform", .platform), WellKnownField("kind", .kind),
    WellKnownField("from_account_id", .fromAccountID), WellKnownField("from_handle", .fromHandle),
    WellKnownField("to_account_id", .toAccountID), WellKnownField("to_handle", .toHandle),
    WellKnownField("to_email", .toEmail), WellKnownField("to_employee", .toEmployee), WellKnownField("text", .text),
    WellKnownField("links", .links, list: true), WellKnownField("outcome", .outcome),
    WellKnownField("reported_by", .reportedBy),
  ]

  private static let process = [
    WellKnownField("host", .host), WellKnownField("pid", .pid, .u64), WellKnownField("guid", .guid),
    WellKnownField("image", .image), WellKnownField("command_line", .commandLine), WellKnownField("cwd", .cwd),
    WellKnownField("user", .user), WellKnownField("logon", .logon), WellKnownField("parent_pid", .parentPID, .u64),
    WellKnownField("parent_guid", .parentGUID), WellKnownField("parent_image", .parentImage),
    WellKnownField("parent_command_line", .parentCommandLine), WellKnownField("end", .end, .time),
    WellKnownField("sha256", .sha256), WellKnownField("signer", .signer), WellKnownField("event", .event),
  ]

  private static let connection = [
    WellKnownField("host", .host), WellKnownField("pid", .pid, .u64), WellKnownField("guid", .guid),
    WellKnownField("image", .image), WellKnownField("proto", .proto), WellKnownField("dest_ip", .destinationIP, .ip),
    WellKnownField("dest_port", .destinationPort, .u64), WellKnownField("src_ip", .sourceIP, .ip),
    WellKnownField("src_port", .sourcePort, .u64), WellKnownField("initiated", .initiated, .flag),
    WellKnownField("dest_name", .destinationName),
  ]

  private static let asset = [
    WellKnownField("host", .host), WellKnownField("ips", .ips, .ip, list: true),
    WellKnownField("macs", .macs, .mac, list: true), WellKnownField("names", .names, list: true),
    WellKnownField("owner", .owner), WellKnownField("since", .since, .time), WellKnownField("until", .until, .time),
  ]
}
