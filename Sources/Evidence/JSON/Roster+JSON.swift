/// A roster as JSON: the form that `roster.put` takes and `roster.get` gives.

import JSON

extension Roster {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.key("organisation")
    w.beginObject()
    w.member("names", organisation.names)
    w.member("domains", organisation.domains)
    w.member("handles", organisation.handles)
    w.member("departments", organisation.departments)
    w.endObject()
    w.array("people", people) { person, w in person.write(to: &w) }
    w.objects("assets", assets) { asset, w in
      w.member("host", asset.host)
      w.list("ips", asset.ips.map(\.description))
      w.list("names", asset.names)
      w.member("owner", asset.owner)
    }
    w.objects("relations", relations) { relation, w in
      w.member("kind", relation.kind.rawValue)
      w.member("name", relation.name)
      w.list("domains", relation.domains)
      w.accounts(relation.accounts)
      w.member("until", relation.until)
      w.member("approved_by", relation.approvedBy)
    }
    w.endObject()
  }
}

extension Person {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", id)
    w.member("name", name)
    w.list("aliases", aliases)
    w.member("title", title)
    w.member("department", department)
    w.list("emails", emails)
    w.accounts(accounts)
    w.list("hosts", hosts)
    w.list("avatar_sha256", pictures.sha256)
    w.list("avatar_phash", pictures.perceptualDigits)
    w.member("sensitivity", sensitivity.rawValue)
    w.member("active", active)
    w.member("start", start)
    w.member("end", end)
    w.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func accounts(_ accounts: [RosterAccount]) {
    guard !accounts.isEmpty else { return }
    objects("accounts", accounts) { account, w in
      w.member("platform", account.platform)
      w.member("account_id", account.accountID)
      w.member("handle", account.handle)
    }
  }
}
