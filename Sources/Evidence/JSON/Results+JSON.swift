/// The `signal` and `case` records of interfaces.md.

import JSON

extension Entity {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("kind", kind)
    switch self {
    case .persona(let account, let handle, let name):
      w.member("platform", account.platform)
      w.member("account_id", account.accountID)
      w.member("handle", handle)
      w.member("display_name", name)
    case .process(let p): p.writeMembers(to: &w)
    case .flow(let id, let communityID):
      w.member("id", id.description)
      w.member("community_id", communityID)
    case .host(let name): w.member("host", name)
    case .hostPair(let first, let second):
      w.member("first_ip", first)
      w.member("second_ip", second)
    case .employee(let id, let name):
      w.member("id", id)
      w.member("name", name)
    case .campaign(let id): w.member("id", id)
    }
    w.endObject()
  }
}

extension ProcessEntity {
  func writeMembers(to w: inout JSONWriter) {
    w.member("host", host)
    w.member("pid", pid)
    w.member("guid", guid)
    w.member("image", image)
    w.member("command_line", commandLine)
    w.member("user", user)
  }
}

extension Signal {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "signal")
    w.member("id", id)
    w.member("time", time)
    w.member("analytic", analytic)
    w.score("score", score)
    w.key("entity")
    entity.write(to: &w)
    w.member("reason", reason)
    w.list("evidence", evidence)
    w.list("attack", attack)
    if !parts.isEmpty {
      w.key("parts")
      w.beginObject()
      for part in parts { w.score(part.name, part.weight) }
      w.endObject()
    }
    if !related.isEmpty {
      w.array("related", related) { entity, w in entity.write(to: &w) }
    }
    if let suppression {
      w.key("suppressed")
      suppression.writeMark(to: &w)
    }
    w.endObject()
  }
}

extension Case {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("type", "case")
    w.member("id", id)
    w.member("time", time)
    w.member("end", end)
    w.member("severity", severity.name)
    w.score("score", score)
    w.member("status", status.rawValue)
    w.member("assignee", assignee)
    if let closure {
      w.key("closure")
      closure.write(to: &w)
    }
    w.member("title", title)
    w.key("entities")
    entities.write(to: &w)
    w.member("signals", signals)
    w.objects("links", links) { link, w in
      w.key("from")
      link.from.write(to: &w)
      w.key("to")
      link.to.write(to: &w)
      w.member("reason", link.reason)
      w.score("confidence", link.confidence)
    }
    w.array("gaps", gaps) { gap, w in gap.write(to: &w) }
    w.member("attack", attack)
    w.objects("timeline", timeline) { entry, w in
      w.member("time", entry.time)
      w.member("stream", entry.stream)
      w.member("text", entry.text)
      w.list("evidence", entry.evidence)
    }
    w.endObject()
  }
}

extension CaseEntities {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.objects("personas", personas) { p, w in
      w.member("platform", p.account.platform)
      w.member("account_id", p.account.accountID)
      w.member("handle", p.handle)
      w.member("display_name", p.displayName)
    }
    w.objects("employees", employees) { e, w in
      w.member("id", e.id)
      w.member("name", e.name)
    }
    w.objects("hosts", hosts) { h, w in
      w.member("host", h.host)
      w.list("ips", h.ips.map(\.description))
    }
    w.objects("processes", processes) { p, w in
      p.writeMembers(to: &w)
    }
    w.objects("flows", flows) { f, w in
      w.member("id", f.id)
      w.member("community_id", f.communityID)
      w.member("start", f.start)
      w.member("src_ip", f.sourceIP)
      w.member("src_port", f.sourcePort)
      w.member("dest_ip", f.destinationIP)
      w.member("dest_port", f.destinationPort)
      w.member("proto", f.proto.name)
      w.member("app_proto", f.appProto)
      w.member("server_name", f.serverName)
    }
    w.member("indicators", indicators)
    w.endObject()
  }
}

extension VisibilityGap {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("kind", kind)
    w.member("subject", subject)
    w.member("reason", reason)
    w.member("from", from)
    w.member("to", to)
    w.endObject()
  }
}
