/// The roster as YAML (interfaces, "Roster").

extension LabOrganisation {
  func yaml() -> [UInt8] {
    var text = "organisation:\n"
    func list(_ values: [String]) -> String { "[" + values.map(quoted).joined(separator: ", ") + "]" }
    func date(_ days: Int64) -> String { CivilTime(days * day).date }
    text += "  names: \(list(names))\n  domains: \(list(domains))\n  handles: \(list(handles))\n"
    text += "  departments: \(list(Self.departments))\npeople:\n"
    for person in people {
      text += "  - id: \(person.id)\n    name: \(quoted(person.name.full))\n"
      let latin = "\(person.name.given) \(person.name.family)"
      if latin != person.name.full { text += "    aliases: \(list([latin]))\n" }
      text += "    title: \(quoted(person.title))\n    department: \(quoted(person.department))\n"
      text += "    emails: [\(person.email)]\n    sensitivity: \(person.isSensitive ? "high" : "normal")\n"
      text += "    active: \(person.isActive)\n    start: \(date(person.start))\n"
      if let end = person.end { text += "    end: \(date(end))\n" }
      if let host = person.host { text += "    hosts: [\(host)]\n" }
      if !person.accounts.isEmpty { text += "    accounts:\n" + Self.accounts(person.accounts, indent: "      ") }
    }
    text += "assets:\n"
    for asset in assets {
      text +=
        "  - host: \(asset.host)\n    ips: \(list(asset.addresses.map(\.text)))\n    names: \(list(asset.names))\n"
      if let owner = asset.owner { text += "    owner: \(owner)\n" }
    }
    text += "relations:\n"
    for relation in relations {
      text += "  - kind: \(relation.kind)\n    name: \(quoted(relation.name))\n    domains: [\(relation.domain)]\n"
      if let by = relation.approvedBy { text += "    approved_by: \(by)\n" }
      if let until = relation.until { text += "    until: \(date(until))\n" }
      if !relation.accounts.isEmpty { text += "    accounts:\n" + Self.accounts(relation.accounts, indent: "      ") }
    }
    return Array(text.utf8)
  }

  private static func accounts(_ accounts: [AccountReference], indent: String) -> String {
    accounts.map {
      "\(indent)- {platform: \($0.platform), account_id: \(quoted($0.accountID)), handle: \(quoted($0.handle))}\n"
    }.joined()
  }
}
