/// An observation as a line of evidence (interfaces, "Evidence").

extension LabObservation {
  /// One JSON object, no newline.
  public var line: [UInt8] {
    var json = JSONLine()
    switch self {
    case .persona(let p):
      json.text("type", "persona")
      json.text("time", rfc3339(p.time))
      json.text("platform", p.platform)
      json.text("account_id", p.accountID)
      json.text("handle", p.handle)
      json.text("display_name", p.displayName)
      json.text("created_at", p.createdAt.map(rfc3339))
      json.text("changed_at", p.changedAt.map(rfc3339))
      json.text("bio", p.bio)
      json.text("employer", p.employer)
      json.text("title", p.title)
      json.text("location", p.location)
      json.text("url", p.url)
      json.list("links", p.links)
      json.list("languages", p.languages)
      json.flag("verified", p.verified)
      json.number("followers", p.followers)
      json.number("following", p.following)
      json.number("posts", p.posts)
      json.text("avatar_sha256", p.avatarSHA256)
      json.text("avatar_phash", p.avatarPHash)
    case .outreach(let o):
      json.text("type", "outreach")
      json.text("time", rfc3339(o.time))
      json.text("platform", o.platform)
      json.text("kind", o.kind)
      json.object("from") { $0.party(o.from) }
      json.object("to") { $0.party(o.to) }
      json.text("text", o.text)
      json.list("links", o.links)
      json.text("outcome", o.outcome)
      json.text("reported_by", o.reportedBy)
    case .process(let p):
      json.text("type", "process")
      json.text("time", rfc3339(p.time))
      json.text("host", p.host)
      json.number("pid", p.pid)
      json.text("guid", p.guid)
      json.text("image", p.image)
      json.text("command_line", p.commandLine)
      json.text("cwd", p.cwd)
      json.text("user", p.user)
      json.text("logon", p.logon)
      if p.parentPID != nil || p.parentImage != nil {
        json.object("parent") {
          $0.number("pid", p.parentPID)
          $0.text("guid", p.parentGUID)
          $0.text("image", p.parentImage)
          $0.text("command_line", p.parentCommandLine)
        }
      }
      json.text("end", p.end.map(rfc3339))
      json.text("sha256", p.sha256)
      json.text("event", p.event)
    case .connection(let c):
      json.text("type", "connection")
      json.text("time", rfc3339(c.time))
      json.text("host", c.host)
      json.number("pid", c.pid)
      json.text("guid", c.guid)
      json.text("image", c.image)
      json.text("proto", c.proto)
      json.text("dest_ip", c.destination.text)
      json.number("dest_port", UInt64(c.destinationPort))
      json.text("src_ip", c.source?.text)
      json.number("src_port", c.sourcePort.map { UInt64($0) })
      json.flag("initiated", c.initiated)
      json.text("dest_name", c.destinationName)
    case .asset(let a):
      json.text("type", "asset")
      json.text("time", rfc3339(a.time))
      json.text("host", a.host)
      json.list("ips", a.ips.map(\.text))
      json.list("macs", a.macs.map(\.text))
      json.list("names", a.names)
      json.text("owner", a.owner)
    }
    return json.finished
  }
}

extension JSONLine {
  fileprivate mutating func party(_ party: LabParty) {
    text("account_id", party.accountID)
    text("handle", party.handle)
    text("email", party.email)
    text("employee", party.employee)
  }
}

/// Lines with a newline after each.
func lines(_ observations: [LabObservation]) -> [UInt8] {
  var out: [UInt8] = []
  for observation in observations {
    out.append(contentsOf: observation.line)
    out.append(0x0a)
  }
  return out
}
