/// What sources of personas tell, before it goes into the sink: values that a test can look at.

import JSON
import PluginSupport

/// A snapshot of an account (vedette/records.h). Nil: the source does not show it.
public struct PersonaRecord: Equatable, Sendable {
  /// When it was so, nanoseconds since 1970 UTC.
  public var time: Int64
  public var platform: String
  public var accountID: String
  public var handle: String
  public var displayName: String
  public var createdAt: Int64?
  public var changedAt: Int64?
  public var bio: String?
  public var employer: String?
  public var title: String?
  public var location: String?
  public var url: String?
  public var links: [String] = []
  public var languages: [String] = []
  public var verified: Bool?
  public var followers: UInt64?
  public var following: UInt64?
  public var posts: UInt64?
  /// 64 hexadecimal digits.
  public var avatarSHA256: String?
  /// 1 to 16 hexadecimal digits.
  public var avatarPHash: String?
  /// Where the picture is, for those who fetch it: no field of the record.
  public var avatarAddress: String?
  public var extra: [ExtraMember] = []
  /// The same for the same snapshot whenever it is read. Empty: the host makes one of the content.
  public var id = ""

  public init(time: Int64, platform: String, accountID: String, handle: String, displayName: String) {
    self.time = time
    self.platform = platform
    self.accountID = accountID
    self.handle = handle
    self.displayName = displayName
  }
}

/// A change that a platform itself tells.
public struct PersonaChangeRecord: Equatable, Sendable {
  public var time: Int64
  public var platform: String
  public var accountID: String
  /// A field's name in a persona record.
  public var field: String
  public var from: String?
  public var to: String?
  public var id = ""

  public init(time: Int64, platform: String, accountID: String, field: String) {
    self.time = time
    self.platform = platform
    self.accountID = accountID
    self.field = field
  }
}

/// A party of an approach. A sender has an account id or a handle, a receiver any one of these.
public struct PartyRecord: Equatable, Sendable {
  public var accountID: String?
  public var handle: String?
  public var email: String?
  public var employee: String?

  public init(accountID: String? = nil, handle: String? = nil, email: String? = nil, employee: String? = nil) {
    self.accountID = accountID
    self.handle = handle
    self.email = email
    self.employee = employee
  }

  public var isEmpty: Bool { accountID == nil && handle == nil && email == nil && employee == nil }
}

/// One approach of an account to another party.
public struct OutreachRecord: Equatable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case connectionRequest = "connection_request"
    case follow
    case directMessage = "direct_message"
    case mention, reply, invite, email, call
  }
  public enum Outcome: String, Sendable, CaseIterable { case pending, accepted, ignored, declined, reported }

  public var time: Int64
  public var platform: String
  public var kind: Kind
  public var from: PartyRecord
  public var to: PartyRecord
  public var text: String?
  public var links: [String] = []
  public var outcome: Outcome?
  public var reportedBy: String?
  public var extra: [ExtraMember] = []
  public var id = ""

  public init(time: Int64, platform: String, kind: Kind, from: PartyRecord, to: PartyRecord) {
    self.time = time
    self.platform = platform
    self.kind = kind
    self.from = from
    self.to = to
  }
}

/// A member of a record's `extra`.
public struct ExtraMember: Equatable, Sendable {
  public var name: String
  public var value: JSONValue

  public init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

extension [ExtraMember] {
  /// Adds text that is there and not empty.
  public mutating func keep(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { append(ExtraMember(name, .string(value))) }
  }

  /// Adds a list that is not empty.
  public mutating func keep(_ name: String, _ values: [String]) {
    if !values.isEmpty { append(ExtraMember(name, .array(values.map { .string($0) }))) }
  }

  public mutating func keep(_ name: String, _ value: Bool?) {
    if let value { append(ExtraMember(name, .bool(value))) }
  }

  public mutating func keep(_ name: String, _ value: UInt64?) {
    if let value { append(ExtraMember(name, .uint(value))) }
  }

  /// The value of the first member of that name.
  public subscript(name: String) -> JSONValue? { first { $0.name == name }?.value }

  var json: String {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    var seen: Set<String> = []
    for member in self where seen.insert(member.name).inserted { writer.member(member.name, member.value) }
    writer.endObject()
    return writer.text
  }
}
