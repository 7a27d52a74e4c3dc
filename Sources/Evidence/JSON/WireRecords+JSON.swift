/// The `anomaly` and `transaction` records of interfaces.md.

import JSON

extension AnomalyRecord {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "anomaly")
    w.key("id")
    w.id("anomaly-", digest)
    w.member("time", time)
    w.member("sensor", sensor)
    w.member("capture", capture)
    w.member("anomaly", name.id)
    w.member("layer", name.layer.name)
    w.member("severity", name.severity.name)
    if packet > 0 { w.member("packet", packet) }
    w.member("flow", flow)
    w.member("offset", offset)
    w.member("src_ip", sourceIP)
    w.member("src_port", sourcePort)
    w.member("dest_ip", destinationIP)
    w.member("dest_port", destinationPort)
    w.member("proto", proto?.name)
    if captured { w.member("captured", true) }
    w.member("count", count)
    w.member("first", first)
    w.member("last", last)
    if !detail.isEmpty { w.fields("detail", detail) }
    w.endObject()
  }
}

extension TransactionRecord {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "transaction")
    w.member("id", id)
    w.member("time", time)
    w.member("sensor", sensor)
    w.member("capture", capture)
    w.member("flow", flow)
    w.member("app_proto", appProto)
    w.member("record", record)
    w.fields("fields", fields)
    w.endObject()
  }
}
