/// A plugin as JSON: what the describing child prints, what is kept of it for the next run, and what is shown to programs.

import JSON

extension PluginProfile {
  /// One object: who the plugin is, what it offers, and all that it declared, in the order in which it did.
  func write(to w: inout JSONWriter) {
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
  var json: String {
    var w = JSONWriter()
    write(to: &w)
    return w.text
  }
}

extension Plugin {
  /// One object: who the plugin is, what it offers, and all that it declared, in the order in which it did.
  public func write(to w: inout JSONWriter) { profile.write(to: &w) }

  /// The same as one text.
  public var json: String { profile.json }
}

extension PluginDescription {
  fileprivate func write(to w: inout JSONWriter) {
    w.objects("records", records) { record, w in
      w.member("id", record.id)
      w.member("name", record.name)
      Self.write(record.fields, to: &w)
    }
    w.objects("anomalies", anomalies) { anomaly, w in
      w.member("id", anomaly.id)
      w.member("name", anomaly.reportedID)
      w.member("severity", anomaly.severity.name)
      w.member("definition", anomaly.definition)
      Self.write(anomaly.fields, to: &w)
    }
    w.objects("flow_fields", flowFields) { field, w in
      w.member("id", field.id)
      w.member("name", field.name)
      w.member("type", field.type.name)
    }
    w.array("protocols", protocols) { proto, w in proto.write(to: &w) }
    if !protocols.isEmpty { w.member("lookahead", lookahead) }
    w.array("sources", sources) { source, w in source.write(to: &w) }
  }

  private static func write(_ fields: [FieldDescription], to w: inout JSONWriter) {
    w.objects("fields", fields) { field, w in
      w.member("id", field.id)
      w.member("name", field.name)
      w.member("type", field.type.name)
      if field.isList { w.member("list", true) }
      if field.isKey { w.member("key", true) }
      if field.isSensitive { w.member("sensitive", true) }
      if !field.unit.isEmpty { w.member("unit", field.unit) }
      if !field.doc.isEmpty { w.member("doc", field.doc) }
      if !field.ecs.isEmpty { w.member("ecs", field.ecs) }
    }
  }
}

extension ProtocolDescription {
  fileprivate func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", id)
    w.member("name", name)
    w.member("transports", [overTCP ? "tcp" : nil, overUDP ? "udp" : nil].compactMap { $0 })
    w.member("parents", parents)
    w.objects("ports", ports) { range, w in
      w.member("transport", range.transport == 6 ? "tcp" : "udp")
      w.member("first", UInt64(range.range.lowerBound))
      w.member("last", UInt64(range.range.upperBound))
    }
    w.member("alpn", alpn)
    w.objects("patterns", patterns) { pattern, w in
      w.member("direction", pattern.direction == 0 ? "to_server" : "to_client")
      w.member("offset", pattern.offset)
      w.member("bytes", HexText.encode(pattern.bytes))
    }
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
    w.objects("rate_limits", rateLimits) { limit, w in
      w.member("requests", limit.requests)
      w.member("per_ms", limit.perMilliseconds)
      w.member("doc", limit.doc)
    }
    w.member("blind_spots", blindSpots)
    w.endObject()
  }
}
