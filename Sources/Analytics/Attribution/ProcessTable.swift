/// Who is who among the processes of all hosts, built from process and connection observations.

import Evidence

/// How a connection or an event names a process.
struct ProcessName {
  /// By number (`HostNumbers`).
  var host: Int
  var pid: Int64?
  var guid: String?
  var image: String?
  var time: Timestamp
}

/// Built once for a resolution.
struct ProcessTable {
  struct Entry {
    var host: Int
    var process: KnownProcess
    var end: Timestamp?
    /// Of the image as it is known best.
    var base: String
    /// The number of `base`.
    var program: Int
  }

  private(set) var entries: [Entry] = []
  /// How often two moments were compared to find a process.
  private(set) var comparisons = 0
  private var byGUID: [GUIDKey: Int] = [:]
  /// By number and program, and by number alone for those that do not know the program.
  private var byPID: [PIDKey: ProcessLives] = [:]
  /// Entries that came without a number, in the order of the times at which they were told.
  private var unnumbered: [ProgramKey: [(time: Timestamp, at: Int)]] = [:]
  private var programs: [String: Int] = ["": ProcessTable.unknownProgram]
  private var bases: [String: String] = [:]

  private static let unknownProgram = 0
  private static let anyProgram = -1

  private struct GUIDKey: Hashable {
    var host: Int
    var guid: String
  }
  private struct PIDKey: Hashable {
    var host: Int
    var pid: Int64
    var program: Int
  }
  private struct ProgramKey: Hashable {
    var host: Int
    var program: Int
  }

  /// Takes a start, a snapshot or an end; call in order of corrected time, those with a guid first.
  mutating func add(_ o: ProcessObservation, host: Int, _ names: HostNames, time: Timestamp) {
    if o.event == .end {
      if let at = find(ProcessName(host: host, pid: o.pid, guid: o.guid, image: o.image, time: time)) {
        change(at) { $0.end = time }
        entries[at].process.note([o.head.id])
        return
      }
    }
    let start = o.event == .start ? time : nil
    if let at = twin(o, host: host, time: time) {
      merge(o, into: at, start: start)
      return
    }
    let entity = ProcessEntity(
      host: names.display(o.host), pid: o.pid, guid: o.guid, image: o.image, commandLine: o.commandLine, user: o.user)
    let (base, program) = program(o.image)
    var entry = Entry(
      host: host,
      process: KnownProcess(entity: entity, parent: o.parent, start: start, signer: o.signer, evidence: [o.head.id]),
      base: base, program: program)
    if o.event == .end { entry.end = time } else { entry.end = o.end }
    insert(entry, told: time)
  }

  /// The entry that a name means, made if there is none, with what the name adds.
  mutating func settle(_ name: ProcessName, shown: String, _ names: HostNames) -> Int? {
    if let at = find(name) {
      adopt(name, at)
      return at
    }
    guard name.pid != nil || name.guid != nil else { return nil }
    let image = name.image ?? ""
    let entity = ProcessEntity(host: names.display(shown), pid: name.pid, guid: name.guid, image: image)
    let (base, program) = program(image)
    insert(
      Entry(host: name.host, process: KnownProcess(entity: entity), base: base, program: program), told: name.time)
    return entries.count - 1
  }

  /// Says that one process is named by both: found when two logs tell of one connection.
  mutating func unite(_ guided: Int, _ numbered: Int) {
    guard guided != numbered, entries[guided].process.entity.pid == nil, let pid = entries[numbered].process.entity.pid,
      entries[numbered].process.entity.guid == nil, entries[guided].host == entries[numbered].host,
      ImageName.agree(entries[guided].base, entries[numbered].base)
    else { return }
    // The number now leads to the process that is known better.
    unfile(numbered)
    change(guided) { $0.process.entity.pid = pid }
    absorb(entries[numbered].process, into: guided)
    replaced[numbered] = guided
  }

  /// Entries that turned out to be another.
  private(set) var replaced: [Int: Int] = [:]
  func current(_ at: Int) -> Int { replaced.isEmpty ? at : replaced[at] ?? at }

  /// Every process, in order of host and start.
  func live() -> [KnownProcess] {
    let order = entries.indices.filter { current($0) == $0 }.sorted { a, b in
      let (x, y) = (entries[a].process.entity, entries[b].process.entity)
      if x.host != y.host { return x.host < y.host }
      let (s, t) = (entries[a].process.start?.nanoseconds ?? .min, entries[b].process.start?.nanoseconds ?? .min)
      if s != t { return s < t }
      return (x.pid ?? -1, x.guid ?? "", x.image) < (y.pid ?? -1, y.guid ?? "", y.image)
    }
    return order.map { at in
      var process = entries[at].process
      if process.evidence.count > 1 { process.evidence = Array(Set(process.evidence)).sorted() }
      return process
    }
  }

  // MARK: - Looking up

