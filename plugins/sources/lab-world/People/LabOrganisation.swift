/// The organisation of the story: who is on its roster, which machines it has, whom it deals with.

/// An account on record.
struct AccountReference: Hashable {
  var platform: String
  var accountID: String
  var handle: String
}

struct Employee {
  var id: String
  var name: LabName
  var title: String
  var department: String
  var email: String
  var isSensitive: Bool
  var isActive = true
  /// Days since 1970-01-01.
  var start: Int64
  var end: Int64?
  var accounts: [AccountReference] = []
  var host: String?
  /// The name of the account on the machines.
  var login: String
}

struct Relation {
  var kind: String
  var name: String
  var domain: String
  var accounts: [AccountReference] = []
  var approvedBy: String?
  /// Days since 1970-01-01.
  var until: Int64?
}

/// A machine of the roster.
struct Asset {
  var host: String
  var addresses: [LabAddress]
  var mac: LabMAC
  var names: [String]
  var owner: String?
}

struct LabOrganisation {
  let house: LabHouse
  var name: String { house.name }
  var names: [String] { house.names }
  var domain: String { house.domain }
  var domains: [String] { house.domains }
  var handles: [String] { house.handles }
  /// The Windows domain's name.
  var realm: String { "corp.\(house.domain)" }
  var netbios: String { house.key.uppercased() }
  var people: [Employee] = []
  var relations: [Relation] = []
  var assets: [Asset] = []

  private static let jobs: [(department: String, titles: [String], sensitive: Bool)] = [
    ("Executive", ["Chief Executive Officer", "Chief Financial Officer", "Chief Technology Officer"], true),
    ("Finance", ["Financial Controller", "Accounts Payable Clerk", "Treasury Analyst"], true),
    ("IT", ["System Administrator", "Service Desk Analyst", "Network Engineer"], true),
    ("R&D", ["Optical Engineer", "Firmware Engineer", "Principal Scientist", "Test Engineer"], false),
    ("Production", ["Production Planner", "Quality Engineer", "Line Supervisor"], false),
    ("Sales", ["Account Manager", "Regional Sales Lead", "Sales Engineer"], false),
    ("Human Resources", ["HR Business Partner", "Talent Acquisition Lead"], false),
    ("Legal", ["General Counsel", "Export Control Officer"], true),
    ("Marketing", ["Communications Manager", "Content Editor"], false),
  ]

  static var departments: [String] { jobs.map(\.department) }

  init(_ plan: LabPlan, _ random: LabRandom) {
    house = plan.house
    let people = random.part("people")
    var logins: Set<String> = []
    var mailboxes: Set<String> = []
    for index in 0..<max(plan.people, 12) {
      // The first nine people fill one desk each; engineering and production are the largest.
      let job = index < 9 ? Self.jobs[index] : people.pick(Self.jobs + Self.jobs[3...5] + Self.jobs[3...4])
      let name = NameStock.any(people, of: house, 0.7).name(people)
      let title =
        index < 9 ? job.titles[0] : people.pick(job.department == "Executive" ? ["Chief of Staff"] : job.titles)
      var login = "\(name.given.prefix(1))\(name.family)".lowercased().filter { $0.isASCII && $0.isLetter }
      while !logins.insert(login).inserted { login += "\(people.within(2...9))" }
      let leaves = index > 12 && people.chance(0.06)
      self.people.append(
        Employee(
          id: "t\(padded(Int64(index + 101), 4))", name: name, title: title, department: job.department,
          email:
            "\(name.mailbox)\(mailboxes.insert(name.mailbox).inserted ? "" : "\(index)")@\(house.domain)",
          isSensitive: job.sensitive || people.chance(0.05), isActive: !leaves,
          start: plan.firstDay - Int64(people.within(120...4200)),
          end: leaves ? plan.firstDay - Int64(people.within(5...200)) : nil, login: login))
    }
    // New hires begin while the story runs.
    let hires = max(1, plan.people / 30)
    for index in 0..<hires {
      self.people[self.people.count - 1 - index].start = plan.firstDay + Int64(people.within(4...max(5, plan.days - 6)))
      self.people[self.people.count - 1 - index].isActive = true
      self.people[self.people.count - 1 - index].end = nil
    }
    relations = Self.relations(plan)
    assignMachines(random.part("machines"))
  }

  /// Those on record; the contract of one of the vendors ends some time.
  private static func relations(_ plan: LabPlan) -> [Relation] {
    var relations = plan.house.relations.map { Relation(kind: $0.kind, name: $0.name, domain: $0.domain) }
    for index in relations.indices where relations[index].kind == "recruiter" { relations[index].approvedBy = "t0107" }
    if let last = relations.lastIndex(where: { $0.kind == "vendor" }) { relations[last].until = plan.firstDay + 200 }
    return relations
  }

  /// Workstations for most people, and the servers: all in one flat network, as small companies have it.
  private mutating func assignMachines(_ random: LabRandom) {
    func server(_ host: String, _ number: Int, _ names: [String]) -> Asset {
      Asset(
        host: "\(host).\(realm)", addresses: [LabAddress(10, 20, 0, number), LabAddress(v6: 0x20, host: number)],
        mac: LabMAC(0x0100 + number), names: [host] + names)
    }
    assets = [
      server("TWDC01", 10, ["ldap.\(realm)"]), server("TWFS01", 20, ["files.\(realm)"]),
      server("TWSQL01", 30, []), server("TWMX01", 25, ["mail.\(domain)"]), server("TWPRN01", 35, []),
      server("twapp01", 40, ["planner.\(realm)"]), server("twgit01", 45, ["git.\(realm)"]),
    ]
    var number = 11
    for index in people.indices where people[index].isActive {
      // Some have only a laptop that is elsewhere.
      if index > 11, random.chance(0.1) { continue }
      let host = "TW-WS\(padded(Int64(number), 3))"
      var addresses = [LabAddress(10, 20, 10, number % 240 + 10)]
      if number >= 240 { addresses = [LabAddress(10, 20, 10 + number / 240, number % 240 + 10)] }
      if random.chance(0.5) { addresses.append(LabAddress(v6: 0x20, host: 0x1000 + number)) }
      people[index].host = "\(host).\(realm)"
      assets.append(
        Asset(
          host: "\(host).\(realm)", addresses: addresses, mac: LabMAC(0x1000 + number), names: [host],
          owner: people[index].id))
      number += 1
    }
  }
}
