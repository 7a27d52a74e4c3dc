/// People from a table (CSV, RFC 4180), as personnel systems and spreadsheets export them.

import CSV
import Pictures

enum RosterTable {
  /// What columns are called, by what they mean. The first that a table has counts.
  private static let names: [(field: Field, columns: [String])] = [
    (
      .id,
      [
        "id", "employee_id", "employeeid", "employee_number", "employeenumber", "personnel_number", "person_id",
        "staff_id", "personalnummer", "user_id", "uid",
      ]
    ),
    (.name, ["name", "full_name", "display_name", "displayname", "employee_name", "employee", "cn"]),
    (.first, ["first_name", "given_name", "givenname", "vorname", "forename", "firstname"]),
    (.last, ["last_name", "surname", "family_name", "sn", "nachname", "lastname"]),
    (.aliases, ["aliases", "alias", "nickname", "preferred_name", "known_as", "other_names"]),
    (.title, ["title", "job_title", "position", "jobtitle", "role", "funktion"]),
    (.department, ["department", "division", "team", "organizational_unit", "business_unit", "ou", "abteilung"]),
    (.emails, ["emails", "email", "e_mail", "email_address", "mail", "work_email", "primary_email"]),
    (.hosts, ["hosts", "host", "computer", "device", "devices", "hostname", "workstation"]),
    (.sensitivity, ["sensitivity"]),
    (.active, ["active", "status", "employment_status", "enabled", "account_enabled"]),
    (.start, ["start", "start_date", "hire_date", "hired", "joined", "join_date", "date_of_hire", "eintritt"]),
    (.end, ["end", "end_date", "termination_date", "leave_date", "last_day", "terminated", "austritt"]),
    (.picture, ["avatar", "photo", "picture", "portrait", "jpegphoto", "thumbnail_photo", "thumbnailphoto"]),
    (.pictureDigest, ["avatar_sha256", "photo_sha256"]), (.pictureLook, ["avatar_phash", "photo_phash"]),
    (.accounts, ["accounts", "account", "social_accounts", "profiles"]),
  ]

  private enum Field {
    case id, name, first, last, aliases, title, department, emails, hosts, sensitivity, active, start, end, accounts
    case picture, pictureDigest, pictureLook
  }

  /// Whether a line is the first one of such a table.
  static func isHeader(_ line: String) -> Bool {
    guard line.contains(where: { $0 == "," || $0 == ";" || $0 == "\t" }), !line.contains(": ") else { return false }
    var names: [String] = []
    var reader = CSVReader(limit: 16_384)
    func take(_ event: CSVReader.Event) {
      if case .record(let cells, _) = event { names = cells.map { String(decoding: $0, as: UTF8.self) } }
    }
    Array(line.utf8).withUnsafeBytes { reader.take($0, take) }
    reader.end(take)
    let columns = Columns(CSVHeader(names))
    return columns[.name] != nil || columns[.last] != nil && columns[.first] != nil
  }

  static func read(_ text: String) throws(RosterError) -> RosterReading {
    var collector = PersonCollector(.csv)
    var columns: Columns?
    var headerFailure: RosterError?
    var reader = CSVReader()
    func take(_ event: CSVReader.Event) {
      switch event {
      case .broken(let place, let reason): collector.note(Int(clamping: place.line), reason)
      case .record(let cells, let place):
        let texts = cells.map { RosterWords.trimmed(String(decoding: $0, as: UTF8.self)) }
        guard let columns else {
          let found = Columns(CSVHeader(texts))
          if found[.name] == nil, found[.last] == nil {
            headerFailure = RosterError(
              line: Int(clamping: place.line),
              text: "the first line names no column for names; name it `name`, or `first name` and `last name`")
          }
          for name in found.unknown { collector.note(Int(clamping: place.line), "column '\(name)' is passed over") }
          columns = found
          return
        }
        if headerFailure == nil { person(texts, columns, Int(clamping: place.line), into: &collector) }
      }
    }
    Array(text.utf8).withUnsafeBytes { reader.take($0, take) }
    reader.end(take)
    if let headerFailure { throw headerFailure }
    guard columns != nil else { throw RosterError(line: 0, text: "the table is empty") }
    return collector.finished()
  }

