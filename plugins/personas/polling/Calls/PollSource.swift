/// What a source that polls has to be: one function that makes its service from the parameters, the rest is here.

import PluginSupport
import VedettePluginABI

/// What the host offers while a source opens.
public struct PollHost {
  private let host: UnsafePointer<vdt_host>

  public init(_ host: SourceHost) { self.host = host.pointer }

  /// Nanoseconds since 1970 UTC.
  public var now: Int64 { host.pointee.now_ns(host) }

  /// A secret of the configuration; nil where the host has none of that name.
  public func secret(_ name: String) -> String? {
    let table = withText(VDT_HOST_SECRET_ID) { host.pointee.interface(host, $0) }
    guard let table, let get = table.assumingMemoryBound(to: vdt_host_secret.self).pointee.get else { return nil }
    var value = vdt_bytes()
    guard withText(name, { get(host, $0, &value) }) == VDT_OK else { return nil }
    return String(validating: value.buffer, as: UTF8.self)
  }

  /// The secret that a parameter names.
  public func secret(_ parameter: String, _ parameters: inout Parameters) throws(SourceFailure) -> String? {
    guard let name = try parameters.text(parameter) else { return nil }
    guard let secret = secret(name), !secret.isEmpty else {
      throw SourceFailure(
        "parameter \(parameter): there is no secret '\(name.oneLine(most: 40))'; add it to `secrets` of the configuration"
      )
    }
    guard secret.utf8.allSatisfy({ $0 > 0x1f && $0 != 0x7f }) else {
      throw SourceFailure("the secret '\(name.oneLine(most: 40))' has control characters or line ends in it")
    }
    return secret
  }
}

/// A source that polls: what the plugin's descriptor is made of. Knows no instance.
public struct PollSource: Sendable {
  /// For the User-Agent: `vedette-mastodon/1.0.0`.
  public var agent: String
  public var open: @Sendable (inout Parameters, PollHost) throws(SourceFailure) -> any PolledService

  public init(
    agent: String, open: @escaping @Sendable (inout Parameters, PollHost) throws(SourceFailure) -> any PolledService
  ) {
    self.agent = agent
    self.open = open
  }

  /// The parameters that every poller takes, as members of a JSON Schema's `properties`.
  public static let commonParameters = """
    "certificates":{"type":"string","description":"A PEM file of the authorities to trust instead of the system's."},\
    "timeout":{"type":"integer","minimum":1,"maximum":600,"default":60,"description":"Seconds for one answer."},\
    "answer_mib":{"type":"integer","minimum":1,"maximum":256,"default":16,"description":"The most MiB of one answer."}
    """

  public static func limits(_ parameters: inout Parameters) throws(SourceFailure) -> HTTPLimits {
    var limits = HTTPLimits()
    limits.certificates = try parameters.text("certificates") ?? ""
    limits.totalMilliseconds = Int(try parameters.integer("timeout", 1...600, 60)) * 1000
    limits.bodyBytes = Int(try parameters.integer("answer_mib", 1...256, 16)) << 20
    return limits
  }
}
