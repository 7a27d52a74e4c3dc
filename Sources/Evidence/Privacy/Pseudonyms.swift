/// What persons outside the roster are called where they are stored and shown: the same person by the same pseudonym, which
/// only the key's owner can tie to somebody.

import CCrypto

/// Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) of what is replaced, cut to 80 bits.
///
/// An observation is taken in twice changed. `entering(_:)` replaces ids of accounts and of records, which analytics only
/// compare; `shown(_:)` replaces what they read (names, handles, biographies, texts), when the record is stored or told.
/// Accounts and addresses of the roster keep what they are.
public struct Pseudonyms: Sendable {
  /// What is replaced; a text is another as a name than as a handle.
  enum Kind: String { case account, handle, name, mail, text, page, picture, record }

  /// Bytes of the shortest key that is taken.
  public static let leastKey = 16

  private let key: [UInt8]
  private var accounts: Set<AccountKey> = []
  private var handles: Set<AccountKey> = []
  private var ownHandles: Set<String> = []
  private var mails: Set<String> = []
  private var domains: [String] = []

  /// Nil when the key is too short to keep anything secret.
  public init?(key: [UInt8], roster: Roster) {
    guard key.count >= Pseudonyms.leastKey else { return nil }
    self.key = key
    update(roster: roster)
  }

  /// Who is on the roster, and whose accounts are on record, is called by name.
  public mutating func update(roster: Roster) {
    (accounts, handles, mails) = ([], [], [])
    for account in roster.people.flatMap(\.accounts) + roster.relations.flatMap(\.accounts) {
      if let id = account.accountID { accounts.insert(AccountKey(platform: account.platform, accountID: id)) }
      if let handle = account.handle {
        handles.insert(AccountKey(platform: account.platform, accountID: Pseudonyms.folded(handle)))
      }
    }
    for person in roster.people { mails.formUnion(person.emails.map { $0.lowercased() }) }
    ownHandles = Set(roster.organisation.handles.map(Pseudonyms.folded))
    domains = roster.organisation.domains.map { "@" + $0.lowercased() }
  }

  static func folded(_ handle: String) -> String {
    (handle.hasPrefix("@") ? String(handle.dropFirst()) : handle).lowercased()
  }

  // MARK: Who is known

  /// Whether an account is on the roster or on record.
  public func isKnown(_ platform: String, id: String?, handle: String?) -> Bool {
    if let id, accounts.contains(AccountKey(platform: platform, accountID: id)) { return true }
    guard let handle else { return false }
    let folded = Pseudonyms.folded(handle)
    return ownHandles.contains(folded) || handles.contains(AccountKey(platform: platform, accountID: folded))
  }

  func isKnown(mail: String) -> Bool {
    let mail = mail.lowercased()
    return mails.contains(mail) || domains.contains { mail.hasSuffix($0) }
  }

  // MARK: Pseudonyms

  /// Whether a text has the form of a pseudonym.
  public static func isPseudonym(_ text: String) -> Bool {
    text.utf8.count == 22 && text.hasPrefix("p-")
      && text.utf8.dropFirst(2).allSatisfy { $0 >= 48 && $0 <= 57 || $0 >= 97 && $0 <= 102 }
  }

  /// The account of a platform's id, as it is stored.
  public func account(_ platform: String, _ id: String) -> String { pseudonym(.account, platform + "\0" + id) }

  /// A handle; what stands before it (`@`) and its case do not matter.
  public func handle(_ platform: String, _ handle: String) -> String {
    pseudonym(.handle, platform + "\0" + Pseudonyms.folded(handle))
  }

  /// A display name: the same on every platform.
  public func name(_ name: String) -> String { pseudonym(.name, name.lowercased()) }

  /// An account as it is asked for: by its pseudonym, or by the id that its platform knows it by.
  public func asked(_ account: AccountKey) -> AccountKey {
    guard !Pseudonyms.isPseudonym(account.accountID), !isKnown(account.platform, id: account.accountID, handle: nil)
    else { return account }
    return AccountKey(platform: account.platform, accountID: self.account(account.platform, account.accountID))
  }

  func pseudonym(_ kind: Kind, _ text: String) -> String { "p-" + digest(kind, text).prefix(20) }

  /// All of the digest: for what has to keep the form of a SHA-256.
  func digest(_ kind: Kind, _ text: String) -> String {
    let message = Array("\(kind.rawValue)\0\(text)".utf8)
    var out = [UInt8](repeating: 0, count: 32)
    var length = UInt32(out.count)
    let isMade = HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &out, &length) != nil
    // OpenSSL fails here only without memory. What is not replaced must not be told.
    guard isMade else { return String(repeating: "0", count: 64) }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: out.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
