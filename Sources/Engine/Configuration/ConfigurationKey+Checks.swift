/// What a type cannot say of a value: which keys go together, how an address is written.

import Analytics
import EventLoop
import Evidence
import PluginHost

extension ConfigurationKey {
  /// What is wrong with a value of its own type, and what to do; nil if nothing is.
  static func fault(in value: ConfigurationValue, of path: String) -> String? {
    switch (path, value) {
    case ("rpc.tcp", .text(let text)) where !text.isEmpty:
      guard let place = HostPort(text) else { return "'\(text)' is no ADDRESS:PORT, such as 127.0.0.1:7750" }
      guard place.host.hasPrefix("127.") || place.host == "::1" else {
        return "'\(place.host)' is not loopback, which is all that is served without TLS; use 127.0.0.1 or ::1"
      }
      return nil
    case ("rpc.unix", .text(let text)) where text.utf8.count > 107:
      return "a Unix socket's path has at most 107 bytes, this one \(text.utf8.count)"
    case ("analytics.personas.disabled", .texts(let names)):
      let known = PersonaAnalytic.allCases.map(\.rawValue)
      return names.first { !known.contains($0) }.map { "'\($0)' is none of " + known.joined(separator: ", ") }
    case ("plugins.trust.keys", .texts(let keys)):
      // Files are read when plugins are looked for.
      return keys.first { $0.isEmpty || $0.hasSuffix("=") && Ed25519PublicKey(base64: $0) == nil }.map {
        "'\($0)' is no Ed25519 public key in Base64, and no path"
      }
    case ("plugins.trust.allow", .texts(let ids)):
      return ids.first { !isPluginID($0.hasSuffix(".*") ? $0.dropLast(2) : $0[...]) }.map {
        "'\($0)' is no plugin's id such as org.example.name, nor the beginning of some such as org.example.*"
      }
    default: return nil
    }
  }

  /// Keys of which the first has to be less than the second, or no more than it.
  static let orders: [(less: String, more: String, mayBeEqual: Bool)] = [
    ("analytics.personas.young_days", "analytics.personas.grown_days", false),
    ("analytics.personas.campaign_young_days", "analytics.personas.campaign_grown_days", false),
    ("analytics.personas.few_posts", "analytics.personas.some_posts", true),
    ("analytics.personas.face_accounts", "analytics.personas.stock_accounts", true),
    ("analytics.personas.bio_accounts", "analytics.personas.stock_accounts", true),
    ("analytics.personas.service_accounts", "analytics.personas.stock_accounts", true),
  ]

  /// Reverse DNS, or the beginning of one.
  private static func isPluginID(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
      }
  }

  /// What is wrong with one mapping of a list, given those before it; nil if nothing is.
  static func fault(
    in entry: [String: ConfigurationValue], of path: String, before: [[String: ConfigurationValue]]
  ) -> String? {
    func isGiven(_ key: String) -> Bool {
      if case .text(let text)? = entry[key] { !text.isEmpty } else { entry[key] != nil }
    }
    func missing(_ keys: [String]) -> String? {
      keys.first { !isGiven($0) }.map { "\($0) is missing" }
    }
    func isDouble(_ key: String) -> Bool { before.contains { $0[key] == entry[key] } }
    switch path {
    case "capture":
      let inputs = ["interface", "file", "fifo"].filter(isGiven)
      return inputs.count == 1 ? nil : "give exactly one of interface, file and fifo"
    case "sources":
      if let fault = missing(["name", "plugin"]) { return fault }
      return isDouble("name") ? "there is a source of that name already; each needs its own" : nil
    case "secrets":
      if let fault = missing(["name"]) { return fault }
      guard ["value", "file", "environment"].filter(isGiven).count == 1 else {
        return "give exactly one of value, file and environment"
      }
      return isDouble("name") ? "there is a secret of that name already" : nil
    case "analytics.personas.weights":
      return missing(["part", "weight"])
    case "plugins.trust.pins":
      if let fault = missing(["plugin", "sha256"]) { return fault }
      guard case .text(let digits)? = entry["sha256"], HexText.sha256(digits) != nil else {
        return "sha256 has to be 64 hexadecimal digits (sha256sum FILE, or vedette plugin list --json)"
      }
      return nil
    case "suppressions":
      do throws(SuppressionError) { _ = try Suppression(configured: entry) } catch { return error.description }
      return nil
    case "rpc.tokens":
      if let fault = missing(["token"]) { return fault }
      return isDouble("token") ? "that token is listed already" : nil
    default: return nil
    }
  }
}
