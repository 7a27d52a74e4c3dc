/// People from a directory's export (LDIF): inetOrgPerson (RFC 2798) and the users of Active Directory.

import Pictures

enum RosterDirectory {
  /// Object classes of people. Without any class an entry with a surname or an address is taken for one.
  private static let ofPeople: Set<String> = [
    "person", "organizationalperson", "inetorgperson", "user", "gosamailaccount",
  ]
  /// Classes that have those of people among their own and are none.
  private static let ofOthers = [
    "computer", "group", "groupofnames", "organizationalunit", "contact", "domain", "container",
    "msds-groupmanagedserviceaccount", "msds-managedserviceaccount", "foreignsecurityprincipal",
  ]

  static func read(_ text: String) throws(RosterError) -> RosterReading {
    var collector = PersonCollector(.ldif)
    var count = 0
    for record in LDIFRecords(text) {
      count += 1
      for problem in record.problems { collector.note(problem.line, problem.text) }
      take(record, into: &collector)
    }
    guard count > 0 else { throw RosterError(line: 0, text: "no LDIF entry: expected dn: and attributes") }
    return collector.finished()
  }

  private static func take(_ record: LDIFRecord, into collector: inout PersonCollector) {
    guard !record.dn.isEmpty else { return collector.note(record.line, "an entry without a dn") }
    switch record.changeType {
    case nil, "add": break
    case "delete", "modify", "modrdn", "moddn":
      return collector.note(
        record.line, "changetype \(record.changeType ?? ""): changes are not followed; export the entries themselves")
    case let other?: return collector.note(record.line, "changetype '\(other.prefix(40))' is not known")
    }
    let classes = Set(record.all("objectclass").map { $0.lowercased() })
    if let other = ofOthers.first(where: classes.contains) { return collector.skip(other) }
    let isPerson =
      classes.isEmpty
      ? record.first("sn", "mail", "givenname") != nil : !classes.isDisjoint(with: ofPeople)
    guard isPerson else { return collector.skip(classes.sorted().first ?? "entry without attributes of a person") }
    person(record, into: &collector)
  }

  private static func person(_ record: LDIFRecord, into collector: inout PersonCollector) {
    let id = record.first("employeenumber", "employeeid", "uid", "samaccountname", "userprincipalname")
    let given = record.first("givenname")
    let surname = record.first("sn")
    let composed = [given, surname].compactMap { $0 }.joined(separator: " ")
    let name = record.first("displayname", "cn") ?? composed
    var person = Person(id: id ?? record.first("mail") ?? record.dn, name: name)
    person.aliases = record.all("cn") + (composed.isEmpty ? [] : [composed]) + record.all("nickname")
    person.title = record.first("title", "personaltitle")
    person.department = record.first("department", "departmentnumber", "ou")
    person.emails = record.all("mail", "othermailbox", "mailalternateaddress", "rfc822mailbox")
    // SMTP: is the primary one, smtp: the others, x500: and the like are no addresses.
    for address in record.all("proxyaddresses") where address.lowercased().hasPrefix("smtp:") {
      person.emails.append(String(address.dropFirst(5)))
    }
    var says: RosterReading.Given = []
    if let word = record.first("useraccountcontrol"), let bits = UInt32(word) {
      // ADS_UF_ACCOUNTDISABLE.
      person.active = bits & 2 == 0
      says.insert(.active)
    } else if let word = record.first("nsaccountlock", "employeestatus"), let flag = RosterWords.active(word) {
      person.active = record.first("nsaccountlock") != nil ? !flag : flag
      says.insert(.active)
    }
    if let word = record.first("accountexpires"), let end = fileTime(word) { person.end = end }
    for (names, isStart) in [
      (["employeehiredate", "hiredate", "startdate"], true), (["employeeleavedatetime", "enddate"], false),
    ] {
      guard let word = names.lazy.compactMap({ record.first($0) }).first else { continue }
      guard let time = RosterWords.time(word) else {
        collector.note(record.line, "'\(word.prefix(40))' is no date")
        continue
      }
      if isStart { person.start = time } else { person.end = time }
    }
    for link in record.all("labeleduri", "url", "wwwhomepage") {
      // `labeledURI` has its label behind the address (RFC 2079).
      let address = String(link.prefix { $0 != " " })
      let host = address.firstRange(of: "://").map { address[$0.upperBound...].prefix { $0 != "/" }.lowercased() } ?? ""
      if let platform = RosterWords.platforms.first(where: { host == "\($0).com" || host.hasSuffix(".\($0).com") }),
        let account = RosterWords.account(platform: RosterWords.platform(platform), address)
      {
        person.accounts.append(account)
      }
    }
    for (line, bytes) in record.pictures {
      collector.picture(of: &person, line: line) { () throws(PictureProblem) in try PictureHashes(bytes) }
    }
    collector.add(person, says, line: record.line)
  }

  /// Active Directory's accountExpires: 100 ns since 1601; 0 and the largest number mean never.
  private static func fileTime(_ text: String) -> Timestamp? {
    guard let ticks = Int64(text), ticks > 0, ticks != .max else { return nil }
    // 11,644,473,600 seconds lie between 1601 and 1970.
    let seconds = ticks / 10_000_000 - 11_644_473_600
    return seconds < 9_000_000_000 ? Timestamp(seconds: seconds) : nil
  }
}
