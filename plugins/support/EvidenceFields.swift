/// The well-known records of a source (vedette/records.h) and their fields, under ids of these plugins.

import VedettePluginABI

/// A kind of record; the raw value is its id in the description.
public enum EvidenceRecord: UInt32, CaseIterable, Sendable {
  case persona = 1
  case personaChange, outreach, process, connection, asset

  public var name: String { self == .personaChange ? "persona_change" : "\(self)" }
}

/// A field; the raw value is its id, and the same in every record that has it.
public enum EvidenceField: UInt32, CaseIterable, Sendable {
  case id = 1
  case extra
  // persona, persona_change
  case platform, accountID, handle, displayName, createdAt, changedAt, bio, employer, title, location, url, links
  case languages, verified, followers, following, posts, avatarSHA256, avatarPHash
  case field, from, to
  // outreach
  case kind, fromAccountID, fromHandle, toAccountID, toHandle, toEmail, toEmployee, text, outcome, reportedBy
  // process, connection
  case host, pid, guid, image, commandLine, cwd, user, logon, parentPID, parentGUID, parentImage, parentCommandLine
  case end, sha256, signer, event
  case proto, destinationIP, destinationPort, sourceIP, sourcePort, initiated, destinationName
  // asset
  case ips, macs, names, owner, since, until
}

/// The types that these fields have.
public enum EvidenceType: Sendable {
  case text, unsigned, flag, time, address, mac

  var code: UInt32 {
    switch self {
    case .text: UInt32(VDT_TYPE_TEXT)
    case .unsigned: UInt32(VDT_TYPE_U64)
    case .flag: UInt32(VDT_TYPE_FLAG)
    case .time: UInt32(VDT_TYPE_TIME)
    case .address: UInt32(VDT_TYPE_IP)
    case .mac: UInt32(VDT_TYPE_MAC)
    }
  }
}

extension EvidenceField {
  /// The name in the description.
  public var name: String {
    switch self {
    case .accountID: "account_id"
    case .displayName: "display_name"
    case .createdAt: "created_at"
    case .changedAt: "changed_at"
    case .avatarSHA256: "avatar_sha256"
    case .avatarPHash: "avatar_phash"
    case .fromAccountID: "from_account_id"
    case .fromHandle: "from_handle"
    case .toAccountID: "to_account_id"
    case .toHandle: "to_handle"
    case .toEmail: "to_email"
    case .toEmployee: "to_employee"
    case .reportedBy: "reported_by"
    case .commandLine: "command_line"
    case .parentPID: "parent_pid"
    case .parentGUID: "parent_guid"
    case .parentImage: "parent_image"
    case .parentCommandLine: "parent_command_line"
    case .destinationIP: "dest_ip"
    case .destinationPort: "dest_port"
    case .sourceIP: "src_ip"
    case .sourcePort: "src_port"
    case .destinationName: "dest_name"
    default: "\(self)"
    }
  }

  public var type: EvidenceType {
    switch self {
    case .createdAt, .changedAt, .end, .since, .until: .time
    case .verified, .initiated: .flag
    case .followers, .following, .posts, .pid, .parentPID, .destinationPort, .sourcePort: .unsigned
    case .destinationIP, .sourceIP, .ips: .address
    case .macs: .mac
    default: .text
    }
  }

  public var isList: Bool {
    switch self {
    case .links, .languages, .ips, .macs, .names: true
    default: false
    }
  }

  /// A person's own words, or what names a person: subject to the privacy settings.
  var isSensitive: Bool { self == .text || self == .bio }

  /// The name in the Elastic Common Schema, or none.
  var ecs: String {
    switch self {
    case .host: "host.name"
    case .pid: "process.pid"
    case .guid: "process.entity_id"
    case .image: "process.executable"
    case .commandLine: "process.command_line"
    case .cwd: "process.working_directory"
    case .parentPID: "process.parent.pid"
    case .parentGUID: "process.parent.entity_id"
    case .parentImage: "process.parent.executable"
    case .parentCommandLine: "process.parent.command_line"
    case .sha256: "process.hash.sha256"
    case .end: "process.end"
    case .proto: "network.transport"
    case .destinationIP: "destination.ip"
    case .destinationPort: "destination.port"
    case .destinationName: "destination.domain"
    case .sourceIP: "source.ip"
    case .sourcePort: "source.port"
    case .avatarSHA256, .avatarPHash: ""
    default: ""
    }
  }
}

extension EvidenceRecord {
  /// The record's fields, in the order of records.h.
  public var fields: [EvidenceField] {
    switch self {
    case .persona:
      [
        .platform, .accountID, .handle, .displayName, .createdAt, .changedAt, .bio, .employer, .title, .location, .url,
        .links, .languages, .verified, .followers, .following, .posts, .avatarSHA256, .avatarPHash, .extra, .id,
      ]
    case .personaChange: [.platform, .accountID, .field, .from, .to, .extra, .id]
    case .outreach:
      [
        .platform, .kind, .fromAccountID, .fromHandle, .toAccountID, .toHandle, .toEmail, .toEmployee, .text, .links,
        .outcome, .reportedBy, .extra, .id,
      ]
    case .process:
      [
        .host, .pid, .guid, .image, .commandLine, .cwd, .user, .logon, .parentPID, .parentGUID, .parentImage,
        .parentCommandLine, .end, .sha256, .signer, .event, .extra, .id,
      ]
    case .connection:
      [
        .host, .pid, .guid, .image, .proto, .destinationIP, .destinationPort, .sourceIP, .sourcePort, .initiated,
        .destinationName, .extra, .id,
      ]
    case .asset: [.host, .ips, .macs, .names, .owner, .since, .until, .extra, .id]
    }
  }
}
