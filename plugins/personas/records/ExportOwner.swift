/// Whose data export it is: the platform's files speak of the owner as "you".

import PluginSupport

/// The owner of an export, as far as the parameters tell.
public struct ExportOwner: Sendable {
  /// An employee id, or an e-mail address.
  public var person: String?
  /// What the platform calls the owner: a handle, an account id or a profile's link.
  public var account: String?

  /// The names of the parameters that it reads.
  public static let parameters = ["owner", "owner_account"]
  public static let schema =
    #""owner":{"type":"string","description":"Whose export it is: an employee id or an e-mail address."},"owner_account":{"type":"string","description":"The owner's handle, account id or profile link there."}"#

  public init(_ given: SourceParameters) throws(SourceFailure) {
    person = try given.text("owner")
    if let text = try given.text("owner_account") {
      account = ProfileLink(text)?.handle ?? (text.hasPrefix("@") ? String(text.dropFirst()) : text)
    }
  }

  public func isOwner(_ other: String?) -> Bool {
    guard let account, let other else { return false }
    return account.lowercased() == other.lowercased()
  }

  /// The owner as the receiver of an approach. Empty where the parameters say nothing.
  public var party: PartyRecord {
    var party = PartyRecord()
    if let person {
      if person.contains("@") { party.email = person } else { party.employee = person }
    }
    party.handle = account
    return party
  }
}
