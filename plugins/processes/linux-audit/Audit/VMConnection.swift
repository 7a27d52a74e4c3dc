/// Azure's VMConnection: what the dependency agent saw of a machine's connections, minute by minute.

import HostEvents
import JSON
import PluginSupport

enum VMConnection {
  static func isOne(_ node: JSONNode) -> Bool { node["Type"]?.isString("VMConnection") ?? false }

  /// There is no process id: the agent's own name of the process (`p-…`) stands for the GUID. The time is that of the
  /// minute's record, not that of the connection.
  static func read(_ node: JSONNode) -> EventOutcome {
    guard let host = node["Computer"]?.string, !host.isEmpty else {
      return .refused("VMConnection: Computer is missing")
    }
    guard let guid = node["Process"]?.string, !guid.isEmpty else { return .refused("VMConnection: Process is missing") }
    guard let time = node["TimeGenerated"]?.string.flatMap({ EventTime($0) }) else {
      return .refused("VMConnection: TimeGenerated is missing or no time")
    }
    guard let destination = node["DestinationIp"]?.string.flatMap({ AddressBytes($0) }) else {
      return .refused("VMConnection: DestinationIp is missing or no address")
    }
    guard let port = port(node["DestinationPort"]) else {
      return .refused("VMConnection: DestinationPort is missing or no port")
    }
    guard let proto = node["Protocol"]?.string else { return .refused("VMConnection: Protocol is missing") }
    var connection = ConnectionRecord(
      time: time.nanoseconds, host: host, proto: protocolName(proto), destination: destination, port: port)
    connection.guid = guid
    connection.image = node["ProcessName"]?.string
    connection.source = node["SourceIp"]?.string.flatMap { AddressBytes($0) }
    switch node["Direction"]?.string?.lowercased() {
    case "outbound": connection.initiated = true
    case "inbound": connection.initiated = false
    default: break
    }
    connection.destinationName = (node["RemoteDnsCanonicalNames"] ?? node["RemoteDnsQuestions"])?.string
    connection.extra.append(ExtraMember("clock", .string("TimeGenerated, one record a minute")))
    for name in ["ConnectionId", "BytesSent", "BytesReceived", "LinksEstablished", "LinksTerminated", "LinksLive"] {
      if let value = node[name], !value.isNull { connection.extra.append(ExtraMember(name, JSONValue(value))) }
    }
    return .record(.connection(connection))
  }

  private static func port(_ node: JSONNode?) -> UInt16? {
    guard let node else { return nil }
    return (node.uint64 ?? node.string.flatMap { Digits.number($0) }).flatMap { UInt16(exactly: $0) }
  }
}
