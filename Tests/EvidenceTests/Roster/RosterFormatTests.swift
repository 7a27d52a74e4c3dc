/// People are read from what directories, personnel systems and address books export.

import Evidence
import Testing

private func read(_ text: String, _ name: String = "") throws -> RosterReading {
  try Roster.read(text, format: nil, name: name)
}

@Suite("Rosters in other formats")
struct RosterFormatTests {
  @Test("A personnel system's table: names in two columns, a status, dates, accounts")
  func table() throws {
    let reading = try read(
      """
      Employee ID;First Name;Last Name;E-Mail;Job Title;Department;Status;Start Date;LinkedIn;Cost Centre
      7;Jane;Doe;Jane.Doe@example.org;Clerk;Sales;Active;01.09.2026;https://www.linkedin.com/in/jane-doe/;K1
      8;Ann;"Lee; Jr";ann@example.org;;;Terminated;2020-01-01;;
      9;;;;;;;;;
      10;Bob;Ray;bob@example.org;;;perhaps;1/2/2026;;
      """)
    #expect(reading.format == .csv)
    #expect(reading.roster.people.map(\.id) == ["7", "8", "10"])
    let jane = reading.roster.people[0]
    #expect(jane.name == "Jane Doe")
    #expect(jane.emails == ["jane.doe@example.org"])
    #expect(jane.department == "Sales")
    #expect(jane.start == Timestamp(rfc3339: "2026-09-01"))
    #expect(jane.accounts == [RosterAccount(platform: "linkedin", handle: "jane-doe")])
    #expect(reading.roster.people[1].name == "Ann Lee; Jr")
    #expect(!reading.roster.people[1].active)
    #expect(reading.given["8"] == .active)
    #expect(reading.problems.map(\.line) == [1, 4, 5, 5])
  }

  @Test("A table without a column for names is refused, an empty one too")
  func noTable() {
    #expect(throws: RosterError.self) { try Roster.read("a,b\n1,2\n", format: .csv) }
    #expect(throws: RosterError.self) { try Roster.read("", format: .csv) }
  }

  @Test("A vCard: folded lines, escapes, groups, structured names, units, profiles")
  func card() throws {
    let reading = try read(
      """
      BEGIN:VCARD
      VERSION:4.0
      UID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6
      FN:Dr. Jane Q. Doe
      N:Doe;Jane;Q.;Dr.;
      NICKNAME:Janie\\, J,JD
      item1.EMAIL;TYPE=work;PREF=1:jane.doe@exa
       mple.org
      TITLE:Head of Talent\\; EMEA
      ORG:Northwind;Human Resources;Talent
      SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://social.example/@jane
      URL:https://www.linkedin.com/in/jane-doe
      X-CUSTOM;X="a:b;c":ignored
      END:VCARD
      BEGIN:VCARD
      VERSION:3.0
      KIND:org
      FN:Northwind
      END:VCARD
      BEGIN:VCARD
      VERSION:2.1
      N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=
      ller;J=C3=B6rg
      EMAIL;INTERNET:joerg@example.org
      END:VCARD
      """)
    #expect(reading.format == .vcard)
    #expect(reading.problems.isEmpty)
    #expect(reading.skipped == ["org": 1])
    let jane = reading.roster.people[0]
    #expect(jane.id == "jane.doe@example.org")
    #expect(jane.name == "Dr. Jane Q. Doe")
    #expect(jane.aliases == ["Janie, J", "JD", "Jane Q. Doe"])
    #expect(jane.title == "Head of Talent; EMEA")
    #expect(jane.department == "Talent")
    #expect(jane.accounts.contains(RosterAccount(platform: "mastodon", handle: "jane@social.example")))
    #expect(jane.accounts.contains(RosterAccount(platform: "linkedin", handle: "jane-doe")))
    #expect(reading.roster.people[1].name == "Jörg Müller")
  }

  @Test("A card that is not closed, or has neither name nor id, is told of with its line")
  func brokenCards() throws {
    let reading = try read(
      "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEMAIL:b@example.org\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n")
    #expect(reading.roster.people.map(\.name) == ["B"])
    #expect(reading.problems.map(\.line) == [1, 7])
  }

