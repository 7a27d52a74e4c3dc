/// A plugin as JSON: what the describing child prints, and what is shown to programs.

import JSON

extension Plugin {
  /// One object: who the plugin is, what it offers, and all that it declared, in the order in which it did.
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", identity.id)
    w.member("name", identity.name)
    w.member("version", identity.version)
    w.member("vendor", identity.vendor)
    w.member("licence", identity.licence)
    w.member("url", identity.url)
    w.member("summary", identity.summary)
    w.member("config_schema", identity.configSchema)
    w.member("abi", "\(identity.abiMajor).\(identity.abiMinor)")
    w.member("min_minor", identity.minMinor)
    w.member("interfaces", interfaces.map(\.rawValue))
    description.write(to: &w)
    w.endObject()
  }

  /// The same as one text.
  public var json: String {
    var w = JSONWriter()
    write(to: &w)
    return w.text
  }
}

extension PluginDescription {
  fileprivate func write(to w: inout JSONWriter) {
    w.key("records")
    w.beginArray()
    for record in records {
      w.beginObject()
      w.member("id", record.id)
      w.member("name", record.name)
      Self.write(record.fields, to: &w)
      w.endObject()
    }
    w.endArray()
    w.key("anomalies")
    w.beginArray()
    for anomaly in anomalies {
      w.beginObject()
      w.member("id", anomaly.id)
      w.member("name", anomaly.reportedID)
      w.member("severity", anomaly.severity.name)
      w.member("definition", anomaly.definition)
      Self.write(anomaly.fields, to: &w)
      w.endObject()
    }
    w.endArray()
    w.key("flow_fields")
    w.beginArray()
    for field in flowFields {
      w.beginObject()
      w.member("id", field.id)
      w.member("name", field.name)
      w.member("type", field.type.name)
      w.endObject()
    }
    w.endArray()
    w.key("protocols")
    w.beginArray()
    for proto in protocols { proto.write(to: &w) }
    w.endArray()
    if !protocols.isEmpty { w.member("lookahead", lookahead) }
    w.key("sources")
    w.beginArray()
    for source in sources { source.write(to: &w) }
    w.endArray()
  }

  private static func write(_ fields: [FieldDescription], to w: inout JSONWriter) {
    w.key("fields")
    w.beginArray()
    for field in fields {
      w.beginObject()
      w.member("id", field.id)
      w.member("name", field.name)
      w.member("type", field.type.name)
      if field.isList { w.member("list", true) }
      if field.isKey { w.member("key", true) }
      if field.isSensitive { w.member("sensitive", true) }
      if !field.unit.isEmpty { w.member("unit", field.unit) }
      if !field.doc.isEmpty { w.member("doc", field.doc) }
      if !field.ecs.isEmpty { w.member("ecs", field.ecs) }
      w.endObject()
    }
    w.endArray()
  }
}

extension ProtocolDescription {
  fileprivate func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", id)
    w.member("name", name)
    w.member("transports", [overTCP ? "tcp" : nil, overUDP ? "udp" : nil].compactMap { $0 })
    w.member("parents", parents)
    w.key("ports")
    w.beginArray()
    for range in ports {
      w.beginObject()
      w.member("transport", range.transport == 6 ? "tcp" : "udp")
      w.member("first", UInt64(range.range.lowerBound))
      w.member("last", UInt64(range.range.upperBound))
      w.endObject()
    }
    w.endArray()
    w.member("alpn", alpn)
    w.key("patterns")
    w.beginArray()
    for pattern in patterns {
      w.beginObject()
      w.member("direction", pattern.direction == 0 ? "to_server" : "to_client")
      w.member("offset", pattern.offset)
      w.member("bytes", pattern.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      w.endObject()
    }
    w.endArray()
    if let firstSpeaker { w.member("first_speaker", firstSpeaker == 0 ? "client" : "server") }
    w.endObject()
  }
}

extension SourceDescription {
  fileprivate func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("interface", interface.rawValue)
    w.member("modes", [readsFiles ? "file" : nil, polls ? "poller" : nil, streams ? "stream" : nil].compactMap { $0 })
    w.member("parameters_schema", parametersSchema)
    w.key("rate_limits")
    w.beginArray()
    for limit in rateLimits {
      w.beginObject()
      w.member("requests", limit.requests)
      w.member("per_ms", limit.perMilliseconds)
      w.member("doc", limit.doc)
      w.endObject()
    }
    w.endArray()
    w.member("blind_spots", blindSpots)
    w.endObject()
  }
}
