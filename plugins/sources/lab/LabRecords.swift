/// A record of the lab, put into the host's sink.

import LabWorld
import PluginSupport

extension RecordSink {
  private func text(_ field: EvidenceField, ifAny value: String?) {
    if let value { text(field, value) }
  }

  private func address(_ field: EvidenceField, of value: LabAddress) {
    if let bytes = AddressBytes(value.bytes[...]) { address(field, bytes) }
  }

  func put(_ observation: LabObservation) {
    switch observation {
    case .persona(let record): put(record)
    case .outreach(let record): put(record)
    case .process(let record): put(record)
    case .connection(let record): put(record)
    case .asset(let record): put(record)
    }
    end()
  }

  private func put(_ p: LabPersona) {
    begin(.persona, at: p.time)
    text(.platform, p.platform)
    text(.accountID, p.accountID)
    text(.handle, p.handle)
    text(.displayName, p.displayName)
    if let created = p.createdAt { time(.createdAt, created) }
    if let changed = p.changedAt { time(.changedAt, changed) }
    text(.bio, ifAny: p.bio)
    text(.employer, ifAny: p.employer)
    text(.title, ifAny: p.title)
    text(.location, ifAny: p.location)
    text(.url, ifAny: p.url)
    for link in p.links { text(.links, link) }
    for language in p.languages { text(.languages, language) }
    if let verified = p.verified { flag(.verified, verified) }
    if let followers = p.followers { unsigned(.followers, followers) }
    if let following = p.following { unsigned(.following, following) }
    if let posts = p.posts { unsigned(.posts, posts) }
    text(.avatarSHA256, ifAny: p.avatarSHA256)
    text(.avatarPHash, ifAny: p.avatarPHash)
  }

  private func put(_ o: LabOutreach) {
    begin(.outreach, at: o.time)
    text(.platform, o.platform)
    text(.kind, o.kind)
    text(.fromAccountID, ifAny: o.from.accountID)
    text(.fromHandle, ifAny: o.from.handle)
    text(.toAccountID, ifAny: o.to.accountID)
    text(.toHandle, ifAny: o.to.handle)
    text(.toEmail, ifAny: o.to.email)
    text(.toEmployee, ifAny: o.to.employee)
    text(.text, ifAny: o.text)
    for link in o.links { text(.links, link) }
    text(.outcome, ifAny: o.outcome)
    text(.reportedBy, ifAny: o.reportedBy)
  }

  private func put(_ p: LabProcess) {
    begin(.process, at: p.time)
    text(.host, p.host)
    unsigned(.pid, p.pid)
    text(.guid, ifAny: p.guid)
    text(.image, p.image)
    text(.commandLine, ifAny: p.commandLine)
    text(.cwd, ifAny: p.cwd)
    text(.user, ifAny: p.user)
    text(.logon, ifAny: p.logon)
    if let pid = p.parentPID { unsigned(.parentPID, pid) }
    text(.parentGUID, ifAny: p.parentGUID)
    text(.parentImage, ifAny: p.parentImage)
    text(.parentCommandLine, ifAny: p.parentCommandLine)
    if let end = p.end { time(.end, end) }
    text(.sha256, ifAny: p.sha256)
    text(.event, p.event)
  }

  private func put(_ c: LabConnection) {
    begin(.connection, at: c.time)
    text(.host, c.host)
    unsigned(.pid, c.pid)
    text(.guid, ifAny: c.guid)
    text(.image, ifAny: c.image)
    text(.proto, c.proto)
    address(.destinationIP, of: c.destination)
    unsigned(.destinationPort, UInt64(c.destinationPort))
    if let source = c.source { address(.sourceIP, of: source) }
    if let port = c.sourcePort { unsigned(.sourcePort, UInt64(port)) }
    if let initiated = c.initiated { flag(.initiated, initiated) }
    text(.destinationName, ifAny: c.destinationName)
  }

  private func put(_ a: LabAsset) {
    begin(.asset, at: a.time)
    text(.host, a.host)
    for ip in a.ips { address(.ips, of: ip) }
    for address in a.macs { mac(.macs, address.bytes) }
    for name in a.names { text(.names, name) }
    text(.owner, ifAny: a.owner)
  }
}
