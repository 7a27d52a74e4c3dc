/// What can go wrong with the store, and what to do about it.

import GRDB

public struct StoreError: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable { case cannotOpen, failed, badQuery }
  public var kind: Kind
  public var text: String
  public var description: String { text }

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  init(_ error: any Error, doing what: String) {
    if let store = error as? StoreError {
      self = store
    } else if let database = error as? DatabaseError {
      self.init(.failed, "\(what): \(database.message ?? "SQLite error \(database.resultCode.rawValue)")")
    } else {
      self.init(.failed, "\(what): \(error)")
    }
  }
}
