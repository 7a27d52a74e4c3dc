/// What a type cannot say of a value: which keys go together, how an address is written.

import Analytics
import EventLoop

extension ConfigurationKey {
  /// What is wrong with a value of its own type, and what to do; nil if nothing is.
  static func fault(in value: ConfigurationValue, of path: String) -> String? {
    switch (path, value) {
    case ("plugins.isolation", .text("process")):
      return "process is not there yet; plugins run in the program (none)"
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
    default: return nil
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
    case "rpc.tokens":
      if let fault = missing(["token"]) { return fault }
      return isDouble("token") ? "that token is listed already" : nil
    default: return nil
    }
  }
}