  private static func person(_ cells: [String], _ columns: Columns, _ line: Int, into collector: inout PersonCollector)
  {
    func cell(_ field: Field) -> String? {
      guard let index = columns[field], index < cells.count, !cells[index].isEmpty else { return nil }
      return cells[index]
    }
    let parts = [cell(.first), cell(.last)].compactMap { $0 }
    var person = Person(id: cell(.id) ?? "", name: cell(.name) ?? parts.joined(separator: " "))
    var given: RosterReading.Given = []
    person.aliases = cell(.aliases).map { RosterWords.list($0) } ?? []
    // A name as `Doe, Jane` is one to look for in its other order too.
    if parts.count == 2 { person.aliases.append(parts.joined(separator: " ")) }
    person.title = cell(.title)
    person.department = cell(.department)
    person.emails = cell(.emails).map { RosterWords.list($0.replacingCommas) } ?? []
    person.hosts = cell(.hosts).map { RosterWords.list($0.replacingCommas) } ?? []
    if let word = cell(.sensitivity) {
      if let sensitivity = Sensitivity(rawValue: word.lowercased()) {
        person.sensitivity = sensitivity
        given.insert(.sensitivity)
      } else {
        collector.note(line, "sensitivity '\(word)'; known are low, normal, high")
      }
    }
    if let word = cell(.active) {
      if let active = RosterWords.active(word) {
        person.active = active
        given.insert(.active)
      } else {
        collector.note(line, "status '\(word)' says neither active nor left")
      }
    }
    for field in [Field.start, .end] {
      guard let word = cell(field) else { continue }
      guard let time = RosterWords.time(word) else {
        collector.note(line, "'\(word)' is no date with one meaning: write 2026-09-01")
        continue
      }
      if field == .start { person.start = time } else { person.end = time }
    }
    if let text = cell(.picture) {
      collector.picture(of: &person, line: line) { () throws(PictureProblem) in try RosterWords.picture(text) }
    }
    for text in cell(.pictureDigest).map({ RosterWords.list($0) }) ?? [] where !person.pictures.add(sha256: text) {
      collector.note(line, "avatar_sha256 '\(text.prefix(80))': expected 64 hexadecimal digits")
    }
    for text in cell(.pictureLook).map({ RosterWords.list($0) }) ?? [] where !person.pictures.add(perceptual: text) {
      collector.note(line, "avatar_phash '\(text.prefix(80))': expected 16 hexadecimal digits")
    }
    person.accounts = accounts(cells, cell(.accounts), columns, line, &collector)
    collector.add(person, given, line: line)
  }

  /// A column for all (`platform:handle;…`) and one a platform.
  private static func accounts(
    _ cells: [String], _ all: String?, _ columns: Columns, _ line: Int, _ collector: inout PersonCollector
  ) -> [RosterAccount] {
    var out: [RosterAccount] = []
    for item in all.map({ RosterWords.list($0) }) ?? [] {
      let halves = item.split(separator: ":", maxSplits: 1)
      guard halves.count == 2,
        let account = RosterWords.account(platform: RosterWords.platform(String(halves[0])), String(halves[1]))
      else {
        collector.note(line, "account '\(item)': write PLATFORM:HANDLE")
        continue
      }
      out.append(account)
    }
    for (platform, index) in columns.platforms where index < cells.count && !cells[index].isEmpty {
      for item in RosterWords.list(cells[index]) {
        if let account = RosterWords.account(platform: platform, item) { out.append(account) }
      }
    }
    return out
  }

  private struct Columns {
    private var indices: [Field: Int] = [:]
    var platforms: [(platform: String, index: Int)] = []
    var unknown: [String] = []

    init(_ header: CSVHeader) {
      var known: Set<Int> = []
      for (field, columns) in RosterTable.names {
        guard let index = header.index(ofAny: columns) else { continue }
        indices[field] = index
        known.insert(index)
      }
      for platform in RosterWords.platforms {
        guard let index = header.index(platform, "\(platform)_url", "\(platform)_profile", "\(platform)_handle")
        else { continue }
        platforms.append((RosterWords.platform(platform), index))
        known.insert(index)
      }
      unknown = header.names.enumerated().filter { !known.contains($0.offset) && !$0.element.isEmpty }.prefix(50)
        .map { String($0.element.prefix(64)) }
    }

    subscript(field: Field) -> Int? { indices[field] }
  }
}

extension String {
  fileprivate var replacingCommas: String { String(map { $0 == "," || $0 == " " ? ";" : $0 }) }
}