  @Test("A directory's export: base64, continued lines, comments, options, Active Directory's flags")
  func directory() throws {
    // printf 'Jörg Müller' | base64; 134274240000000000 is 2026-07-02T00:00:00Z: (1782950400 + 11644473600) × 10⁷.
    let reading = try read(
      """
      version: 1
      # people
      dn: cn=Jane Doe,ou=Sales,dc=example,dc=org
      objectClass: top
      objectClass: inetOrgPerson
      employeeNumber: 7
      cn: Jane Doe
      cn;lang-fr: Jeanne Doe
      sn: Doe
      givenName: Jane
      mail: jane.doe@exam
       ple.org
      title: Clerk
      departmentNumber: Sales

      dn:: Y249SsO2cmc=
      objectClass: user
      sAMAccountName: jmueller
      displayName:: SsO2cmcgTcO8bGxlcg==
      userAccountControl: 514
      accountExpires: 134274240000000000
      proxyAddresses: SMTP:Joerg@example.org
      proxyAddresses: x500:/o=org
      jpegPhoto:: /9j/4A==
      thumbnailPhoto:< file:///x.jpg

      dn: cn=PC1
      objectClass: user
      objectClass: computer

      dn: cn=gone
      changetype: delete
      """)
    #expect(reading.format == .ldif)
    #expect(reading.roster.people.map(\.id) == ["7", "jmueller"])
    let jane = reading.roster.people[0]
    #expect(jane.emails == ["jane.doe@example.org"])
    #expect(jane.aliases == ["Jeanne Doe"])
    #expect(jane.department == "Sales")
    let joerg = reading.roster.people[1]
    #expect(joerg.name == "Jörg Müller")
    #expect(joerg.emails == ["joerg@example.org"])
    #expect(!joerg.active)
    #expect(joerg.end == Timestamp(rfc3339: "2026-07-02"))
    #expect(reading.skipped == ["computer": 1])
    // The picture is the first four bytes of one.
    #expect(reading.problems.map(\.line) == [25, 31, 24])
  }

  @Test("Broken base64 and lines without a colon cost themselves only")
  func brokenDirectory() throws {
    let reading = try read("dn: cn=a\nsn: A\ncn: A\nmail: a@example.org\ntitle:: %%%\nnonsense\n\nsn: B\n")
    #expect(reading.roster.people.map(\.name) == ["A"])
    #expect(reading.problems.map(\.line) == [5, 6, 8])
  }

  @Test("A SCIM list: enterprise extension, primary address first, groups left out, missing pages told")
  func users() throws {
    let reading = try read(
      #"""
      {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":9,"Resources":[
       {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id":"2819c223","externalId":"701984","userName":"bjensen@example.org","active":false,
        "name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane"},
        "displayName":"Babs Jensen","title":"Tour Guide",
        "emails":[{"value":"babs@jensen.org","type":"home"},{"value":"bjensen@example.org","primary":true}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"Tour Operations",
         "manager":{"displayName":"John Smith"}}},
       {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Tour Guides"},
       {"userName":""},5]}
      """#)
    #expect(reading.format == .scim)
    #expect(reading.roster.people.count == 1)
    let person = reading.roster.people[0]
    #expect(person.id == "701984")
    #expect(person.name == "Babs Jensen")
    #expect(person.aliases == ["Ms. Barbara J Jensen, III", "Barbara Jane Jensen"])
    #expect(person.emails == ["bjensen@example.org", "babs@jensen.org"])
    #expect(person.department == "Tour Operations")
    #expect(!person.active)
    #expect(reading.skipped == ["group": 1])
    #expect(reading.problems.count == 3)
  }

  @Test(
    "The format is found from the text, and from the name where the text is silent",
    arguments: [
      ("people: []", "x.csv.yaml", RosterFormat.yaml), ("{\"people\":[]}", "", .yaml), ("name,email\n", "", .csv),
      ("who\n", "people.csv", .csv), ("\u{feff}BEGIN:VCARD\n", "", .vcard), ("# c\nversion: 1\n", "", .ldif),
      ("dn: cn=a\n", "", .ldif), (#"[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}]"#, "", .scim),
      ("", "a.vcf", .vcard), ("", "", .yaml),
    ])
  func sniffing(_ text: String, _ name: String, _ format: RosterFormat) {
    #expect(RosterFormat(sniffing: text, name: name) == format)
  }

  @Test("Deep nesting, huge lines and broken encodings are refused or read over, never fatal")
  func hostile() {
    let long = String(repeating: "x", count: 1_000_000)
    for text in [
      String(repeating: "[", count: 100_000), "BEGIN:VCARD\nFN:\(long)\n \(long)\nEND:VCARD",
      "dn: \(long)\nsn:: \(long)",
      "name,id\n\"\(long)", "BEGIN:VCARD\n\(long)\n;;;;:::\nN;\(String(repeating: ";", count: 100_000)):\nEND:VCARD",
      "dn:: \u{fffd}\n", "name\n\0\n", "dn: a\nuserAccountControl: 99999999999999999999\naccountExpires: -1\nsn: a",
    ] {
      for format in RosterFormat.allCases { _ = try? Roster.read(text, format: format) }
    }
  }
}
