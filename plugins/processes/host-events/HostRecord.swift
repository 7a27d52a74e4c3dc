/// What a host's log tells, before it goes into the sink: values that a test can look at.

import JSON
import PluginSupport

/// A process or a connection.
public enum HostRecord: Equatable, Sendable {
  case process(ProcessRecord)
  case connection(ConnectionRecord)
}

/// A process that started, ended or was seen. `pid` or `guid` is set.
public struct ProcessRecord: Equatable, Sendable {
  /// Nanoseconds since 1970 UTC.
  public var time: Int64
  public var host: String
  public var image: String
  public var pid: UInt64?
  public var guid: String?
  public var commandLine: String?
  public var cwd: String?
  public var user: String?
  public var logon: String?
  public var parentPID: UInt64?
  public var parentGUID: String?
  public var parentImage: String?
  public var parentCommandLine: String?
  public var end: Int64?
  public var sha256: String?
  public var signer: String?
  /// `start`, `end` or `snapshot`.
  public var event: String
  /// What has no field here, in order.
  public var extra: [ExtraMember] = []

  public init(time: Int64, host: String, image: String, event: String) {
    self.time = time
    self.host = host
    self.image = image
    self.event = event
  }
}

/// A connection with its ends as the host logged them. `pid` or `guid` is set.
public struct ConnectionRecord: Equatable, Sendable {
  /// Nanoseconds since 1970 UTC.
  public var time: Int64
  public var host: String
  public var pid: UInt64?
  public var guid: String?
  public var image: String?
  /// `tcp`, `udp`, …
  public var proto: String
  public var destination: AddressBytes
  public var destinationPort: UInt16
  /// Nil where the log does not tell.
  public var source: AddressBytes?
  public var sourcePort: UInt16?
  /// The process opened it, or accepted it.
  public var initiated: Bool?
  public var destinationName: String?
  public var extra: [ExtraMember] = []

  public init(time: Int64, host: String, proto: String, destination: AddressBytes, port: UInt16) {
    self.time = time
    self.host = host
    self.proto = proto
    self.destination = destination
    destinationPort = port
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
  /// Adds text that is there.
  public mutating func keep(_ name: String, _ value: String?) {
    if let value { append(ExtraMember(name, .string(value))) }
  }

  var json: String {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    for member in self { writer.member(member.name, member.value) }
    writer.endObject()
    return writer.text
  }
}

extension RecordSink {
  /// Emits a whole record.
  public func put(_ record: HostRecord) {
    switch record {
    case .process(let process): put(process)
    case .connection(let connection): put(connection)
    }
  }

  private func text(_ field: EvidenceField, ifAny value: String?) {
    if let value { text(field, value) }
  }

  private func put(_ process: ProcessRecord) {
    begin(.process, at: process.time)
    text(.host, process.host)
    if let pid = process.pid { unsigned(.pid, pid) }
    text(.guid, ifAny: process.guid)
    text(.image, process.image)
    text(.commandLine, ifAny: process.commandLine)
    text(.cwd, ifAny: process.cwd)
    text(.user, ifAny: process.user)
    text(.logon, ifAny: process.logon)
    if let pid = process.parentPID { unsigned(.parentPID, pid) }
    text(.parentGUID, ifAny: process.parentGUID)
    text(.parentImage, ifAny: process.parentImage)
    text(.parentCommandLine, ifAny: process.parentCommandLine)
    if let end = process.end { time(.end, end) }
    text(.sha256, ifAny: process.sha256)
    text(.signer, ifAny: process.signer)
    text(.event, process.event)
    if !process.extra.isEmpty { text(.extra, process.extra.json) }
    end()
  }

  private func put(_ connection: ConnectionRecord) {
    begin(.connection, at: connection.time)
    text(.host, connection.host)
    if let pid = connection.pid { unsigned(.pid, pid) }
    text(.guid, ifAny: connection.guid)
    text(.image, ifAny: connection.image)
    text(.proto, connection.proto)
    address(.destinationIP, connection.destination)
    unsigned(.destinationPort, UInt64(connection.destinationPort))
    if let source = connection.source { address(.sourceIP, source) }
    if let port = connection.sourcePort { unsigned(.sourcePort, UInt64(port)) }
    if let initiated = connection.initiated { flag(.initiated, initiated) }
    text(.destinationName, ifAny: connection.destinationName)
    if !connection.extra.isEmpty { text(.extra, connection.extra.json) }
    end()
  }
}