  mutating func find(_ name: ProcessName) -> Int? {
    if let guid = name.guid, let at = byGUID[GUIDKey(host: name.host, guid: guid)] {
      // Sysmon for Linux gives a child that has not yet run a program of its own its parent's GUID: the number is right.
      guard let pid = name.pid, let other = entries[at].process.entity.pid, pid != other else { return at }
      return find(ProcessName(host: name.host, pid: pid, guid: nil, image: name.image, time: name.time)) ?? at
    }
    guard let pid = name.pid else { return nil }
    let program = program(name.image ?? "").program
    let keys =
      program == ProcessTable.unknownProgram
      ? [ProcessTable.anyProgram] : [program, ProcessTable.unknownProgram]
    var best: (at: Int, start: Timestamp?)?
    var compared = 0
    defer { comparisons += compared }
    for key in keys {
      guard
        let found = byPID[PIDKey(host: name.host, pid: pid, program: key)]?.alive(
          at: name.time, &compared, fits: { fits($0, name) })
      else { continue }
      // The later start; of an unknown start last; of equal ones the first told.
      if let known = best {
        let (a, b) = (known.start?.nanoseconds ?? .min, found.start?.nanoseconds ?? .min)
        if a > b || a == b && known.at < found.at { continue }
      }
      best = found
    }
    return best?.at
  }

  private func fits(_ at: Int, _ name: ProcessName) -> Bool {
    if let guid = name.guid, let other = entries[at].process.entity.guid, guid != other { return false }
    return entries[at].end.map { $0.advanced(by: ProcessLives.sameStart) >= name.time } ?? true
  }

  private mutating func twin(_ o: ProcessObservation, host: Int, time: Timestamp) -> Int? {
    if let guid = o.guid { return byGUID[GUIDKey(host: host, guid: guid)] }
    guard o.event != .end, let pid = o.pid else { return nil }
    // The same pid may run another program by exec without a new process: the image then differs.
    guard o.event == .start else {
      return find(ProcessName(host: host, pid: pid, guid: nil, image: o.image, time: time))
    }
    let program = program(o.image).program
    let keys =
      program == ProcessTable.unknownProgram
      ? [ProcessTable.anyProgram] : [program, ProcessTable.unknownProgram]
    let near = keys.flatMap { byPID[PIDKey(host: host, pid: pid, program: $0)]?.started(near: time) ?? [] }
    let numbered = near.filter { at in
      let entity = entries[at].process.entity
      return o.commandLine == nil || entity.guid != nil || entity.commandLine.map { $0 == o.commandLine } ?? true
    }.min()
    if let numbered { return numbered }
    // A log that gives GUIDs but no numbers tells of the same start in the same words.
    guard let words = o.commandLine else { return nil }
    return toldNear(time, ProgramKey(host: host, program: program)).filter { at in
      guard entries[at].process.entity.pid == nil, let start = entries[at].process.start else { return false }
      return (start - time).magnitude <= UInt64(ProcessLives.sameStart)
        && entries[at].process.entity.commandLine.map { ProcessTable.sameWords($0, words) } == true
    }.min {
      let (a, b) = (entries[$0].process.start ?? time, entries[$1].process.start ?? time)
      return ((a - time).magnitude, $0) < ((b - time).magnitude, $1)
    }
  }

  /// Entries without a number that were told of within `sameStart` of a moment, the first of them where they are many.
  /// Valid while entries are added in order.
  private func toldNear(_ time: Timestamp, _ key: ProgramKey) -> [Int] {
    guard let list = unnumbered[key] else { return [] }
    let from = time.advanced(by: -ProcessLives.sameStart)
    let to = time.advanced(by: ProcessLives.sameStart)
    var (low, high) = (0, list.count)
    while low < high {
      let middle = low + (high - low) / 2
      if list[middle].time < from { low = middle + 1 } else { high = middle }
    }
    return list[low...].prefix(256).prefix { $0.time <= to }.map(\.at)
  }

  /// The base name of an image and its number.
  private mutating func program(_ image: String) -> (base: String, program: Int) {
    guard !image.isEmpty else { return ("", ProcessTable.unknownProgram) }
    if let base = bases[image], let known = programs[base] { return (base, known) }
    let base = ImageName.base(image)
    let number = ImageName.unknown(base) ? ProcessTable.unknownProgram : programs[base] ?? programs.count
    programs[base] = number
    bases[image] = base
    return (base, number)
  }

  // MARK: - Putting together

  private static func sameWords(_ a: String, _ b: String) -> Bool {
    a == b || a.split(separator: " ") == b.split(separator: " ")
  }

  private mutating func merge(_ o: ProcessObservation, into at: Int, start: Timestamp?) {
    let other = KnownProcess(
      entity: ProcessEntity(
        host: entries[at].process.entity.host, pid: o.pid, guid: o.guid, image: o.image, commandLine: o.commandLine,
        user: o.user), parent: o.parent, start: start, signer: o.signer, evidence: [o.head.id])
    absorb(other, into: at)
    if let end = o.end { change(at) { $0.end = end } }
  }

