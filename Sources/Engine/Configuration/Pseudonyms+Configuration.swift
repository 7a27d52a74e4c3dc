/// Pseudonyms as the configuration has them.

import Evidence

extension Pseudonyms {
  /// Nil where `privacy.pseudonymise` is off.
  /// - Throws: where it is on and there is no key: nothing is stored by name because a key was forgotten.
  static func of(_ configuration: Configuration, _ roster: Roster) throws(SecretError) -> Pseudonyms? {
    guard configuration.flag("privacy.pseudonymise") else { return nil }
    let name = configuration.text("privacy.key")
    guard !name.isEmpty else {
      throw SecretError(description: "privacy.pseudonymise: privacy.key has to name one of the secrets")
    }
    guard let key = try Secrets(configuration).value(of: name) else {
      throw SecretError(description: "privacy.key: there is no secret '\(name)'")
    }
    guard let pseudonyms = Pseudonyms(key: Array(key.utf8), roster: roster) else {
      throw SecretError(description: "privacy.key: secret \(name) is shorter than \(leastKey) bytes")
    }
    return pseudonyms
  }
}
