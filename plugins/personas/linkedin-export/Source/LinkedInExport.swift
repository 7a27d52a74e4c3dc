/// Reads the files of a LinkedIn data export that tell of other people: Connections.csv, Invitations.csv, messages.csv.

import CSV
import PersonaRecords
import PluginSupport

/// Which file it is shows in the names of its columns. Lines before these (Connections.csv begins with notes) are read over.
public final class LinkedInExport: DocumentInterpreter {
  private let owner: ExportOwner
  private let exportedAt: Int64?
  private var reader = CSVReader(separator: UInt8(ascii: ","))
  private var table: LinkedInTable?
  private var linesBefore = 0
  private var skips = SkipCounts()
  /// Senders that were told of as personas.
  private var known: Set<String> = []
  private static let mostKnown = 200_000
  private static let mostLinesBefore = 16

  public init(owner: ExportOwner, exportedAt: Int64?) {
    self.owner = owner
    self.exportedAt = exportedAt
  }

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    reader.take(bytes) { take($0, into: &queue) }
  }

  public func end(at place: Place, into queue: inout OutputQueue) {
    reader.end { take($0, into: &queue) }
    if table == nil {
      queue.reject(.start, "no table of a LinkedIn export: expected Connections.csv, Invitations.csv or messages.csv")
    }
  }

  public var skipped: [(kind: String, count: UInt64)] { skips.list }

  private func take(_ event: CSVReader.Event, into queue: inout OutputQueue) {
    switch event {
    case .broken(let place, let reason):
      if table != nil { queue.reject(Place(line: place.line, offset: place.offset), "bad CSV: \(reason)") }
    case .record(let cells, let at):
      let place = Place(line: at.line, offset: at.offset)
      let texts = cells.map { Charset.guess($0) }
      guard let table else {
        linesBefore += 1
        if linesBefore <= Self.mostLinesBefore { table = LinkedInTable(CSVHeader(texts)) }
        return
      }
      let row = LinkedInRow(texts, table.header)
      switch table.kind {
      case .connections: connection(row, place, into: &queue)
      case .invitations: invitation(row, place, into: &queue)
      case .messages: message(row, place, into: &queue)
      }
    }
  }

  private func persona(_ handle: String, _ name: String, at time: Int64) -> PersonaRecord {
    var record = PersonaRecord(
      time: time, platform: "linkedin", accountID: handle, handle: handle, displayName: name.isEmpty ? handle : name)
    record.url = "https://www.linkedin.com/in/\(handle)"
    return record
  }

  // MARK: Connections.csv

  private func connection(_ row: LinkedInRow, _ place: Place, into queue: inout OutputQueue) {
    guard let handle = row.profile("URL") else {
      // LinkedIn lists whoever left without a name and a link.
      if row["First Name"] == nil, row["Last Name"] == nil { return skips.skip("connection whose account is gone") }
      return queue.reject(place, "URL: expected a profile's link as https://www.linkedin.com/in/NAME")
    }
    let connected = row["Connected On"].flatMap { WrittenTime.read($0) }?.nanoseconds
    guard let time = exportedAt ?? connected else {
      return queue.reject(place, "Connected On: expected a date as 21 Mar 2026")
    }
    let name = [row["First Name"], row["Last Name"]].compactMap { $0 }.joined(separator: " ")
    var record = persona(handle, name, at: time)
    record.employer = row["Company"]
    record.title = row["Position"]
    record.extra.keep("email", row["Email Address"])
    record.extra.keep("connected_on", row["Connected On"])
    record.extra.keep("connected_to", owner.person ?? owner.account)
    record.id = StableID.of(
      "linkedin/connection", [handle, "\(time)", name, record.employer ?? "", record.title ?? ""])
    queue.add(record)
  }

  // MARK: Invitations.csv

  private func invitation(_ row: LinkedInRow, _ place: Place, into queue: inout OutputQueue) {
    guard let direction = row["Direction"]?.uppercased(), direction == "INCOMING" || direction == "OUTGOING" else {
      return queue.reject(place, "Direction: expected INCOMING or OUTGOING")
    }
    guard direction == "INCOMING" else { return skips.skip("invitation that the owner sent") }
    guard let sent = row["Sent At"].flatMap({ WrittenTime.read($0, order: .monthFirst) })?.nanoseconds else {
      return queue.reject(place, "Sent At: expected a time as 3/21/26, 2:05 PM")
    }
    guard let from = row.profile("inviterProfileUrl") else {
      return queue.reject(place, "inviterProfileUrl: expected a profile's link as https://www.linkedin.com/in/NAME")
    }
    var to = owner.party
    if to.handle == nil { to.handle = row.profile("inviteeProfileUrl") }
    guard !to.isEmpty else {
      return queue.reject(place, "inviteeProfileUrl: is no profile's link; the parameter owner says whose export it is")
    }
    tellOnce(from, row["From"] ?? "", at: sent, into: &queue)
    var record = OutreachRecord(
      time: sent, platform: "linkedin", kind: .connectionRequest,
      from: PartyRecord(accountID: from, handle: from), to: to)
    record.text = row["Message"]
    record.links = LinkText.links(in: record.text ?? "")
    record.id = StableID.of("linkedin/invitation", [from, to.handle ?? to.email ?? to.employee ?? "", "\(sent)"])
    queue.add(record)
  }

  // MARK: messages.csv

  private func message(_ row: LinkedInRow, _ place: Place, into queue: inout OutputQueue) {
    if row["FOLDER"]?.uppercased() == "SENT" || owner.isOwner(row.profile("SENDER PROFILE URL")) {
      return skips.skip("message that the owner sent")
    }
    if row["IS MESSAGE DRAFT"]?.lowercased() == "yes" { return skips.skip("draft") }
    guard let from = row.profile("SENDER PROFILE URL") else {
      return skips.skip("message of an account that is gone, or of an advertiser")
    }
    guard let sent = row["DATE"].flatMap({ WrittenTime.read($0) })?.nanoseconds else {
      return queue.reject(place, "DATE: expected a time as 2026-03-21 14:05:06 UTC")
    }
    let recipients = (row["RECIPIENT PROFILE URLS"] ?? "").split { $0 == "," || $0 == " " }
      .compactMap { ProfileLink(String($0))?.handle }
    var parties = recipients.prefix(50).map { handle in
      owner.isOwner(handle) ? owner.party : PartyRecord(handle: handle)
    }
    // With one receiver it is the owner, whatever the parameters call the account.
    if parties.count <= 1, owner.account == nil, owner.person != nil {
      var party = owner.party
      party.handle = recipients.first
      parties = [party]
    }
    guard !parties.isEmpty else {
      return queue.reject(
        place, "RECIPIENT PROFILE URLS: no profile's link; the parameter owner says whose export it is")
    }
    tellOnce(from, row["FROM"] ?? "", at: sent, into: &queue)
    let text = [row["SUBJECT"], row["CONTENT"]].compactMap { $0 }.joined(separator: "\n\n")
    for to in parties {
      var record = OutreachRecord(
        time: sent, platform: "linkedin", kind: .directMessage, from: PartyRecord(accountID: from, handle: from), to: to
      )
      record.text = text.isEmpty ? nil : text
      record.links = LinkText.links(in: text)
      record.extra.keep("conversation", row["CONVERSATION ID"])
      record.extra.keep("folder", row["FOLDER"])
      record.extra.keep("attachments", row["ATTACHMENTS"])
      record.id = StableID.of(
        "linkedin/message",
        [row["CONVERSATION ID"] ?? "", from, to.handle ?? to.email ?? to.employee ?? "", "\(sent)", text])
      queue.add(record)
    }
  }

  /// Who approaches is a persona too, as far as the file shows one: the name. Told with the first approach.
  private func tellOnce(_ handle: String, _ name: String, at time: Int64, into queue: inout OutputQueue) {
    guard !name.isEmpty, known.count < Self.mostKnown, known.insert("\(handle)\n\(name)").inserted else { return }
    var record = persona(handle, name, at: time)
    record.id = StableID.of("linkedin/sender", [handle, name, "\(time)"])
    queue.add(record)
  }
}

