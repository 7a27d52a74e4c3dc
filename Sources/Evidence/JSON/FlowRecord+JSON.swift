/// The `flow` record of interfaces.md.

import JSON

extension FlowRecord {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "flow")
    w.member("id", id)
    w.member("time", start)
    w.member("sensor", sensor)
    w.member("capture", capture)
    w.member("start", start)
    w.member("end", end)
    w.member("src_ip", sourceIP)
    w.member("src_port", sourcePort)
    w.member("dest_ip", destinationIP)
    w.member("dest_port", destinationPort)
    w.member("proto", proto.name)
    if !vlan.isEmpty {
      w.key("vlan")
      w.beginArray()
      for id in vlan { w.int(id) }
      w.endArray()
    }
    w.key("community_id")
    w.string(atMost: CommunityID.length) {
      endpoints.write(into: $0)
      return CommunityID.length
    }
    w.member("app_proto", appProto)
    w.list("app_protos", appProtos)
    w.member("app_proto_by", appProtoBy?.name)
    w.key("to_server")
    toServer.write(to: &w)
    w.key("to_client")
    toClient.write(to: &w)
    if let tcp {
      w.key("tcp")
      w.beginObject()
      w.member("state", tcp.state)
      w.member("conn_state", tcp.connState)
      w.member("history", tcp.history)
      w.member("flags_to_server", tcp.flagsToServer)
      w.member("flags_to_client", tcp.flagsToClient)
      w.member("midstream", tcp.midstream)
      w.member("lossy", tcp.lossy)
      w.endObject()
    }
    if !icmpErrors.isEmpty {
      w.key("icmp_errors")
      w.beginArray()
      for error in icmpErrors { error.write(to: &w) }
      w.endArray()
    }
    w.member("reason", reason.name)
    w.member("server_name", serverName)
    w.member("ja3", ja3)
    w.member("ja3s", ja3s)
    w.member("ja4", ja4)
    w.member("hassh", hassh)
    w.member("hassh_server", hasshServer)
    w.member("host", host)
    if !processes.isEmpty {
      w.key("process")
      w.beginArray()
      for process in processes { process.write(to: &w) }
      w.endArray()
    }
    w.endObject()
  }
}

extension FlowSide {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("packets", packets)
    w.member("bytes", bytes)
    w.member("ip_bytes", ipBytes)
    w.member("payload", payload)
    w.member("missed", missed)
    w.endObject()
  }
}

extension ICMPError {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("src_ip", from)
    w.member("type", type)
    w.member("code", code)
    w.member("count", count)
    w.member("first", first)
    w.member("last", last)
    w.endObject()
  }
}

extension FlowProcess {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("host", host)
    w.member("role", role.name)
    w.member("pid", pid)
    w.member("guid", guid)
    w.member("image", image)
    w.member("command_line", commandLine)
    w.member("user", user)
    w.score("confidence", confidence)
    w.list("evidence", evidence)
    w.endObject()
  }
}