  private mutating func absorb(_ other: KnownProcess, into at: Int) {
    var process = entries[at].process
    process.entity.pid = process.entity.pid ?? other.entity.pid
    if ImageName.better(other.entity.image, than: process.entity.image) { process.entity.image = other.entity.image }
    process.entity.commandLine = ProcessTable.longer(process.entity.commandLine, other.entity.commandLine)
    process.entity.user = process.entity.user ?? other.entity.user
    process.signer = process.signer ?? other.signer
    process.start = process.start ?? other.start
    if var parent = process.parent, let second = other.parent {
      parent.pid = parent.pid ?? second.pid
      parent.guid = parent.guid ?? second.guid
      parent.image = parent.image ?? second.image
      parent.commandLine = parent.commandLine ?? second.commandLine
      process.parent = parent
    } else {
      process.parent = process.parent ?? other.parent
    }
    process.note(other.evidence)
    let (base, program) = program(process.entity.image)
    change(at) { entry in
      entry.process = process
      (entry.base, entry.program) = (base, program)
    }
  }

  private mutating func adopt(_ name: ProcessName, _ at: Int) {
    if let image = name.image, ImageName.better(image, than: entries[at].process.entity.image) {
      let (base, program) = program(image)
      change(at) { entry in
        entry.process.entity.image = image
        (entry.base, entry.program) = (base, program)
      }
    }
    if entries[at].process.entity.pid == nil, let pid = name.pid { change(at) { $0.process.entity.pid = pid } }
  }

  private mutating func insert(_ entry: Entry, told time: Timestamp) {
    entries.append(entry)
    let at = entries.count - 1
    if let guid = entry.process.entity.guid { byGUID[GUIDKey(host: entry.host, guid: guid)] = at }
    if entry.process.entity.pid != nil {
      file(at)
    } else {
      unnumbered[ProgramKey(host: entry.host, program: entry.program), default: []].append((time, at))
    }
  }

  // MARK: - Filing

  /// By what an entry is filed.
  private struct Place: Equatable {
    var pid: Int64?
    var program: Int
    var start: Timestamp?
    /// Of no matter where the start is known.
    var end: Timestamp?
  }

  private func place(_ at: Int) -> Place {
    let start = entries[at].process.start
    return Place(
      pid: entries[at].process.entity.pid, program: entries[at].program, start: start,
      end: start == nil ? entries[at].end : nil)
  }

  /// Changes an entry and files it where it then belongs.
  private mutating func change(_ at: Int, _ body: (inout Entry) -> Void) {
    let old = place(at)
    let isFiled = old.pid != nil && replaced[at] == nil
    var entry = entries[at]
    body(&entry)
    let start = entry.process.start
    let new = Place(
      pid: entry.process.entity.pid, program: entry.program, start: start, end: start == nil ? entry.end : nil)
    if old != new, isFiled { unfile(at) }
    entries[at] = entry
    if old != new { file(at) }
  }

  private mutating func file(_ at: Int) {
    let place = place(at)
    guard let pid = place.pid else { return }
    for program in [place.program, ProcessTable.anyProgram] {
      byPID[PIDKey(host: entries[at].host, pid: pid, program: program), default: ProcessLives()].insert(
        at, start: place.start, end: place.end)
    }
  }

  private mutating func unfile(_ at: Int) {
    let place = place(at)
    guard let pid = place.pid else { return }
    for program in [place.program, ProcessTable.anyProgram] {
      byPID[PIDKey(host: entries[at].host, pid: pid, program: program)]?.remove(
        at, start: place.start, end: place.end)
    }
  }

  /// A log may cut a command line (auditd keeps the first word of an argument); the longer one tells more.
  private static func longer(_ a: String?, _ b: String?) -> String? {
    guard let a else { return b }
    guard let b else { return a }
    return b.utf8.count > a.utf8.count ? b : a
  }

  /// Fills in what is known of each parent that the table itself holds.
  mutating func completeParents() {
    for at in entries.indices {
      guard var parent = entries[at].process.parent, parent.image == nil || parent.commandLine == nil else { continue }
      let time = entries[at].process.start ?? Timestamp(nanoseconds: .max)
      let name = ProcessName(
        host: entries[at].host, pid: parent.pid, guid: parent.guid, image: parent.image, time: time)
      guard let found = find(name), found != at else { continue }
      let entity = entries[current(found)].process.entity
      parent.pid = parent.pid ?? entity.pid
      parent.guid = parent.guid ?? entity.guid
      parent.image = parent.image ?? (entity.image.isEmpty ? nil : entity.image)
      parent.commandLine = parent.commandLine ?? entity.commandLine
      entries[at].process.parent = parent
    }
  }
}
