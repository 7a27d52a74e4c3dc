/// Observations as JSON: as they are stored and shown, and the canonical form that names those without an id.

import JSON

extension Observation {
  /// Writes the observation as one object; `identified` adds what the house knows of it (`id` and `source`).
  public func write(to w: inout JSONWriter, identified: Bool = true) {
    w.beginObject()
    w.member("type", kind.rawValue)
    if identified {
      if !head.id.isEmpty { w.member("id", head.id) }
      if !head.source.isEmpty { w.member("source", head.source) }
    }
    w.member("time", head.time)
    switch self {
    case .persona(let o): o.writeMembers(to: &w)
    case .personaChange(let o): o.writeMembers(to: &w)
    case .outreach(let o): o.writeMembers(to: &w)
    case .process(let o): o.writeMembers(to: &w)
    case .connection(let o): o.writeMembers(to: &w)
    case .asset(let o): o.writeMembers(to: &w)
    }
    if !head.extra.isEmpty {
      w.key("extra")
      w.raw(head.extra)
    }
    w.endObject()
  }

  /// The SHA-256 of this observation in canonical JSON (RFC 8785) without `id` and `source`: the id of an observation
  /// whose source gave none.
  public func canonicalID(using reader: JSONReader = JSONReader()) -> String {
    var w = JSONWriter()
    write(to: &w, identified: false)
    let canonical = w.withBytes { bytes -> [UInt8]? in
      guard let node = try? reader.parse(bytes) else { return nil }
      return try? CanonicalJSON.bytes(of: node)
    }
    // A record that has no canonical form (repeated names in `extra`) is named by its own bytes.
    return SHA256.hex(canonical ?? w.bytes)
  }
}

extension PersonaObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("platform", platform)
    w.member("account_id", accountID)
    w.member("handle", handle)
    w.member("display_name", displayName)
    w.member("created_at", createdAt)
    w.member("changed_at", changedAt)
    w.member("bio", bio)
    w.member("employer", employer)
    w.member("title", title)
    w.member("location", location)
    w.member("url", url)
    w.list("links", links)
    w.list("languages", languages)
    w.member("verified", verified)
    w.member("followers", followers)
    w.member("following", following)
    w.member("posts", posts)
    w.member("avatar_sha256", avatarSHA256)
    w.member("avatar_phash", avatarPHash.map(hexDigits))
  }
}

extension PersonaChangeObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("platform", platform)
    w.member("account_id", accountID)
    w.member("field", field)
    w.member("from", from)
    w.member("to", to)
  }
}

extension OutreachObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("platform", platform)
    w.member("kind", kind.rawValue)
    w.key("from")
    from.write(to: &w)
    w.key("to")
    to.write(to: &w)
    w.member("text", text)
    w.list("links", links)
    w.member("outcome", outcome?.rawValue)
    w.member("reported_by", reportedBy)
  }
}

extension Party {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("account_id", accountID)
    w.member("handle", handle)
    w.member("email", email)
    w.member("employee", employee)
    w.endObject()
  }
}

extension ProcessObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("host", host)
    w.member("pid", pid)
    w.member("guid", guid)
    w.member("image", image)
    w.member("command_line", commandLine)
    w.member("cwd", cwd)
    w.member("user", user)
    w.member("logon", logon)
    if let parent {
      w.key("parent")
      w.beginObject()
      w.member("pid", parent.pid)
      w.member("guid", parent.guid)
      w.member("image", parent.image)
      w.member("command_line", parent.commandLine)
      w.endObject()
    }
    w.member("end", end)
    w.member("sha256", sha256)
    w.member("signer", signer)
    w.member("event", event?.rawValue)
  }
}

extension ConnectionObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("host", host)
    w.member("pid", pid)
    w.member("guid", guid)
    w.member("image", image)
    w.member("proto", proto.name)
    w.member("dest_ip", destinationIP)
    w.member("dest_port", destinationPort)
    w.member("src_ip", sourceIP)
    w.member("src_port", sourcePort)
    w.member("initiated", initiated)
    w.member("dest_name", destinationName)
  }
}

extension AssetObservation {
  func writeMembers(to w: inout JSONWriter) {
    w.member("host", host)
    w.list("ips", ips.map(\.description))
    w.list("macs", macs.map(\.description))
    w.list("names", names)
    w.member("owner", owner)
    w.member("since", since)
    w.member("until", until)
  }
}
