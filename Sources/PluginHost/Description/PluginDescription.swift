/// What a plugin says of itself: the typed copy of its descriptor and of its description.

import Catalog

/// Who made the plugin, and with which ABI.
public struct PluginIdentity: Sendable, Hashable {
  /// Reverse DNS: `org.vedette.dissector.dns`.
  public var id: String
  /// Short name: `dns`; of a source, the prefix by which a person asks for it.
  public var name: String
  public var version: String
  public var vendor: String
  public var licence: String
  public var url: String
  public var summary: String
  /// JSON Schema of the configuration; empty where nothing can be configured.
  public var configSchema: String
  public var abiMajor: UInt32
  public var abiMinor: UInt32
  public var minMinor: UInt32
}

/// The interfaces that this host knows.
public enum PluginInterface: String, Sendable, CaseIterable {
  case dissector = "dissector/1"
  case personaSource = "persona-source/1"
  case processSource = "process-source/1"
  case reconfigure = "reconfigure/1"
  case metrics = "metrics/1"
  case state = "state/1"
  case selftest = "selftest/1"
}

/// Type of a field; raw values are the ABI's `VDT_TYPE_*`.
public enum FieldType: UInt8, Sendable, CaseIterable {
  case u64 = 1
  case i64, f64, flag, text, bytes, ip, mac, time

  public var name: String {
    switch self {
    case .u64: "u64"
    case .i64: "i64"
    case .f64: "f64"
    case .flag: "flag"
    case .text: "text"
    case .bytes: "bytes"
    case .ip: "ip"
    case .mac: "mac"
    case .time: "time"
    }
  }
}

public struct FieldDescription: Sendable, Hashable {
  public var id: UInt32
  public var name: String
  public var type: FieldType
  public var isKey: Bool
  public var isSensitive: Bool
  public var isList: Bool
  public var unit: String
  public var doc: String
  /// Name in the Elastic Common Schema, or empty.
  public var ecs: String
}

public struct RecordDescription: Sendable, Hashable {
  public var id: UInt32
  public var name: String
  public var fields: [FieldDescription] = []
}

public struct AnomalyDescription: Sendable, Hashable {
  public var id: UInt32
  /// The id in records: of the catalog, or `<plugin id>.<name>`.
  public var reportedID: String
  /// Where the catalog of this host has it; its severity and definition count then.
  public var kind: AnomalyKind?
  public var severity: Severity
  public var definition: String
  public var fields: [FieldDescription] = []
}

public struct FlowFieldDescription: Sendable, Hashable {
  public var id: UInt32
  public var name: String
  public var type: FieldType
}

public struct ProtocolDescription: Sendable, Hashable {
  public struct Ports: Sendable, Hashable {
    /// IP protocol number: 6 or 17.
    public var transport: UInt8
    public var range: ClosedRange<UInt16>
  }
  public struct Pattern: Sendable, Hashable {
    /// 0 to the server, 1 to the client.
    public var direction: UInt8
    public var offset: Int
    public var bytes: [UInt8]
  }

  public var id: UInt32
  /// The app_proto name.
  public var name: String
  public var overTCP: Bool
  public var overUDP: Bool
  public var parents: [String] = []
  public var ports: [Ports] = []
  public var alpn: [String] = []
  public var patterns: [Pattern] = []
  /// 0: the client speaks first; 1: the server; nil: either may.
  public var firstSpeaker: UInt8?
}

public struct SourceDescription: Sendable, Hashable {
  public struct RateLimit: Sendable, Hashable {
    public var requests: UInt64
    public var perMilliseconds: UInt64
    public var doc: String
  }
  public var interface: PluginInterface
  public var readsFiles = false
  public var polls = false
  public var streams = false
  /// JSON Schema of the parameters, or empty.
  public var parametersSchema = ""
  public var rateLimits: [RateLimit] = []
  /// What of the platform it cannot see.
  public var blindSpots: [String] = []
}

/// All that a plugin declared, in the order in which it did.
public struct PluginDescription: Sendable, Hashable {
  public var records: [RecordDescription] = []
  public var anomalies: [AnomalyDescription] = []
  public var flowFields: [FlowFieldDescription] = []
  public var protocols: [ProtocolDescription] = []
  /// Bytes that need-more may ask to keep; 128 KiB unless the plugin said otherwise.
  public var lookahead: Int = 128 * 1024
  public var sources: [SourceDescription] = []
}