/// Which table it is, and its columns.
struct LinkedInTable {
  enum Kind { case connections, invitations, messages }

  let kind: Kind
  let header: CSVHeader

  /// Nil: another line than that of the names.
  init?(_ header: CSVHeader) {
    if header.index("First Name") != nil, header.index("Connected On") != nil {
      kind = .connections
    } else if header.index("inviterProfileUrl") != nil, header.index("Direction") != nil {
      kind = .invitations
    } else if header.index("CONVERSATION ID") != nil, header.index("SENDER PROFILE URL") != nil {
      kind = .messages
    } else {
      return nil
    }
    self.header = header
  }
}

/// A row by its columns' names.
struct LinkedInRow {
  private let cells: [String]
  private let header: CSVHeader

  init(_ cells: [String], _ header: CSVHeader) {
    self.cells = cells
    self.header = header
  }

  /// Nil where the cell is missing or blank.
  subscript(name: String) -> String? {
    guard let index = header.index(name), index < cells.count else { return nil }
    return cells[index].contains { !$0.isWhitespace } ? cells[index] : nil
  }

  /// The public name of the member that a link leads to.
  func profile(_ name: String) -> String? {
    guard let link = self[name], let profile = ProfileLink(link), profile.platform == "linkedin" else { return nil }
    return profile.handle
  }
}
